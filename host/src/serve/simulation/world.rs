//! What the simulated hosts stand on: an engine for all seeds, and for each seed a disk, clocks, and processes that end.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::json;
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};

use super::verdict::Seen;
use crate::{
    base::clock::Clock,
    observe::tasks,
    sandbox::{engine, imports},
    serve::{events, scheduler},
    service::{app::App, live::Live, load::Loader},
    storage::store::{
        Place, Stores,
        sqlite::{Location, faulty::Faulty},
    },
};

/// What all seeds share: nothing of it remembers anything.
pub(super) struct Workshop {
    engine: engine::Host,
    guest: Vec<u8>,
    cache: TempDir,
    /// Its modules are those of every version.
    pattern: Option<Arc<App>>,
}

impl Workshop {
    pub(super) fn new() -> Self {
        let mut workshop = Self {
            engine: engine::Host::new(imports::add_to_linker).unwrap(),
            guest: guest(),
            cache: tempfile::tempdir().unwrap(),
            pattern: None,
        };
        let folder = workshop.folder();
        let stores = Stores::on(Arc::<Faulty>::default(), crate::base::clock::system());
        let loader = workshop.loader(stores, folder.path().join("users/service.tsk"));
        workshop.pattern = Some(load(&loader, None));
        workshop
    }

    /// Where the files of the services are.
    fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for service in SERVICES {
            let own = folder.path().join(service);
            fs::create_dir(&own).unwrap();
            fs::write(own.join("guest.wasm"), &self.guest).unwrap();
            fs::write(own.join("service.tsk"), text(folder.path(), service, 1)).unwrap();
        }
        folder
    }

    fn loader(&self, stores: Stores, file: PathBuf) -> Loader {
        Loader::on(self.engine.clone(), stores, file, self.cache.path())
    }
}

/// The module with what describes its fujsens.
fn guest() -> Vec<u8> {
    let function = |name: &str, params: &[(&str, &str)]| {
        let params = params
            .iter()
            .map(|(name, kind)| json!({"name": name, "type": kind, "source": kind}));
        json!({"name": name, "params": params.collect::<Vec<_>>(), "result": "i64"}).to_string()
    };
    let (text, integer) = ("text", "integer");
    let effect = [
        ("begun", text),
        ("done", text),
        ("inbox", text),
        ("ms", integer),
        ("fails", integer),
    ];
    let lines = [
        function("version", &[]),
        function("request", &[("ms", integer)]),
        function("effect", &effect),
        function("slot", &[]),
        function("long", &[]),
    ];
    let described = lines.join("\n").replace('"', "\\22").replace('\n', "\\0a");
    let text = include_str!("guest.wat");
    let end = text.rfind(')').unwrap();
    let sections = format!("(@custom \"tusk:encoding\" \"utf16\") (@custom \"tusk:functions\" \"{described}\"))");
    wat::parse_str(format!("{}{sections}", &text[..end])).unwrap()
}

/// They take the same events, from one queue.
pub(super) const SERVICES: [&str; 2] = ["users", "mail"];
/// Deliveries of an event.
pub(super) const ATTEMPTS: i64 = 5;

fn text(folder: &Path, service: &str, version: u64) -> String {
    let queue = folder.join("queue.db");
    let queue = queue.display();
    format!(
        r#"
[service]
name: "{service}"
version: "{version}"

[message_queue]
url: "sqlite:{queue}"
attempts: {ATTEMPTS}
backoff: "200ms"
visibility: "6s"

[limits]
deadline: "3s"

[a]
version: {version}
guest_fujsen: @wasm("guest.wasm")

[events]
made: a.effect

[schedules]
"every 20s": a.slot
"every 4s": {{ run: a.long, deadline: "8s" }}
"#
    )
}

/// One seed's: what outlives the hosts.
pub(super) struct World<'a> {
    workshop: &'a Workshop,
    folder: TempDir,
    pub(super) disk: Arc<Faulty>,
    begun: tokio::time::Instant,
    pub(super) hosts: Vec<Host>,
    /// The hosts that run, as their clients see them; none in the place of one that does not.
    pub(super) doors: Doors,
    pub(super) seen: Arc<Mutex<Seen>>,
    version: u64,
}

pub(super) type Doors = Arc<Mutex<Vec<Option<Door>>>>;

/// The way to a host that runs.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) live: Arc<Live>,
    /// Closed when the process has ended, and with it what it was doing.
    pub(super) life: watch::Receiver<()>,
}

pub(super) struct Host {
    pub(super) service: &'static str,
    clock: Arc<Skewed>,
    pub(super) process: Option<Process>,
}

/// What is lost with a host.
pub(super) struct Process {
    loader: Loader,
    live: Arc<Live>,
    stop: watch::Sender<bool>,
    serving: Vec<JoinHandle<()>>,
    life: watch::Sender<()>,
    since: Timestamp,
}

/// The runtime's clock, which goes on when nothing else can; the hosts' differ a little.
struct Skewed {
    begun: tokio::time::Instant,
    by: SignedDuration,
}

