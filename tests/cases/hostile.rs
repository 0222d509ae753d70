//! The zoo of hostile modules, all in one host: each ends as its table says, a neighbour is served all the while, nothing
//! of the host ends, and its memory comes back.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use crate::harness::{Animal, End, Service, eventually, root, tusk, zoo, zoo_folder, zoo_text};

const DEADLINE: &str = "4s";
/// Calls at once of those that end by themselves.
const AT_ONCE: usize = 4;
/// What the host may have more in memory than before. KiB.
pub(crate) const MORE_MEMORY: u64 = 20 << 10;

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
    folder.write("service.tsk", &zoo_text(DEADLINE, true));
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let said: Vec<&str> = output.stderr.split("\nerror[").collect();
    let mut wrong = Vec::new();
    for animal in zoo() {
        // The diagnostic shows the module's line, which has its file's name.
        let about = said
            .iter()
            .find(|said| said.contains(&format!("@wasm(\"{}\")", animal.wasm())));
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
    let (stop, stopped) = watch::channel(false);
    let neighbour = tokio::spawn(is_served(service.clone(), stopped));
    let mut wrong = all_end(&service).await;
    // What each module has ready for its next call is there now.
    let before = resident(service.id());
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
    let comes_back = || async { (resident(service.id()) <= before + MORE_MEMORY).then_some(()) };
    let name = format!("memory near the {before} KiB of before");
    eventually(&name, comes_back).await;
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

/// What a process has in memory. KiB.
pub(crate) fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
