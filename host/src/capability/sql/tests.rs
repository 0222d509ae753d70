#![allow(clippy::unwrap_used)]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::json;

use super::*;
use crate::capability::fixture;

/// What a busy machine may add to any wait: these tests tell an end from a hang, and measure nothing.
const NOISE: Duration = Duration::from_secs(5);

/// A database file of its own, and one in memory.
struct Bench {
    pools: Pools,
    folder: tempfile::TempDir,
    sql: Sql,
}

const LONG: Duration = Duration::from_secs(30);

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pools = Pools::default();
        let sql = Sql::new(&pools, &databases(), folder.path()).unwrap();
        sql.connect().await.unwrap();
        let bench = Self { pools, folder, sql };
        bench
            .execute(
                "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, note)",
                vec![],
            )
            .await
            .unwrap();
        bench
    }

    async fn query(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
        self.within(LONG, statement, parameters).await
    }

    async fn within(&self, time: Duration, statement: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
        let session = SqlSession::default();
        self.sql
            .query(&session, Instant::now() + time, "main", statement.into(), parameters)
            .await
    }

    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Changes, Error> {
        let session = SqlSession::default();
        self.sql
            .execute(&session, Instant::now() + LONG, "main", statement.into(), parameters)
            .await
    }

    async fn count(&self) -> i64 {
        match self.query("SELECT count(*) FROM users", vec![]).await.unwrap().rows[0][0] {
            Value::Integer(count) => count,
            ref other => panic!("a count, not {other:?}"),
        }
    }

    async fn insert(&self, session: &SqlSession, name: &str) -> Result<Changes, Error> {
        let statement = "INSERT INTO users (name) VALUES (?)".to_owned();
        self.sql
            .execute(session, Instant::now() + LONG, "main", statement, vec![text(name)])
            .await
    }
}

fn databases() -> Config {
    fixture::config(json!({"databases": {"main": "sqlite:main.db", "scratch": "sqlite::memory:"}}))
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn code<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => format!("{} {}", error.status, error.code),
    }
}

/// Counts to more than anybody waits for.
const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";

#[tokio::test]
async fn values_survive_the_trip() {
    let bench = Bench::new().await;
    let values = vec![
        Value::Null,
        Value::Boolean(true),
        Value::Integer(i64::MIN),
        Value::Real(0.1),
        text("a'b\0c ü"),
        Value::Bytes(vec![0, 255]),
        Value::Json("[1]".into()),
    ];
    let rows = bench
        .query("SELECT ? AS a, ?, ?, ?, ?, ?, ? AS g", values)
        .await
        .unwrap();
    assert_eq!((rows.columns[0].as_str(), rows.columns[6].as_str()), ("a", "g"));
    let expected = vec![
        Value::Null,
        Value::Integer(1),
        Value::Integer(i64::MIN),
        Value::Real(0.1),
        text("a'b\0c ü"),
        Value::Bytes(vec![0, 255]),
        text("[1]"),
    ];
    assert_eq!(rows.rows, vec![expected]);
}

#[tokio::test]
async fn changes_are_counted() {
    let bench = Bench::new().await;
    let session = SqlSession::default();
    let first = bench.insert(&session, "ada").await.unwrap();
    assert_eq!((first.affected, first.last_insert_id), (1, 1));
    let rows = bench
        .query("INSERT INTO users (name) VALUES (?) RETURNING id", vec![text("bob")])
        .await
        .unwrap();
    assert_eq!(rows.rows, vec![vec![Value::Integer(2)]]);
    let both = bench.execute("UPDATE users SET note = 1", vec![]).await.unwrap();
    assert_eq!((both.affected, both.last_insert_id), (2, 0));
    let none = bench
        .execute("CREATE INDEX notes ON users (note)", vec![])
        .await
        .unwrap();
    assert_eq!((none.affected, none.last_insert_id), (0, 0));
}

