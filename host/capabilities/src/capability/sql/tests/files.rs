//! SQLite's files: who else has them open, how much is written to them, and what survives.

use std::{fs, path::Path, time::Instant};

use serde_json::json;

use super::{
    super::*,
    bench::{Bench, LONG, code, text},
};
use crate::{
    base::{explain::Told, reserved},
    capability::fixture,
};

fn bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |about| about.len())
}

#[tokio::test]
async fn nobody_but_sqlite_opens_a_database() {
    let bench = Bench::sqlite().await;
    let folder = bench.folder.path();
    let reads = crate::base::folder::Folder::open(folder).unwrap();
    fs::write(folder.join("note.txt"), "hello").unwrap();
    std::os::unix::fs::symlink("main.db", folder.join("alias.txt")).unwrap();
    fs::hard_link(folder.join("main.db-shm"), folder.join("second.txt")).unwrap();
    for name in ["main.db", "main.db-wal", "main.db-shm", "alias.txt", "second.txt"] {
        let error = tsk::Environment::read(&reads, name).unwrap_err();
        assert!(error.to_string().contains("only SQLite may open"), "{name}: {error}");
        assert!(reserved::refuse(&folder.join(name)).is_err(), "{name}");
    }
    assert_eq!(tsk::Environment::read(&reads, "note.txt").unwrap(), b"hello");
    // A check reads through SQLite: its locks hold, and the last program to leave unlinks nothing.
    bench.sql.check("main", Instant::now() + LONG).await.unwrap();
    let done = std::process::Command::new("sqlite3")
        .arg(folder.join("main.db"))
        .arg("SELECT count(*) FROM users")
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    assert!(folder.join("main.db-wal").exists());
    let seen = std::process::Command::new("sqlite3")
        .arg(folder.join("main.db"))
        .arg("SELECT name FROM users")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), "ada");
}

#[tokio::test]
async fn a_database_that_was_moved_away_takes_no_writes() {
    for part in ["main.db", "main.db-wal"] {
        let bench = Bench::sqlite().await;
        bench.insert(&SqlSession::default(), "ada").await.unwrap();
        let (file, aside) = (bench.folder.path().join(part), bench.folder.path().join("aside"));
        fs::rename(&file, &aside).unwrap();
        for _ in 0..2 {
            let error = bench.insert(&SqlSession::default(), "bob").await.unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (503, "moved"), "{}", error.message);
            assert!(
                error.message.contains(part) && error.message.contains("put it back"),
                "{}",
                error.message
            );
            assert_eq!(code(bench.sql.check("main", Instant::now() + LONG).await), "503 moved");
            // Another in its place is not it.
            fs::write(&file, "").unwrap();
        }
        fs::rename(&aside, &file).unwrap();
        bench.insert(&SqlSession::default(), "bob").await.unwrap();
        assert_eq!(bench.count().await, 2);
    }
}

#[tokio::test]
async fn a_check_notices_what_was_written_over_a_database() {
    let bench = Bench::sqlite().await;
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    let deadline = Instant::now() + LONG;
    bench.sql.check("main", deadline).await.unwrap();
    let file = bench.folder.path().join("main.db");
    let done = std::process::Command::new("sqlite3")
        .arg(&file)
        .arg("PRAGMA wal_checkpoint(TRUNCATE)")
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let length = fs::metadata(&file).unwrap().len() as usize;
    // As a program does that knows nothing of locks: `cp`, in a process of its own.
    let other = bench.folder.path().join("other");
    fs::write(&other, vec![b'x'; length]).unwrap();
    assert!(
        std::process::Command::new("cp")
            .arg(&other)
            .arg(&file)
            .status()
            .unwrap()
            .success()
    );
    let error = bench.sql.check("main", deadline).await.told();
    assert_eq!(error.code, "corrupt", "{}", error.message);
}

#[tokio::test]
async fn what_one_transaction_writes_is_bounded() {
    let bench = Bench::sqlite().await;
    bench
        .execute("CREATE TABLE blobs (id INTEGER PRIMARY KEY, b BLOB)", vec![])
        .await
        .unwrap();
    let wal = bench.folder.path().join("main.db-wal");
    let many = |rows: u32, size: u32| {
        format!(
            "INSERT INTO blobs (b) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {rows}) \
             SELECT randomblob({size}) FROM n"
        )
    };
    let error = bench.execute(&many(2000, 500_000), vec![]).await.unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str()),
        (500, "too-large"),
        "{}",
        error.message
    );
    assert!(error.message.contains("128 MiB"), "{}", error.message);
    let most = limits::SQL_WRITTEN + (160 << 20);
    assert!(bytes(&wal) < most, "{} MiB", bytes(&wal) >> 20);
    assert_eq!(bench.value("SELECT count(*) FROM blobs").await, Value::Integer(0));
    // In a transaction the statements count together, and nothing of it stays.
    let mut session = SqlSession::default();
    bench.begin(&mut session).await.unwrap();
    let mut refused = String::new();
    for _ in 0..40 {
        refused = code(bench.execute_in(&session, &many(20, 500_000), vec![]).await);
        if refused != "ok" {
            break;
        }
    }
    assert_eq!(refused, "500 too-large");
    assert_eq!(code(bench.commit(&mut session).await), "500 rolled-back");
    drop(session);
    // The next call is not charged for it, and the log becomes short again.
    for _ in 0..3 {
        bench.execute(&many(20, 500_000), vec![]).await.unwrap();
    }
    assert_eq!(bench.value("SELECT count(*) FROM blobs").await, Value::Integer(60));
    assert!(bytes(&wal) < 64 << 20, "{} MiB", bytes(&wal) >> 20);
    // What is sorted goes through files, too.
    let sort = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000) \
                SELECT x FROM (SELECT x, randomblob(200000) AS b FROM n) ORDER BY b";
    assert_eq!(code(bench.query(sort, vec![]).await), "500 too-large");
    assert_eq!(bench.value("SELECT count(*) FROM blobs").await, Value::Integer(60));
}

