//! From a save to the first answer that shows it, under load.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    LANGUAGES, is_interpreted, load,
    report::Report,
    root, service,
    start::{ask, start},
};

const ROUNDS: i64 = 7;

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("service.tsk");
    fs::write(&file, service(1)).unwrap();
    let (mut child, address) = start(folder.path(), &root().join("target/bench-cache"));
    // A number of this run's own, so that no text is in the cache already.
    let salt = i64::from(std::process::id()) * 1000;
    for language in LANGUAGES {
        let edits = (0..ROUNDS).map(|round| edited(language, salt + round));
        let median = saves(&file, address, language, edits);
        let aim = if is_interpreted(language) { 300 } else { 1000 };
        report.add(
            format!("save of a fujsen → live, {language}"),
            format!("{:.0} ms", median.as_secs_f64() * 1e3),
            &format!("≤ {aim} ms"),
            median <= Duration::from_millis(aim),
        );
    }
    let values = (0..ROUNDS).map(|round| (reads_value(round), round));
    let median = saves(&file, address, "rust", values);
    report.add(
        "save of a value → live",
        format!("{:.0} ms", median.as_secs_f64() * 1e3),
        "≤ 50 ms",
        median <= Duration::from_millis(50),
    );
    under_load(runtime, report, &file, address);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The service, its answers raised by a number that is in the code.
fn edited(language: &str, number: i64) -> (String, i64) {
    let text = service(1);
    let at = text.find(&format!("[{language}]")).unwrap();
    let (before, after) = text.split_at(at);
    (
        format!("{before}{}", after.replacen("id + 1", &format!("id + {number}"), 1)),
        number + 1,
    )
}

/// The service, its answer read from a value.
fn reads_value(number: i64) -> String {
    service(1)
        .replacen("word: \"one\"", &format!("word: {number}"), 1)
        .replacen("id: id + 1", "id: config::get(\"service.word\").unwrap_or(-1)", 1)
}

/// Saves one text after the other, each as soon as the one before is live. The median time; the first, which may
/// change more than the others, is not counted.
fn saves(file: &Path, address: SocketAddr, language: &str, texts: impl Iterator<Item = (String, i64)>) -> Duration {
    let mut times = Vec::new();
    for (text, expected) in texts {
        let started = Instant::now();
        fs::write(file, text).unwrap();
        while !ask(address, &format!("/{language}")).is_ok_and(|answer| answer.contains(&format!("\"id\":{expected},")))
        {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "the save does not become live"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        times.push(started.elapsed());
        // The next save is another event for the watcher.
        std::thread::sleep(Duration::from_millis(60));
    }
    times.remove(0);
    times.sort();
    times[times.len() / 2]
}

/// Two cached versions in turns while requests run.
fn under_load(runtime: &Runtime, report: &mut Report, file: &Path, address: SocketAddr) {
    let time = Duration::from_secs(5);
    let load = runtime.spawn(async move { load::run(address, "/rust", 64, time).await });
    let end = Instant::now() + time;
    let mut swaps = 0u32;
    while Instant::now() < end {
        swaps += 1;
        fs::write(file, edited("rust", i64::from(swaps % 2)).0).unwrap();
        std::thread::sleep(Duration::from_millis(50));
    }
    let seen = runtime.block_on(load).unwrap();
    report.add(
        format!("failed requests during {swaps} saves of cached modules"),
        format!("{} of {}", seen.failed, seen.requests),
        "0",
        seen.failed == 0,
    );
}