#[tokio::test]
async fn errors_say_what_to_do() {
    let bench = Bench::new().await;
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    for (statement, expected, says) in [
        (
            "INSERT INTO users (name) VALUES ('ada')",
            "409 constraint",
            "UNIQUE constraint failed: users.name",
        ),
        ("SELEC 1", "500 syntax", "SELEC"),
        ("SELECT * FROM nobody", "500 syntax", "no such table: nobody"),
        ("SELECT \"name\", \"nmae\" FROM users", "500 syntax", "no such column"),
        ("SELECT 1; SELECT 2", "500 syntax", "one call runs one statement"),
        (
            "SELECT 1; DROP TABLE users",
            "500 syntax",
            "one call runs one statement",
        ),
        (" -- nothing", "500 syntax", "empty"),
        ("", "500 syntax", "empty"),
        ("SELECT ?, ?", "500 parameters", "2 parameter(s), 0 value(s)"),
        ("ATTACH '/etc/passwd' AS x", "500 denied", "[databases]"),
        ("VACUUM INTO '/tmp/stolen.db'", "500 denied", "VACUUM"),
        ("PRAGMA writable_schema = 1", "500 denied", "PRAGMA writable_schema"),
        ("PRAGMA journal_mode = DELETE", "500 denied", "PRAGMA journal_mode"),
        ("SELECT load_extension('/tmp/x.so')", "500 denied", "load_extension"),
        ("UPDATE sqlite_master SET sql = ''", "500 syntax", "may not be modified"),
        ("CREATE TEMP TABLE t (x)", "500 denied", "TEMP"),
        ("BEGIN", "500 denied", "transaction"),
        ("SAVEPOINT x", "500 denied", "transaction"),
        ("CREATE VIRTUAL TABLE t USING dbstat", "500 denied", "module"),
        ("SELECT zeroblob(1000000000)", "500 too-large", "MiB"),
    ] {
        let error = bench.query(statement, vec![]).await.unwrap_err();
        assert_eq!(
            format!("{} {}", error.status, error.code),
            expected,
            "{statement}: {}",
            error.message
        );
        assert!(error.message.contains(says), "{statement}: {}", error.message);
        assert_eq!(code(bench.execute(statement, vec![]).await), expected, "{statement}");
    }
    for allowed in [
        "PRAGMA table_info(users)",
        "PRAGMA user_version = 3",
        "PRAGMA user_version",
        "CREATE VIRTUAL TABLE pages USING fts5(body)",
        "INSERT INTO pages VALUES ('hello world')",
        "SELECT * FROM pages WHERE pages MATCH 'hello'",
        "SELECT name FROM sqlite_master; -- all of them",
        "ALTER TABLE users ADD COLUMN age",
        "DROP TABLE pages",
    ] {
        assert_eq!(code(bench.query(allowed, vec![]).await), "ok", "{allowed}");
    }
}

#[tokio::test]
async fn names_are_suggested() {
    let bench = Bench::new().await;
    let session = SqlSession::default();
    let error = bench
        .sql
        .query(&session, Instant::now() + LONG, "mian", "SELECT 1".into(), vec![])
        .await
        .unwrap_err();
    assert_eq!(error.code, "unknown-database");
    assert!(error.message.contains("did you mean `main`?"), "{}", error.message);
    assert!(
        error.message.contains("[databases]\nmian: \"sqlite:mian.db\""),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn results_are_bounded() {
    let bench = Bench::new().await;
    let many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000)";
    assert_eq!(
        code(bench.query(&format!("{many} SELECT x FROM n"), vec![]).await),
        "500 too-large"
    );
    assert_eq!(
        code(
            bench
                .query(&format!("{many} SELECT zeroblob(100000) FROM n"), vec![])
                .await
        ),
        "500 too-large"
    );
    // What is refused did not happen.
    let insert = format!("INSERT INTO users (note) {many} SELECT x FROM n RETURNING id");
    assert_eq!(code(bench.query(&insert, vec![]).await), "500 too-large");
    assert_eq!(bench.count().await, 0);
}

#[tokio::test]
async fn an_endless_statement_is_stopped_in_time() {
    let bench = Bench::new().await;
    let start = Instant::now();
    let error = bench
        .within(Duration::from_millis(200), ENDLESS, vec![])
        .await
        .unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (504, "timeout"));
    assert!(
        start.elapsed() < Duration::from_millis(250) + NOISE,
        "{:?}",
        start.elapsed()
    );
    // Every connection is free again.
    assert_eq!(bench.count().await, 0);
}

#[tokio::test]
async fn a_dropped_call_frees_its_connection() {
    let bench = Bench::new().await;
    for _ in 0..limits::SQL_CONNECTIONS * 2 {
        let stopped = tokio::time::timeout(Duration::from_millis(20), bench.query(ENDLESS, vec![])).await;
        assert!(stopped.is_err());
    }
    assert_eq!(bench.count().await, 0);
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let bench = Bench::new().await;
    let deadline = Instant::now() + LONG;
    let mut session = SqlSession::default();
    bench.sql.begin(&mut session, deadline, "main").await.unwrap();
    assert_eq!(
        code(bench.sql.begin(&mut session, deadline, "main").await),
        "500 in-transaction"
    );
    bench.insert(&session, "ada").await.unwrap();
    assert_eq!(bench.count().await, 0);
    bench.sql.commit(&mut session, deadline, "main").await.unwrap();
    assert_eq!(bench.count().await, 1);
    assert_eq!(
        code(bench.sql.commit(&mut session, deadline, "main").await),
        "500 no-transaction"
    );

    bench.sql.begin(&mut session, deadline, "main").await.unwrap();
    bench.insert(&session, "bob").await.unwrap();
    bench.sql.rollback(&mut session, deadline, "main").await.unwrap();
    bench.sql.begin(&mut session, deadline, "main").await.unwrap();
    bench.insert(&session, "eve").await.unwrap();
    drop(session);
    assert_eq!(bench.count().await, 1);
    bench.insert(&SqlSession::default(), "fay").await.unwrap();
}

