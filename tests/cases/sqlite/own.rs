//! What the host keeps for itself: for its user's eyes, and through no link.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use serde_json::json;

use crate::harness::{Folder, Service, tusk};

const COUNTS: &str = r#"
[service]
name: "counts"
[c]
code_fujsen = '''rust
#[fujsen]
fn count() -> Result<i64> { state::increment("n", 1) }
#[fujsen]
fn publish() -> Result<()> { tusk::events::publish("counted", json!({}), tusk::events::Options::default()).map(drop) }
#[fujsen]
fn counted() {}
'''
[events]
counted: c.counted
[schedules]
"every 1h": c.counted
[routes]
"POST /count": c.count
"POST /publish": c.publish
"#;

#[tokio::test]
async fn state_queue_and_folder_are_this_users_alone() {
    let service = Service::start_in(Folder::new(COUNTS), &[]).await;
    assert_eq!(service.post("/count", json!({})).await.json(), json!(1));
    assert!(service.post("/publish", json!({})).await.status < 300);
    let own = service.folder.file(".tusk");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&own), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&own).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    for name in [
        "service.db",
        "service.db-wal",
        "service.db-shm",
        "events.db",
        "events.db-wal",
        "events.db-shm",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    // As an earlier version has made them.
    let folder = service.into_folder();
    for name in ["service.db", "events.db"] {
        fs::set_permissions(folder.file(".tusk").join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    fs::set_permissions(folder.file(".tusk"), fs::Permissions::from_mode(0o755)).unwrap();
    let service = Service::start_in(folder, &[]).await;
    assert_eq!(service.post("/count", json!({})).await.json(), json!(2));
    assert!(service.post("/publish", json!({})).await.status < 300);
    for name in ["", "service.db", "service.db-wal", "events.db", "events.db-shm"] {
        assert_eq!(mode(&service.folder.file(".tusk").join(name)) & 0o077, 0, "{name}");
    }
}

#[tokio::test]
async fn links_in_their_place_are_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    let place = |folder: &Folder, name: &str| {
        let own = folder.file(".tusk");
        if name.is_empty() {
            symlink(elsewhere.path(), &own).unwrap();
        } else {
            fs::create_dir(&own).unwrap();
            symlink(elsewhere.path().join("stolen"), own.join(name)).unwrap();
        }
    };
    for name in ["", "service.db", "service.db-wal"] {
        let folder = Folder::new(COUNTS);
        place(&folder, name);
        let output = tusk(folder.path(), &["service.tsk", "--port", "0"]);
        assert_ne!(output.code, Some(0), "{name}: {output:?}");
        let printed = format!("{}{}", output.stdout, output.stderr);
        assert!(printed.contains("is a symbolic link"), "{name}: {printed}");
        assert_eq!(
            fs::read_dir(elsewhere.path()).unwrap().count(),
            0,
            "{name}: nothing was made there"
        );
    }
    // The queue is opened by its first use.
    for name in ["events.db", "events.db-shm"] {
        let folder = Folder::new(COUNTS);
        place(&folder, name);
        let service = Service::start_in(folder, &[]).await;
        assert_eq!(service.post("/publish", json!({})).await.status, 503);
        service.logged("is a symbolic link").await;
        assert_eq!(
            fs::read_dir(elsewhere.path()).unwrap().count(),
            0,
            "{name}: nothing was made there"
        );
    }
}
