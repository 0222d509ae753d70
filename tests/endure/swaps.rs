//! Saves of good and of broken text while requests run, and stops under load: no request fails, and memory stays flat.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{figure, seed, size};
use crate::harness::{Folder, Service, eventually, signal};

/// What memory may grow by after the first quarter of the saves: allocators keep some, a leak of an `App` for
/// each save would not fit. KiB.
const GROWTH: usize = 32 << 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_in_a_hundred_swaps() {
    swaps(100, 8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "half an hour of both cores"]
async fn endure_no_request_is_lost_in_swaps() {
    swaps(size("ENDURE_SWAPS", 10_000), size("ENDURE_BROKEN", 500)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "some minutes of both cores"]
async fn endure_no_request_is_lost_in_stops() {
    stops(size("ENDURE_REQUESTS", 100_000)).await;
}

/// One version of the service; its answer is its number. Two in each language, and a value between them.
fn good(number: usize) -> String {
    let answer = number % 4;
    let code = match answer % 2 {
        0 => format!("'''rust\n#[fujsen]\nfn f() -> i64 {{ {answer} }}\n'''"),
        _ => format!("'''assemblyscript\nexport function f(): i64 {{ return {answer}; }}\n'''"),
    };
    format!("[a]\nword: {number}\nf_fujsen = {code}\n\n[routes]\n\"GET /f\": a.f\n")
}

/// A text that is refused, each time for another reason.
fn broken(number: usize) -> String {
    match number % 4 {
        0 => format!("[a{number}\n"),
        1 => good(0).replace("a.f\n", &format!("a.g{number}\n")),
        2 => good(0).replace("-> i64 { 0 }", &format!("-> i64 {{ \"{number}\" }}")),
        _ => good(1).replace("return 1", &format!("return \"{number}\"")),
    }
}

async fn swaps(good_ones: usize, broken_ones: usize) {
    let started = Instant::now();
    // Without a line for each request: the log is kept to be shown.
    let service = Service::start_in(Folder::new(&good(0)), &[("TUSK_LOG", "warn")]).await;
    let service = Arc::new(service);
    let (stop, served, failed) = (
        Arc::<AtomicBool>::default(),
        Arc::<AtomicUsize>::default(),
        Arc::<AtomicUsize>::default(),
    );
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (service, stop, served, failed) = (service.clone(), stop.clone(), served.clone(), failed.clone());
            tokio::spawn(async move {
                while !stop.load(Relaxed) {
                    let answer = service.client.get(format!("{}/f", service.url)).send().await;
                    let counter = match answer {
                        Ok(answer) if answer.status() == 200 => &served,
                        _ => &failed,
                    };
                    counter.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    let (mut before, mut refused) = (0, 0);
    for swap in 1..=good_ones {
        service.folder.write("service.tsk", &good(swap));
        let answer = (swap % 4).to_string();
        eventually(&format!("swap {swap}"), || async {
            (service.get("/f").await.text == answer).then_some(())
        })
        .await;
        if refused < swap * broken_ones / good_ones {
            service.folder.write("service.tsk", &broken(refused));
            refused += 1;
            eventually(&format!("the refusal of text {refused}"), || async {
                (service.log().matches("keeps serving").count() >= refused).then_some(())
            })
            .await;
            assert_eq!(service.get("/f").await.text, answer, "the last good version serves");
        }
        if swap == good_ones.div_ceil(4) {
            before = resident(service.id());
        }
    }
    let after = resident(service.id());
    stop.store(true, Relaxed);
    for task in load {
        task.await.unwrap();
    }
    let (served, failed) = (served.load(Relaxed), failed.load(Relaxed));
    figure(format!(
        "{good_ones} swaps of good and {refused} of broken text: {failed} of {} requests failed; memory {} MiB after a quarter, \
         {} MiB at the end; in {:.0?}",
        served + failed,
        before >> 10,
        after >> 10,
        started.elapsed()
    ));
    assert_eq!(failed, 0);
    assert!(served > good_ones, "there was load: {served}");
    assert!(after <= before + GROWTH, "memory grew from {before} to {after} KiB");
}

/// The memory that a process holds. KiB.
fn resident(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).expect("a number of KiB")
}

const SLOW_AND_FAST: &str = r#"
[a]
f_fujsen = '''rust
#[fujsen]
fn slow() -> i64 { time::sleep(Duration::from_millis(30)); 1 }

#[fujsen]
fn fast() -> i64 { 2 }
'''

[routes]
"GET /slow": a.slow
"GET /fast": a.fast
"#;

/// What one connection saw: answers, and whether the request after the last was sent before the stop and not answered.
#[derive(Default)]
struct Seen {
    answered: usize,
    failed: usize,
}

/// Ends a service at random moments under load, until so many requests were answered.
async fn stops(requests: usize) {
    let (started, seed) = (Instant::now(), seed());
    let (mut all, mut rounds, mut longest) = (Seen::default(), 0, Duration::ZERO);
    while all.answered < requests {
        rounds += 1;
        let mut service = Service::start_in(Folder::new(SLOW_AND_FAST), &[("TUSK_LOG", "warn")]).await;
        let address = service.url.strip_prefix("http://").unwrap().to_owned();
        let load: Vec<_> = (0..32)
            .map(|n| {
                let path = if n % 4 == 0 { "/slow" } else { "/fast" };
                tokio::spawn(connection(address.clone(), path))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(fastrand::u64(200..2_000))).await;
        let stopped = Instant::now();
        signal(service.id() as i32, "TERM");
        assert!(service.ended().await.success());
        longest = longest.max(stopped.elapsed());
        for task in load {
            let (answered, last) = task.await.unwrap();
            all.answered += answered;
            all.failed += usize::from(last < stopped);
        }
    }
    figure(format!(
        "{rounds} stops under load: {} of {} requests failed that were sent before; the longest stop took {longest:.1?}; in {:.0?}, \
         seed {seed}",
        all.failed,
        all.answered + all.failed,
        started.elapsed()
    ));
    assert_eq!(all.failed, 0);
    assert!(longest < Duration::from_secs(30), "{longest:?}");
}

/// Asks one after the other until the server ends the connection: answers with 200, and when the request was sent that had
/// none.
async fn connection(address: String, path: &str) -> (usize, Instant) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let mut answered = 0;
    let mut buffer = vec![0; 4096];
    loop {
        let written = stream.write_all(request.as_bytes()).await;
        let sent = Instant::now();
        if written.is_err() {
            return (answered, sent);
        }
        let mut filled = 0;
        while !buffer[..filled].windows(4).any(|four| four == b"\r\n\r\n") || buffer[filled - 1] == b'\n' {
            match stream.read(&mut buffer[filled..]).await {
                Ok(0) | Err(_) => return (answered, sent),
                Ok(read) => filled += read,
            }
        }
        assert!(
            buffer.starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&buffer[..filled])
        );
        answered += 1;
        // The server said that this was the last: what is sent now is not for it.
        let head = String::from_utf8_lossy(&buffer[..filled]).to_ascii_lowercase();
        if head.contains("connection: close") {
            return (answered, Instant::now());
        }
    }
}