#[tokio::test]
async fn nothing_runs_outside_a_transaction_that_sqlite_gave_up() {
    let bench = Bench::new().await;
    let mut session = SqlSession::default();
    bench
        .sql
        .begin(&mut session, Instant::now() + LONG, "main")
        .await
        .unwrap();
    bench.insert(&session, "ada").await.unwrap();
    let endless =
        "INSERT INTO users (note) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
    let soon = Instant::now() + Duration::from_millis(100);
    assert_eq!(
        code(bench.sql.execute(&session, soon, "main", endless.into(), vec![]).await),
        "504 timeout"
    );
    assert_eq!(code(bench.insert(&session, "bob").await), "500 rolled-back");
    assert_eq!(
        code(bench.sql.commit(&mut session, Instant::now() + LONG, "main").await),
        "500 rolled-back"
    );
    bench
        .sql
        .rollback(&mut session, Instant::now() + LONG, "main")
        .await
        .unwrap();
    assert_eq!(bench.count().await, 0);
}

#[tokio::test]
async fn a_second_writer_is_told_to_try_again() {
    let bench = Bench::new().await;
    let mut holder = SqlSession::default();
    bench
        .sql
        .begin(&mut holder, Instant::now() + LONG, "main")
        .await
        .unwrap();
    let start = Instant::now();
    let error = bench.insert(&SqlSession::default(), "bob").await.unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (503, "busy"));
    assert!(start.elapsed() < limits::SQL_BUSY + NOISE, "{:?}", start.elapsed());
    // Its own deadline ends the wait, too.
    let start = Instant::now();
    let soon = start + Duration::from_millis(100);
    let waits = bench
        .sql
        .execute(&SqlSession::default(), soon, "main", "DELETE FROM users".into(), vec![])
        .await;
    assert!(["503 busy", "504 timeout"].contains(&code(waits).as_str()));
    assert!(
        start.elapsed() < Duration::from_millis(150) + NOISE,
        "{:?}",
        start.elapsed()
    );
    // Readers do not wait.
    assert_eq!(bench.count().await, 0);
}

#[tokio::test]
async fn writers_queue_rather_than_fail() {
    let bench = std::sync::Arc::new(Bench::new().await);
    let writers: Vec<_> = (0..40)
        .map(|writer| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.insert(&SqlSession::default(), &format!("user {writer}")).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(bench.count().await, 40);
}

#[tokio::test]
async fn a_database_in_memory_is_one_and_survives_swaps() {
    let bench = Bench::new().await;
    let deadline = Instant::now() + LONG;
    let session = SqlSession::default();
    bench
        .sql
        .execute(&session, deadline, "scratch", "CREATE TABLE t (x)".into(), vec![])
        .await
        .unwrap();
    let Bench { pools, folder, sql } = bench;
    drop(sql);
    let next = Sql::new(&pools, &databases(), folder.path()).unwrap();
    next.connect().await.unwrap();
    let rows = next
        .query(&session, deadline, "scratch", "SELECT x FROM t".into(), vec![])
        .await
        .unwrap();
    assert_eq!((rows.columns, rows.rows), (vec!["x".to_owned()], vec![]));
}

#[tokio::test]
async fn what_cannot_be_opened_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("text.db"),
        "this is not a database, but it is long enough to look".repeat(40),
    )
    .unwrap();
    std::fs::create_dir(folder.path().join("folder.db")).unwrap();
    let config = fixture::config(json!({"databases": {
        "missing": "sqlite:no/such/folder/x.db", "text": "sqlite:text.db", "folder": "sqlite:folder.db",
    }}));
    let sql = Sql::new(&Pools::default(), &config, folder.path()).unwrap();
    let mut diagnostics = sql.connect().await.unwrap_err();
    diagnostics.sort_by(|a, b| a.message.cmp(&b.message));
    let helps: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.help.clone().unwrap())
        .collect();
    assert_eq!(diagnostics.len(), 3);
    assert!(helps[0].contains("is a folder"), "{helps:?}");
    assert!(helps[1].starts_with("create its folder: mkdir -p "), "{helps:?}");
    assert!(helps[2].contains("is no SQLite database"), "{helps:?}");
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.span.is_some()));
}

#[test]
fn all_bad_urls_are_reported() {
    let config = fixture::config(json!({"databases": {"a": "postgres://u:geheim@h/a", "b": 7, "c": "sqlite:c.db"}}));
    let diagnostics = Sql::new(&Pools::default(), &config, &PathBuf::from("/")).err().unwrap();
    assert_eq!(diagnostics.len(), 2);
    assert!(diagnostics[0].message.contains("PostgreSQL is not supported yet"));
    assert!(!format!("{diagnostics:?}").contains("geheim"));
}
