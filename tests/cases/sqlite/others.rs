//! Other programs beside a service under load: nothing that was answered is lost, and nothing is damaged.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use serde_json::json;

use crate::harness::{Folder, Service, eventually};

const NOTES: &str = r#"
[service]
name: "notes"
[admin]
port: 0
[databases]
main: { url: "sqlite:main.db", setup: "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)" }
[notes]
code_fujsen = '''rust
#[fujsen]
fn add(n: i64) -> Result<Value> {
    sql::execute("main", "INSERT INTO notes (n) VALUES (?)", params![n])?;
    Ok(json!(n))
}
#[fujsen]
fn count() -> Result<i64> { sql::query_one("main", "SELECT count(*) AS n FROM notes", &[])?.unwrap().get("n") }
'''
[routes]
"POST /notes": notes.add
"GET /count": notes.count
"#;

/// What a program of another process says.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is installed: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The ways that people look into a database and save it.
const LOOKS: [(&str, &[&str]); 6] = [
    ("sqlite3", &["main.db", "SELECT count(*) FROM notes"]),
    ("sqlite3", &["-readonly", "main.db", "SELECT max(n) FROM notes"]),
    ("sqlite3", &["main.db", ".backup backup.db"]),
    ("sqlite3", &["main.db", "PRAGMA wal_checkpoint(TRUNCATE)"]),
    (
        "sh",
        &["-c", "rm -f copy.db; sqlite3 main.db \"VACUUM INTO 'copy.db'\""],
    ),
    (
        "python3",
        &[
            "-c",
            "import sqlite3\nsource, to = sqlite3.connect('main.db', timeout=20), sqlite3.connect('python.db')\n\
             source.backup(to)\nprint(source.execute('SELECT count(*) FROM notes').fetchone()[0])",
        ],
    ),
];

#[tokio::test]
async fn nothing_that_was_answered_is_lost_beside_other_programs() {
    let service = Arc::new(Service::start_in(Folder::new(NOTES), &[]).await);
    let checks = || async {
        let metrics = service.metrics().await;
        metrics.get("tusk_dependency_up", &[("dependency", "main")])
    };
    let healthy = || async { (checks().await == Some(1.0)).then_some(()) };
    eventually("a check of the database", healthy).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (service, stop) = (service.clone(), stop.clone());
            tokio::spawn(async move {
                let mut answered = Vec::new();
                let mut n = writer;
                while !stop.load(Relaxed) {
                    if service.post("/notes", json!({ "n": n })).await.status == 200 {
                        answered.push(n);
                    }
                    n += 4;
                }
                answered
            })
        })
        .collect();
    let folder = service.folder.path().to_owned();
    // Long enough for several checks of the service's health, each between two looks from outside.
    let looks = tokio::task::spawn_blocking(move || {
        let started = std::time::Instant::now();
        let mut rounds = 0;
        while rounds < 3 || started.elapsed().as_secs() < 16 {
            for (program, arguments) in LOOKS {
                run(&folder, program, arguments);
            }
            rounds += 1;
        }
        folder
    });
    let folder = looks.await.unwrap();
    stop.store(true, Relaxed);
    let mut answered = BTreeSet::new();
    for writer in writers {
        answered.extend(writer.await.unwrap());
    }
    assert!(answered.len() > 50, "{}", answered.len());
    let lost = |when: &str| {
        let stored: BTreeSet<i64> = run(&folder, "sqlite3", &["main.db", "SELECT n FROM notes"])
            .lines()
            .map(|line| line.parse().unwrap())
            .collect();
        let lost: Vec<_> = answered.difference(&stored).collect();
        assert!(lost.is_empty(), "{when}: {} of {} are lost", lost.len(), answered.len());
        assert_eq!(
            run(&folder, "sqlite3", &["main.db", "PRAGMA integrity_check"]),
            "ok",
            "{when}"
        );
    };
    lost("while it runs");
    assert!(
        folder.join("main.db-wal").exists(),
        "nobody has unlinked it under the service"
    );
    assert_eq!(
        service.get("/count").await.json(),
        json!(
            run(&folder, "sqlite3", &["main.db", "SELECT count(*) FROM notes"])
                .parse::<i64>()
                .unwrap()
        )
    );
    let Ok(mut service) = Arc::try_unwrap(service) else {
        panic!("nobody else has it")
    };
    service.kill();
    lost("after it was killed");
    for copy in ["backup.db", "copy.db", "python.db"] {
        assert_eq!(
            run(&folder, "sqlite3", &[copy, "PRAGMA integrity_check"]),
            "ok",
            "{copy}"
        );
    }
}

#[tokio::test]
async fn a_file_of_the_service_that_is_a_database_is_not_read() {
    let service = Service::start_in(Folder::new(NOTES), &[]).await;
    assert_eq!(service.post("/notes", json!({"n": 1})).await.status, 200);
    std::os::unix::fs::symlink("main.db", service.folder.file("page.html")).unwrap();
    for name in ["main.db", "main.db-shm", "page.html"] {
        service
            .folder
            .write("service.tsk", &format!("{NOTES}[page]\ntext: @file(\"{name}\")\n"));
        service.logged("which only SQLite may open").await;
        run(
            service.folder.path(),
            "sqlite3",
            &["main.db", "SELECT count(*) FROM notes"],
        );
        assert_eq!(service.post("/notes", json!({"n": 1})).await.status, 200);
    }
    service.folder.write("service.tsk", NOTES);
    assert_eq!(
        run(
            service.folder.path(),
            "sqlite3",
            &["main.db", "SELECT count(*) FROM notes"]
        ),
        "4"
    );
}