#[tokio::test]
async fn a_setup_may_write_what_the_database_may_hold() {
    let bench = Bench::sqlite().await;
    let setup = "CREATE TABLE blobs (b BLOB); INSERT INTO blobs WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n \
                 WHERE x < 300) SELECT zeroblob(500000) FROM n";
    let config = fixture::config(json!({"databases": {"main": {"url": "sqlite:main.db", "setup": setup}}}));
    Sql::new(&bench.pools, &config, bench.folder.path())
        .unwrap()
        .connect()
        .await
        .unwrap();
    assert_eq!(bench.value("SELECT count(*) FROM blobs").await, Value::Integer(300));
}

#[tokio::test]
async fn readers_that_overlap_do_not_let_the_log_grow() {
    let bench = std::sync::Arc::new(Bench::sqlite().await);
    bench.execute("CREATE TABLE blobs (b BLOB)", vec![]).await.unwrap();
    bench
        .execute("INSERT INTO blobs VALUES (zeroblob(10))", vec![])
        .await
        .unwrap();
    let wal = bench.folder.path().join("main.db-wal");
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300000) \
                SELECT count(*) + (SELECT count(*) FROM blobs) FROM n";
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (bench, stop) = (bench.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    bench.query(slow, vec![]).await.unwrap();
                }
            })
        })
        .collect();
    for _ in 0..60 {
        let insert = "INSERT INTO blobs VALUES (zeroblob(4000000))";
        // A writer that waited for readers in vain is told to try again.
        while code(bench.execute(insert, vec![]).await) != "ok" {}
        bench
            .execute("DELETE FROM blobs WHERE length(b) > 10", vec![])
            .await
            .unwrap();
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    let most = limits::SQL_WAL as u64 * 4096 + (64 << 20);
    assert!(bytes(&wal) < most, "{} MiB", bytes(&wal) >> 20);
}

#[tokio::test]
async fn what_a_commit_survives_is_a_setting_of_each_database() {
    let bench = Bench::sqlite().await;
    let config = fixture::config(json!({"databases": {
        "default": "sqlite:a.db",
        "process": {"url": "sqlite:b.db", "durability": "process"},
        "power": {"url": "sqlite:c.db", "durability": "power"},
        "memory": {"url": "sqlite::memory:", "durability": "power"},
    }}));
    let sql = Sql::new(&bench.pools, &config, bench.folder.path()).unwrap();
    sql.connect().await.unwrap();
    for (name, level) in [("default", 1), ("process", 1), ("power", 2)] {
        let mut leases = Vec::new();
        for _ in 0..limits::SQL_CONNECTIONS {
            leases.push(sql.databases[name].lease(Instant::now() + LONG).await.unwrap());
        }
        for lease in &leases {
            let rows = lease
                .query(Instant::now() + LONG, "PRAGMA synchronous".into(), vec![])
                .await
                .unwrap();
            assert_eq!(rows.rows, vec![vec![Value::Integer(level)]], "{name}");
            let rows = lease
                .query(Instant::now() + LONG, "PRAGMA journal_mode".into(), vec![])
                .await
                .unwrap();
            assert_eq!(rows.rows, vec![vec![text("wal")]], "{name}");
        }
    }
    for (database, says) in [
        (
            json!({"url": "sqlite:x.db", "durability": "disk"}),
            "must be \"process\" or \"power\"",
        ),
        (
            json!({"url": "postgres://u:geheim@h/d", "durability": "power"}),
            "a setting for SQLite",
        ),
        (
            json!({"url": "sqlite:x.db", "durabilty": "power"}),
            "`databases.main` has no setting `durabilty`",
        ),
    ] {
        let config = fixture::config(json!({"databases": {"main": database}}));
        let diagnostics = Sql::new(&bench.pools, &config, bench.folder.path()).err().unwrap();
        assert!(diagnostics[0].message.contains(says), "{diagnostics:?}");
    }
}
