//! The zoo of hostile modules, all in one host: each ends as its table says, a neighbour is served all the while, nothing
//! of the host ends, and its memory comes back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use crate::harness::{Animal, End, Service, eventually, root, tusk, zoo, zoo_folder, zoo_text};

const DEADLINE: &str = "4s";
/// Calls at once of those that end by themselves.
const AT_ONCE: usize = 4;
/// What the host may have more in memory than before. KiB.
const MORE_MEMORY: u64 = 20 << 10;
/// How long it may take until it has no more.
const GIVEN_BACK: Duration = Duration::from_secs(30);

#[test]
fn every_file_of_the_zoo_is_in_its_table() {
    let files = std::fs::read_dir(root().join("tests/hostile")).unwrap();
    let files: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    let listed: BTreeSet<String> = zoo().iter().map(|animal| animal.name.to_owned()).collect();
    assert_eq!(files, listed);
    assert!(listed.len() >= 120, "there are {}", listed.len());
}

#[test]
fn what_must_be_refused_is_refused_by_check() {
    let folder = zoo_folder(DEADLINE);
    let text = zoo_text(DEADLINE, true);
    folder.write("service.tsk", &text);
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let said: Vec<&str> = output.stderr.split("\nerror[").collect();
    let mut wrong = Vec::new();
    for animal in zoo() {
        let about = animal.told(&said, &text);
        match (animal.end, about) {
            (End::Refused(word), Some(about)) if about.contains(word) => {}
            (End::Refused(word), about) => wrong.push(format!("{}: no `{word}` in {about:?}", animal.name)),
            (End::Status(_), Some(about)) => wrong.push(format!("{} is refused: {about}", animal.name)),
            (End::Status(_), None) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!output.stderr.contains("panicked at host"), "{}", output.stderr);
    for character in ['\u{1b}', '\u{202e}'] {
        assert!(!output.stderr.contains(character), "{character:?} steers the terminal");
    }
}

#[tokio::test]
async fn the_zoo_harms_nobody() {
    let service = Arc::new(Service::start_in(zoo_folder(DEADLINE), &[]).await);
    assert_eq!(service.get("/neighbour").await.status, 200);
    let before = Held::by(service.id());
    let (stop, stopped) = watch::channel(false);
    let neighbour = tokio::spawn(is_served(service.clone(), stopped));
    let mut wrong = all_end(&service).await;
    wrong.extend(all_end(&service).await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // A save with all that are refused changes nothing, and the next one counts.
    service.folder.write("service.tsk", &zoo_text(DEADLINE, true));
    service.logged("was not applied").await;
    let next =
        zoo_text(DEADLINE, false).replace("\"GET /neighbour\"", "\"GET /after\": neighbour.f\n\"GET /neighbour\"");
    service.folder.write("service.tsk", &next);
    let applied = || async { (service.get("/after").await.status == 200).then_some(()) };
    eventually("the save after a refused one", applied).await;

    stop.send(true).unwrap();
    let asked = neighbour.await.unwrap();
    assert!(asked > 10, "the neighbour was asked {asked} times");
    let log = service.log();
    assert!(!log.contains("panicked at host"), "a task of the host ended: {log}");
    assert!(!log.contains("\u{1b}["), "an escape code is in the log");
    assert!(log.len() < 20 << 20, "the log has {} bytes", log.len());
    before.is_given_back().await;
}

/// Calls all that are served, and says what is wrong with how they end. Those that only their deadline ends come last: each
/// takes its time from the others.
async fn all_end(service: &Service) -> Vec<String> {
    let served = zoo().into_iter().filter(|animal| matches!(animal.end, End::Status(_)));
    let (lasting, ending): (Vec<Animal>, Vec<Animal>) =
        served.partition(|animal| matches!(animal.end, End::Status(504)));
    let mut wrong = Vec::new();
    for (animals, at_once) in [(&ending, AT_ONCE), (&lasting, lasting.len())] {
        let calls = stream::iter(animals).map(|animal| ends_as_it_must(service, animal, false));
        let all: Vec<Option<String>> = calls.buffer_unordered(at_once).collect().await;
        wrong.extend(all.into_iter().flatten());
    }
    wrong
}

/// What is wrong with how a call of it ended. One that `may_be_late` may be stopped before it ends.
pub(crate) async fn ends_as_it_must(service: &Service, animal: &Animal, may_be_late: bool) -> Option<String> {
    let status = service.get(&animal.path()).await.status;
    match animal.end {
        End::Status(expected) if status == expected || (may_be_late && status == 504) => None,
        End::Status(expected) => Some(format!("{} ends with {status}, not {expected}", animal.name)),
        End::Refused(_) => Some(format!("{} is served", animal.name)),
    }
}

/// Asks the neighbour again and again; how often it was.
async fn is_served(service: Arc<Service>, stopped: watch::Receiver<bool>) -> usize {
    let mut asked = 0;
    while !*stopped.borrow() {
        let answer = service.get("/neighbour").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "null"));
        asked += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    asked
}

/// What a host has in memory once its file is loaded and its neighbour was called: what it has to come back to.
pub(crate) struct Held {
    process: u32,
    pub(crate) before: Resident,
}

impl Held {
    pub(crate) fn by(process: u32) -> Self {
        Self {
            process,
            before: Resident::of(process),
        }
    }

    pub(crate) fn now(&self) -> Resident {
        Resident::of(self.process)
    }

    /// Waits until it has no more than at first and [`MORE_MEMORY`], and says where the rest is if it does not come to that.
    pub(crate) async fn is_given_back(&self) {
        let started = Instant::now();
        while self.now().counted() > self.before.counted() + MORE_MEMORY {
            assert!(
                started.elapsed() < GIVEN_BACK,
                "at first {}, now {}:\n{}",
                self.before,
                self.now(),
                largest(self.process)
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("memory: at first {}, now {}", self.before, self.now());
    }
}

/// What a process has in memory, of its own and of files. KiB.
pub(crate) fn resident(process: u32) -> u64 {
    Resident::of(process).all
}

/// What a process has in memory. KiB.
#[derive(Clone, Copy)]
pub(crate) struct Resident {
    all: u64,
    /// What it alone has.
    own: u64,
}

impl Resident {
    fn of(process: u32) -> Self {
        let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).expect("the process runs");
        let size = |name: &str| -> u64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let size = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            size.expect("a number of KiB")
        };
        Self {
            all: size("Rss:"),
            own: size("Pss_Anon:"),
        }
    }

    /// The process' own memory. Pages of its program come when they first run, are shared with whoever runs the same, and
    /// are the system's to drop. The images of memories are there from the load on, and are seen once an instance reads them.
    fn counted(self) -> u64 {
        self.own
    }
}

impl fmt::Display for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KiB, {} of them its own", self.all, self.own)
    }
}

/// The mappings of a process that have most in memory, by what they are, with how many there are of each.
fn largest(process: u32) -> String {
    let maps = std::fs::read_to_string(format!("/proc/{process}/smaps")).unwrap_or_default();
    let mut all: BTreeMap<String, (u64, usize)> = BTreeMap::new();
    let mut name = String::new();
    for line in maps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["Rss:", size, "kB"] => {
                let own = all.entry(name.clone()).or_default();
                *own = (own.0 + size.parse::<u64>().unwrap_or_default(), own.1 + 1);
            }
            [range, access, _, _, _, ref path @ ..] if range.contains('-') => {
                name = format!("{access} {}", path.first().unwrap_or(&"anonymous"));
            }
            _ => {}
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, (size, _))| std::cmp::Reverse(*size));
    let lines = all.iter().take(12);
    lines
        .map(|(name, (size, count))| format!("{size} KiB in {count} of {name}\n"))
        .collect()
}
