//! What is answered is on the disk by then, where the file says so: watched from outside, by the calls to the system.

use std::{process::Stdio, time::Duration};

use serde_json::json;

use crate::harness::{Folder, Running, Service, eventually};

const WRITES: &str = r#"
[service]
name: "writes"
[databases]
main: { url: "sqlite:main.db", setup: "CREATE TABLE IF NOT EXISTS t (n INTEGER)"DATABASE }
[state]
url: "sqlite:state.db"
STATE
[message_queue]
url: "sqlite:queue.db"
QUEUE
[w]
code_fujsen = '''rust
#[fujsen]
fn insert() -> Result<()> { sql::execute("main", "INSERT INTO t VALUES (1)", &[]).map(drop) }
#[fujsen]
fn keep() -> Result<i64> { state::increment("n", 1) }
#[fujsen]
fn publish() -> Result<()> { tusk::events::publish("happened", json!({}), tusk::events::Options::default()).map(drop) }
'''
[routes]
"POST /insert": w.insert
"POST /keep": w.keep
"POST /publish": w.publish
"#;

/// How many times the service waits for the disk while it answers ten requests.
async fn waits(service: &Service, path: &str) -> usize {
    let trace = service.folder.file(&format!("trace{}", path.replace('/', "-")));
    let tracer = std::process::Command::new("strace")
        .args(["-f", "-q", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&trace)
        .args(["-p", &service.id().to_string()])
        .stderr(Stdio::null())
        .spawn()
        .expect("strace is installed: `cargo xtask test` does so");
    let mut tracer = Running(tracer);
    let status = format!("/proc/{}/status", service.id());
    eventually("the tracer", || async {
        let status = std::fs::read_to_string(&status).unwrap();
        let traced = status
            .lines()
            .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
        traced.then_some(())
    })
    .await;
    // Threads are attached one after the other.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..10 {
        assert!(service.post(path, json!({})).await.status < 300, "{}", service.log());
    }
    let id = tracer.0.id() as i32;
    crate::harness::signal(id, "INT");
    let _ = tracer.0.wait();
    let text = std::fs::read_to_string(trace).unwrap();
    text.lines().filter(|line| line.contains("sync(")).count()
}

fn text(database: &str, state: &str, queue: &str) -> Folder {
    Folder::new(
        &WRITES
            .replace("DATABASE", database)
            .replace("STATE\n", state)
            .replace("QUEUE\n", queue),
    )
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_survives_the_power_waits_for_the_disk_before_it_is_answered() {
    let power = "durability: \"power\"\n";
    let service = Service::start_in(text(", durability: \"power\"", power, power), &[]).await;
    for path in ["/insert", "/keep", "/publish"] {
        assert!(service.post(path, json!({})).await.status < 300, "{}", service.log());
        let waits = waits(&service, path).await;
        assert!(waits >= 10, "{path}: {waits}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_survives_the_process_does_not_wait_and_the_queue_does_by_default() {
    let service = Service::start_in(text("", "", ""), &[]).await;
    for (path, waits_for_disk) in [("/insert", false), ("/keep", false), ("/publish", true)] {
        assert!(service.post(path, json!({})).await.status < 300, "{}", service.log());
        let waits = waits(&service, path).await;
        assert_eq!(waits >= 10, waits_for_disk, "{path}: {waits}");
        assert!(waits_for_disk || waits < 5, "{path}: {waits}");
    }
}
