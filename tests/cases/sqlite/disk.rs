//! A disk that is full, and that has room again.

use std::process::Command;

use serde_json::json;

use crate::harness::{Folder, Service, eventually};

const BLOBS: &str = r#"
[service]
name: "blobs"
[databases]
main: { url: @env("DATABASE"), setup: "CREATE TABLE IF NOT EXISTS blobs (id INTEGER PRIMARY KEY, b BLOB)" }
[state]
url: @env("STATE")
[blobs]
code_fujsen = '''rust
#[fujsen]
fn add(size: i64) -> Result<Value> { Ok(json!(sql::execute("main", "INSERT INTO blobs (b) VALUES (randomblob(?))", params![size])?.affected)) }
#[fujsen]
fn clear() -> Result<Value> { Ok(json!(sql::execute("main", "DELETE FROM blobs", &[])?.affected)) }
#[fujsen]
fn count() -> Result<i64> { sql::query_one("main", "SELECT count(*) AS n FROM blobs", &[])?.unwrap().get("n") }
#[fujsen]
fn keep(size: usize) -> Result<()> { state::set("k", "x".repeat(size)) }
#[fujsen]
fn kept() -> Result<usize> { Ok(state::get::<String>("k")?.unwrap_or_default().len()) }
'''
[routes]
"POST /blobs": blobs.add
"POST /clear": blobs.clear
"GET /count": blobs.count
"POST /keep": blobs.keep
"GET /kept": blobs.kept
"#;

/// A small disk of its own, gone with it.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"])
            .arg(disk.0.path())
            .output()
            .unwrap();
        assert!(
            mounted.status.success(),
            "a disk needs root, and its right to mount: {mounted:?}"
        );
        disk
    }

    fn url(&self, name: &str) -> String {
        format!("sqlite:{}", self.0.path().join(name).display())
    }

    /// Takes what is left.
    fn fill(&self) {
        let file = std::fs::File::create(self.0.path().join("filler")).unwrap();
        while std::io::Write::write(&mut &file, &[0; 64 << 10]).is_ok_and(|written| written > 0) {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_stops_writes_alone_and_only_while_it_is_full() {
    let disk = Disk::new();
    let (database, state) = (disk.url("main.db"), disk.url("state.db"));
    let folder = Folder::new(BLOBS);
    let service = Service::start_in(folder, &[("DATABASE", &database), ("STATE", &state)]).await;
    assert_eq!(service.post("/blobs", json!({"size": 100_000})).await.status, 200);
    assert_eq!(service.post("/keep", json!({"size": 1000})).await.status, 204);
    disk.fill();
    for _ in 0..3 {
        let refused = service.post("/blobs", json!({"size": 3_000_000})).await;
        assert_eq!(refused.status, 503, "{}", refused.text);
        service.logged("cannot grow").await;
        let refused = service.post("/keep", json!({"size": 200_000})).await;
        assert_eq!(refused.status, 503, "{}", refused.text);
        // Reads go on, on every connection.
        let reads = (0..20).map(|_| service.get("/count"));
        for read in futures_util::future::join_all(reads).await {
            assert_eq!((read.status, read.json()), (200, json!(1)));
        }
        assert_eq!(service.get("/kept").await.json(), json!(1000));
    }
    disk.free();
    eventually("room again", || async {
        let written = service.post("/blobs", json!({"size": 1_000_000})).await;
        (written.status == 200).then_some(())
    })
    .await;
    assert_eq!(service.post("/keep", json!({"size": 2000})).await.status, 204);
    assert_eq!(service.get("/kept").await.json(), json!(2000));
    assert_eq!(service.get("/count").await.json(), json!(2));
}
