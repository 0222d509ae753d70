//! `tusk-host FILE`: starts a service, keeps it up to date, and stops it.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use tsk::{Diagnostic, SourceMap};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Mutex, watch as flag},
    task::JoinHandle,
};

use super::{
    arguments::Serve,
    output::{self, CommandFailure},
    progress::Steps,
    report,
    signals::Signals,
};
use crate::{
    base::{clock, limits, off_limits},
    observe::tasks,
    serve::{admin, alerts, events, health, memory, push, remote_config::Watcher, scheduler, server, watch::Watch},
    service::{
        app::App,
        live::Live,
        load::{Loaded, Loader},
        read::LoadError,
        settings::{self, ServiceSettings},
    },
};

pub(super) fn run(options: Serve) -> Result<(), CommandFailure> {
    memory::keep_little();
    output::start_log(options.log_format, "info")?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| CommandFailure::new(error.to_string()))?;
    let result = runtime.block_on(serve(options));
    // A load that hangs is not waited for.
    runtime.shutdown_timeout(limits::LAST_WORDS);
    result
}

async fn serve(options: Serve) -> Result<(), CommandFailure> {
    // Before anything else: they come when their sender pleases.
    let signals = Signals::take().map_err(|error| CommandFailure::new(error.to_string()))?;
    raise_descriptor_limit();
    let file = options.file.clone().unwrap_or_default();
    let loader = Loader::new(file, &output::cache_folder())
        .map_err(|error| CommandFailure::new(format!("the WebAssembly engine cannot start: {error:#}")))?;
    let loader = Arc::new(loader);
    // Watched before it is read: a save in between is not missed.
    let watch = if options.no_watch {
        None
    } else {
        Some(watch(&loader.file))
    };
    let loaded = load(&loader, None).await?;
    output::print_diagnostics(&loaded.warnings, &loaded.app.context.sources);
    let (listener, address) = listen(&options, &loaded.settings)?;
    let admin = listen_admin(&options, &loaded.settings)?;
    let admin_address = admin.as_ref().map(|(_, address)| *address);
    if let Some(address) = admin_address {
        off_limits::set(address);
    }
    // Before the first request, but for no longer than the file says.
    let mut remote = Watcher::new(loader.remote.clone());
    remote.look(&loaded.app).await;
    output::announce(if output::is_json() {
        report::banner_json(&loaded.app, address, admin_address)
    } else {
        report::banner(&loaded.app, &loader.file, address, admin_address, watch.is_some())
    });

    push::lines(&loaded.app);
    let live = Arc::new(Live::new(loaded.app.clone()));
    let (stop, stopping) = flag::channel(false);
    let (last_stop, admin_stopping) = flag::channel(false);
    let admin = admin.map(|(listener, _)| {
        let (live, draining) = (live.clone(), stopping.clone());
        tasks::run("admin", admin::serve(listener, live, draining, admin_stopping))
    });
    let beside = Companions {
        live: live.clone(),
        stopping: stopping.clone(),
    };
    let metrics = loader.metrics.clone();
    beside.keep("metrics", move |_, stop| metrics.clone().sample(stop));
    beside.keep("memory", |_, stop| memory::run(stop));
    beside.keep("health", health::run);
    beside.keep("alerts", alerts::run);
    let (mut first, kept) = (Some(remote), loader.remote.clone());
    beside.keep("remote_config", move |live, stop| {
        let remote = first.take().unwrap_or_else(|| Watcher::new(kept.clone()));
        remote.run(live, stop)
    });
    beside.keep("push", push::run);
    let events = beside.keep("events", events::serve);
    let schedules = beside.keep("schedules", |live, stop| scheduler::serve(live, stop, clock::system()));
    let (loading, settings) = (loader.clone(), loaded.settings);
    let is_watched = watch.is_some();
    // Kept over a restart of the task, too: what is watched is more than the file that the service began with.
    let watched = Arc::new(parking_lot::Mutex::new(loaded.watch));
    let mut first = watch;
    // Kept over a restart of the task: no signal is missed meanwhile.
    let signals = Arc::new(Mutex::new(signals));
    let reload = beside.keep("reload", move |live, _| {
        let watch = first.take().or_else(|| is_watched.then(Watch::new));
        let watch = watch.map(|watch| Watched::new(watch, watched.clone()));
        follow(watch, signals.clone(), loading.clone(), live, settings.clone())
    });
    let stop = Arc::new(stop);
    tasks::keep("stop", move || stop_when_told(stop.clone()));
    let serving = tasks::run("server", server::serve(listener, live.clone(), stopping));
    // They end by themselves, and when they are cancelled, which nobody does. A panic in one is in the log.
    let _ = tokio::join!(serving, events, schedules);
    reload.abort();
    // What the last calls did is sent.
    push::push(&live.current());
    let _ = tasks::block("spans_flush", move || loader.exporters.stop()).await;
    // Last: until now it has said that the service stops.
    last_stop.send_replace(true);
    if let Some(admin) = admin {
        let _ = admin.await;
    }
    Ok(())
}

