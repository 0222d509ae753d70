//! Databases that the host keeps: opened, shared, lost.

use std::{fs, path::Path};

use tempfile::tempdir;
use tokio::task::JoinSet;

use super::*;
use crate::{
    base::explain::Explain,
    storage::store::{Durability, StoreError, own::OWN_FOLDER},
};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY) STRICT";

async fn open(files: &StoreFiles, path: &Path) -> Arc<File> {
    let file = files.get(&Location::File(path.to_owned()));
    file.ensure(SCHEMA).await.unwrap();
    file
}

async fn add(file: &File, n: i64) -> Result<usize, StoreError> {
    file.write(Durability::Process, move |connection| {
        connection.execute("INSERT INTO numbers VALUES (?)", [n])
    })
    .await
}

async fn count(file: &File) -> i64 {
    let count =
        |connection: &rusqlite::Connection| connection.query_row("SELECT count(*) FROM numbers", [], |row| row.get(0));
    file.read(count).await.unwrap()
}

#[tokio::test]
async fn a_file_is_opened_once_and_keeps_what_was_written() {
    let folder = tempdir().unwrap();
    let path = folder.path().join(OWN_FOLDER).join("users.db");
    let files = StoreFiles::default();
    let first = open(&files, &path).await;
    assert!(Arc::ptr_eq(&first, &open(&files, &path).await));
    add(&first, 1).await.unwrap();
    drop(first);
    assert_eq!(count(&*open(&files, &path).await).await, 1);
    assert_eq!(fs::read_to_string(path.with_file_name(".gitignore")).unwrap(), "*\n");
}

#[tokio::test]
async fn a_database_in_memory_stays() {
    let (files, location) = (StoreFiles::default(), Location::Memory("users".into()));
    let file = files.get(&location);
    file.ensure(SCHEMA).await.unwrap();
    add(&file, 1).await.unwrap();
    drop(file);
    assert_eq!(count(&files.get(&location)).await, 1);
}

#[tokio::test]
async fn jobs_that_run_together_fail_alone() {
    let folder = tempdir().unwrap();
    let file = open(&StoreFiles::default(), &folder.path().join("data.db")).await;
    let mut jobs = JoinSet::new();
    for n in 0..500 {
        let file = file.clone();
        // Each number comes twice: one of the two is refused.
        jobs.spawn(async move { add(&file, n / 2).await });
    }
    let done = jobs.join_all().await;
    assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 250);
    assert_eq!(count(&file).await, 250);
}

#[tokio::test]
async fn work_that_fails_leaves_nothing() {
    let folder = tempdir().unwrap();
    let file = open(&StoreFiles::default(), &folder.path().join("data.db")).await;
    let half = |connection: &rusqlite::Connection| {
        connection.execute("INSERT INTO numbers VALUES (1)", [])?;
        connection.execute("INSERT INTO numbers VALUES (1)", [])
    };
    assert!(file.write(Durability::Process, half).await.is_err());
    assert_eq!(count(&file).await, 0);
}

#[tokio::test]
async fn two_processes_write_to_one_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("data.db");
    // Nothing is shared between the two but the file.
    let (one, other) = (StoreFiles::default(), StoreFiles::default());
    let (one, other) = tokio::join!(open(&one, &path), open(&other, &path));
    let mut jobs = JoinSet::new();
    for n in 0..400 {
        let file = if n % 2 == 0 { one.clone() } else { other.clone() };
        jobs.spawn(async move { add(&file, n).await.unwrap() });
    }
    jobs.join_all().await;
    assert_eq!((count(&one).await, count(&other).await), (400, 400));
}

#[tokio::test]
async fn a_panic_costs_one_job() {
    let folder = tempdir().unwrap();
    let file = open(&StoreFiles::default(), &folder.path().join("data.db")).await;
    let panics = |_: &rusqlite::Connection| -> rusqlite::Result<()> { panic!("for the test") };
    assert_eq!(
        file.write(Durability::Process, panics).await.unwrap_err().meaning(),
        (500, "internal")
    );
    let started = std::time::Instant::now();
    // The thread may still be on its way out.
    while add(&file, 1).await.is_err() {
        assert!(started.elapsed().as_secs() < 10);
        tokio::task::yield_now().await;
    }
    assert_eq!(count(&file).await, 1);
}

#[tokio::test]
async fn what_cannot_be_opened_is_named_with_a_remedy() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("text.db"), "no database at all ".repeat(100)).unwrap();
    fs::create_dir(folder.path().join("folder.db")).unwrap();
    let files = StoreFiles::default();
    for (name, says) in [
        ("none/data.db", "mkdir -p"),
        ("text.db", "no SQLite database"),
        ("folder.db", "name a file"),
    ] {
        let path = folder.path().join(name);
        let error = files
            .get(&Location::File(path.clone()))
            .ensure(SCHEMA)
            .await
            .unwrap_err();
        assert_eq!(error.meaning(), (503, "unavailable"));
        assert!(
            error.message().contains(says) && error.message().contains(path.to_str().unwrap()),
            "{}",
            error.message()
        );
    }
}