const START: &str = "2026-01-01T00:00:10Z";

impl Clock for Skewed {
    fn wall(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.begun.elapsed()).unwrap();
        START.parse::<Timestamp>().unwrap() + passed + self.by
    }

    fn monotonic(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

impl<'a> World<'a> {
    pub(super) fn new(workshop: &'a Workshop) -> Self {
        let begun = tokio::time::Instant::now();
        let of = [SERVICES[0], SERVICES[0], SERVICES[1]];
        let others = fastrand::usize(..3);
        let hosts = of.into_iter().chain(SERVICES.into_iter().cycle().take(others));
        let hosts: Vec<Host> = hosts
            .map(|service| Host {
                service,
                clock: Arc::new(Skewed {
                    begun,
                    by: SignedDuration::from_millis(fastrand::i64(-40..40)),
                }),
                process: None,
            })
            .collect();
        Self {
            workshop,
            folder: workshop.folder(),
            disk: Arc::default(),
            begun,
            doors: Arc::new(Mutex::new(vec![None; hosts.len()])),
            hosts,
            seen: Arc::default(),
            version: 1,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        let (begun, by) = (self.begun, SignedDuration::ZERO);
        Skewed { begun, by }.wall()
    }

    fn file(&self, service: &str) -> PathBuf {
        self.folder.path().join(service).join("service.tsk")
    }

    /// Where a service keeps its state.
    pub(super) fn state(&self, service: &str) -> Location {
        match Place::beside(&self.file(service)) {
            Place::Sqlite(location, _) => location,
            Place::Redis { .. } => panic!("a file"),
        }
    }

    pub(super) async fn start(&mut self, host: usize) {
        let (service, clock) = (self.hosts[host].service, self.hosts[host].clock.clone());
        let stores = Stores::on(self.disk.clone(), clock.clone());
        let loader = self.workshop.loader(stores, self.file(service));
        let app = load(&loader, self.workshop.pattern.as_deref());
        prepare(&app).await;
        let live = Arc::new(Live::new(app));
        let (stop, stopping) = watch::channel(false);
        let (life, lives) = watch::channel(());
        let serving = vec![
            tasks::run("events", events::serve(live.clone(), stopping.clone())),
            tasks::run("schedules", scheduler::serve(live.clone(), stopping, clock)),
        ];
        self.doors.lock()[host] = Some(Door {
            live: live.clone(),
            life: lives,
        });
        self.hosts[host].process = Some(Process {
            loader,
            live,
            stop,
            serving,
            life,
            since: self.now(),
        });
    }

    /// Ends a host between two of its steps: what it had in memory is gone.
    pub(super) async fn kill(&mut self, host: usize) {
        self.doors.lock()[host] = None;
        let Some(process) = self.hosts[host].process.take() else {
            return;
        };
        drop(process.life);
        process.serving.iter().for_each(JoinHandle::abort);
        for task in process.serving {
            let _ = task.await;
        }
        let (service, now) = (self.hosts[host].service, self.now());
        self.seen.lock().killed(service, process.since, now);
    }

    /// Ends a host as a signal does: it finishes what it does.
    pub(super) async fn stop(&mut self, host: usize) {
        self.doors.lock()[host] = None;
        let Some(process) = self.hosts[host].process.take() else {
            return;
        };
        let (service, now) = (self.hosts[host].service, self.now());
        self.seen.lock().stopped(service, process.since, now);
        process.stop.send_replace(true);
        for task in process.serving {
            task.await.unwrap();
        }
        // Its clients have their answers.
        process.life.closed().await;
    }

    /// A new version of a host's file replaces the one that serves.
    pub(super) async fn swap(&mut self, host: usize) {
        let Some(process) = &self.hosts[host].process else {
            return;
        };
        self.version += 1;
        let service = self.hosts[host].service;
        fs::write(self.file(service), text(self.folder.path(), service, self.version)).unwrap();
        let app = load(&process.loader, Some(&process.live.current()));
        prepare(&app).await;
        process.live.swap(app);
        self.seen.lock().swaps += 1;
    }

    /// What a host that runs serves.
    pub(super) fn any(&self) -> Arc<App> {
        let doors = self.doors.lock();
        let door = doors.iter().flatten().next().expect("a host runs");
        door.live.current()
    }
}

impl Process {
    pub(super) fn since(&self) -> Timestamp {
        self.since
    }
}

fn load(loader: &Loader, previous: Option<&App>) -> Arc<App> {
    let loaded = loader.load(previous, &|_| {});
    let loaded = loaded.unwrap_or_else(|failed| {
        let said: Vec<_> = failed.diagnostics.iter().map(|one| one.message.clone()).collect();
        panic!("{said:?}")
    });
    loaded.app
}

/// As a start does, again and again until it goes well.
async fn prepare(app: &App) {
    while app.context.capabilities.connect().await.is_err() || app.schedules.connect().await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