/// What runs beside the server until the stop, and again after a panic.
struct Companions {
    live: Arc<Live>,
    stopping: flag::Receiver<bool>,
}

impl Companions {
    fn keep<F>(
        &self,
        name: &'static str,
        mut start: impl FnMut(Arc<Live>, flag::Receiver<bool>) -> F + Send + 'static,
    ) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (live, stopping) = (self.live.clone(), self.stopping.clone());
        tasks::keep(name, move || start(live.clone(), stopping.clone()))
    }
}

/// The first signal asks for a stop, the second ends the process.
async fn stop_when_told(stop: Arc<flag::Sender<bool>>) {
    stop_signal().await;
    tracing::info!("stopping: requests, events and runs in flight are finished first");
    // Nobody listens only when the server has ended already.
    let _ = stop.send(true);
    stop_signal().await;
    output::exit(1);
}

/// The soft limit on open files is often 1024, far below what the server may hold open.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if setrlimit(Resource::Nofile, limit).is_err() {
        tracing::warn!("the limit on open files could not be raised: fewer connections are served");
    }
}

/// Loads on a thread of its own: compilers block.
async fn load(loader: &Arc<Loader>, previous: Option<Arc<App>>) -> Result<Loaded, LoadError> {
    let (own, steps) = (loader.clone(), Steps::start());
    let serving = previous.clone();
    let loading = tasks::block("load", move || own.load(previous.as_deref(), &|step| steps.step(step)));
    let loaded = loading.await.unwrap_or_else(|_| Err(bug(loader)))?;
    if let Some(lost) = lost_routes(loader, serving.as_deref(), &loaded) {
        return Err(lost);
    }
    loader.prepare(&loaded).await?;
    Ok(loaded)
}

/// The place of a panic is in the log.
fn bug(loader: &Loader) -> LoadError {
    let diagnostic = Diagnostic::error("bug", "loading the file panicked, which is a bug of the host")
        .help("the log names the place: please report it with what was changed last in the file");
    failed(loader, diagnostic, Vec::new())
}

/// A file that is being written has no routes for a while, an emptied one has none at all: neither replaces what serves.
fn lost_routes(loader: &Loader, serving: Option<&App>, loaded: &Loaded) -> Option<LoadError> {
    let had = serving.is_some_and(|app| app.routes.iter().next().is_some());
    if !had || loaded.app.routes.iter().next().is_some() {
        return None;
    }
    let message = format!(
        "{} has no routes any more, and what serves has some",
        loader.file.display()
    );
    let diagnostic = Diagnostic::error("no-routes", message)
        .help("write [routes] again; to serve without any, start the service anew");
    Some(failed(loader, diagnostic, loaded.watch.clone()))
}

fn failed(loader: &Loader, diagnostic: Diagnostic, mut watch: Vec<PathBuf>) -> LoadError {
    watch.push(loader.file.clone());
    LoadError {
        diagnostics: vec![diagnostic],
        sources: SourceMap::default(),
        watch,
    }
}

fn watch(file: &Path) -> Watch {
    let mut watch = Watch::new();
    watch.set(&[file.to_owned()]);
    watch
}

/// Who watches, and the files that he does.
struct Watched {
    watch: Watch,
    files: Arc<parking_lot::Mutex<Vec<PathBuf>>>,
}

impl Watched {
    fn new(mut watch: Watch, files: Arc<parking_lot::Mutex<Vec<PathBuf>>>) -> Self {
        watch.set(&files.lock());
        Self { watch, files }
    }

    fn set(&mut self, files: &[PathBuf]) {
        self.watch.set(files);
        *self.files.lock() = files.to_vec();
    }
}

/// Reloads at every change and at SIGHUP, for as long as the service runs. A file with errors leaves the running version
/// alone.
async fn follow(
    mut watch: Option<Watched>,
    signals: Arc<Mutex<Signals>>,
    loader: Arc<Loader>,
    live: Arc<Live>,
    settings: ServiceSettings,
) {
    let mut signals = signals.lock().await;
    let set = |watch: &mut Option<Watched>, files: &[PathBuf]| {
        if let Some(watch) = watch {
            watch.set(files);
        }
    };
    loop {
        tokio::select! {
            () = changed(&mut watch) => {}
            () = signals.hangup() => tracing::info!(target: "swap", "SIGHUP: the file is read again"),
        }
        let started = Instant::now();
        match load(&loader, Some(live.current())).await {
            Ok(loaded) => {
                set(&mut watch, &loaded.watch);
                output::print_diagnostics(&loaded.warnings, &loaded.app.context.sources);
                let before = live.current();
                live.swap(loaded.app.clone());
                push::lines(&loaded.app);
                loader.metrics.swapped.add(1);
                loader.metrics.load.applied();
                report::swapped(&before, &loaded.app, started.elapsed());
                let listens = |settings: &ServiceSettings| (settings.port, settings.host, settings.admin);
                if listens(&loaded.settings) != listens(&settings) {
                    tracing::warn!(
                        "host and port of [service] and [admin] are read at the start only: restart to apply them"
                    );
                }
            }
            Err(failed) => {
                set(&mut watch, &failed.watch);
                output::print_failed(&failed);
                loader.metrics.not_swapped.add(1);
                loader.metrics.load.refused(reason(&failed));
                tracing::error!(
                    target: "swap",
                    "{} was not applied; the version before it keeps serving",
                    loader.file.display()
                );
            }
        }
    }
}

async fn changed(watched: &mut Option<Watched>) {
    match watched {
        Some(watched) => watched.watch.changed().await,
        None => std::future::pending().await,
    }
}

/// The first error of a file that was not applied, and where it is.
fn reason(failed: &LoadError) -> String {
    let mut errors = failed.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let Some(first) = errors.next() else {
        return "it has errors".to_owned();
    };
    let place = first
        .span
        .map_or_else(String::new, |span| format!("{}: ", failed.sources.locate(span)));
    match errors.count() {
        0 => format!("{place}{}", first.message),
        more => format!("{place}{} (and {more} more)", first.message),
    }
}

fn listen(options: &Serve, settings: &ServiceSettings) -> Result<(TcpListener, SocketAddr), CommandFailure> {
    let host: IpAddr = options.host.unwrap_or(settings.host);
    let port = options.port.unwrap_or(settings.port);
    listen_at(SocketAddr::new(host, port), "--port", "--host 127.0.0.1")
}

fn listen_admin(
    options: &Serve,
    loaded: &ServiceSettings,
) -> Result<Option<(TcpListener, SocketAddr)>, CommandFailure> {
    let address = options.admin.or(loaded.admin);
    let reaches_out = address.filter(|address| !settings::is_local(address.ip()));
    if let (Some(address), None) = (reaches_out, loaded.admin_token) {
        return Err(CommandFailure::help(
            format!("the admin address {address} needs a token: other machines reach it"),
            format!(
                "write {} into [admin], or choose --admin 127.0.0.1:{}",
                settings::ADMIN_TOKEN,
                address.port()
            ),
        ));
    }
    address
        .map(|address| listen_at(address, "--admin", "--admin 127.0.0.1:9001"))
        .transpose()
}

/// `port` is the option for another port, `host` names an address that every machine has.
fn listen_at(address: SocketAddr, port: &str, host: &str) -> Result<(TcpListener, SocketAddr), CommandFailure> {
    let listening = server::listen(address).and_then(|listener| listener.local_addr().map(|at| (listener, at)));
    listening.map_err(|error| {
        let help = match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!(
                    "stop what listens there, or choose another port: {port} {}",
                    address.port().wrapping_add(1).max(1024)
                )
            }
            io::ErrorKind::PermissionDenied => format!("ports below 1024 are for root: {port} 8000"),
            _ => format!("choose an address of this machine: {host}"),
        };
        CommandFailure::help(format!("cannot listen on {address}: {error}"), help)
    })
}

/// Ctrl-C or SIGTERM.
pub(super) async fn stop_signal() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
