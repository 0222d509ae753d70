//! What is the same whatever the database is.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    super::*,
    bench::{Bench, LONG, code, databases, fail, text},
};
use crate::base::explain::Told;

/// What a busy machine may add to any wait: these tests tell an end from a hang, and measure nothing.
const NOISE: Duration = Duration::from_secs(5);

/// Counts to more than anybody waits for.
const ENDLESS: &str = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 0 FROM n) SELECT count(*) FROM n";

#[tokio::test]
async fn values_survive_the_trip() {
    for bench in Bench::both().await {
        let table = format!(
            "CREATE TABLE kinds (a BIGINT, b INTEGER, c BIGINT, d DOUBLE PRECISION, e TEXT, f {}, g TEXT)",
            bench.on("BLOB", "BYTEA")
        );
        bench.execute(&table, vec![]).await.unwrap();
        let values = vec![
            Value::Null,
            Value::Boolean(true),
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            text("a'b\n? ü"),
            Value::Bytes(vec![0, 255]),
            Value::Json("[1]".into()),
        ];
        bench
            .execute("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            .await
            .unwrap();
        let rows = bench
            .query("SELECT * FROM kinds WHERE c < ?", vec![Value::Integer(0)])
            .await
            .unwrap();
        assert_eq!((rows.columns[0].as_str(), rows.columns[6].as_str()), ("a", "g"));
        let expected = vec![
            Value::Null,
            Value::Integer(1),
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            text("a'b\n? ü"),
            Value::Bytes(vec![0, 255]),
            text("[1]"),
        ];
        assert_eq!(rows.rows, vec![expected], "{}", bench.engine);
    }
}

#[tokio::test]
async fn placeholders_are_the_same() {
    for bench in Bench::both().await {
        bench.insert(&SqlSession::default(), "what?").await.unwrap();
        for statement in [
            "SELECT name FROM users WHERE name = ? AND id < ? -- ?",
            "SELECT name /* ? */ FROM users WHERE name = ? AND '?' <> 'it''s?' AND id < ?",
            "SELECT name FROM users WHERE name = ?1 AND id < ?2",
            "SELECT name FROM users WHERE name = $1 AND id < $2",
        ] {
            let rows = bench
                .query(statement, vec![text("what?"), Value::Integer(100)])
                .await
                .unwrap_or_else(|error| panic!("{}: {statement}: {}", bench.engine, error.message));
            assert_eq!(rows.rows, vec![vec![text("what?")]], "{}: {statement}", bench.engine);
        }
    }
}

#[tokio::test]
async fn changes_are_counted() {
    for bench in Bench::both().await {
        let session = SqlSession::default();
        let counts = |changes: Changes| (changes.affected, changes.last_insert_id);
        let first = bench.insert(&session, "ada").await.unwrap();
        assert_eq!(counts(first), bench.on((1, 1), (1, 0)));
        let rows = bench
            .query("INSERT INTO users (name) VALUES (?) RETURNING id", vec![text("bob")])
            .await
            .unwrap();
        assert_eq!(rows.rows, vec![vec![Value::Integer(2)]]);
        for (statement, affected) in [
            ("UPDATE users SET note = 1", 2),
            ("CREATE INDEX notes ON users (note)", 0),
            ("SELECT * FROM users", 0),
            ("INSERT INTO users (name) VALUES ('ada') ON CONFLICT DO NOTHING", 0),
            (
                "WITH old AS (SELECT 1 AS note) UPDATE users SET note = (SELECT note + 1 FROM old)",
                2,
            ),
            ("DELETE FROM users WHERE name = 'ada'", 1),
        ] {
            let changes = bench.execute(statement, vec![]).await.unwrap();
            assert_eq!(counts(changes), (affected, 0), "{}: {statement}", bench.engine);
        }
    }
}

#[tokio::test]
async fn errors_say_what_to_do() {
    for bench in Bench::both().await {
        bench.insert(&SqlSession::default(), "ada").await.unwrap();
        let cases = [
            (
                "INSERT INTO users (name) VALUES ('ada')",
                "409 constraint",
                bench.on(
                    "UNIQUE constraint failed: users.name",
                    "unique constraint \"users_name_key\"",
                ),
            ),
            ("SELEC 1", "500 syntax", "SELEC"),
            (
                "SELECT * FROM nobody",
                "500 syntax",
                bench.on(
                    "no such table: nobody",
                    "relation \"nobody\" does not exist, in `SELECT * FROM nobody`",
                ),
            ),
            ("SELECT \"name\",\n \"nmae\" FROM users", "500 syntax", "\"nmae\""),
            ("SELECT 1; SELECT 2", "500 syntax", "one call runs one statement"),
            (
                "SELECT 1; DROP TABLE users",
                "500 syntax",
                "one call runs one statement",
            ),
            (" -- nothing", "500 syntax", "empty"),
            ("", "500 syntax", "empty"),
            ("SELECT ?, ?", "500 parameters", "2 parameter(s), 0 value(s)"),
            ("BEGIN", "500 denied", "transaction"),
            ("SAVEPOINT x", "500 denied", "transaction"),
            ("CREATE TEMP TABLE t (x INTEGER)", "500 denied", "TEMP"),
        ];
        fail(&bench, &cases).await;
        let long = format!("SELECT '{}'", "x".repeat(limits::SQL_STATEMENT));
        assert_eq!(code(bench.query(&long, vec![]).await), "500 too-large");
        for allowed in [
            "SELECT 'a;b'; -- all of it",
            "ALTER TABLE users ADD COLUMN age INTEGER",
            "CREATE VIEW names AS SELECT name FROM users",
            "DROP VIEW names",
        ] {
            assert_eq!(
                code(bench.query(allowed, vec![]).await),
                "ok",
                "{}: {allowed}",
                bench.engine
            );
        }
    }
}

#[tokio::test]
async fn names_are_suggested() {
    let bench = Bench::sqlite().await;
    let session = SqlSession::default();
    let error = bench
        .sql
        .query(&session, Instant::now() + LONG, "mian", "SELECT 1".into(), vec![])
        .await
        .told();
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
    for bench in Bench::both().await {
        let many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)";
        let long = bench.on("zeroblob(100000)", "repeat('x', 100000)");
        assert_eq!(
            code(bench.query(&format!("{many} SELECT x FROM n"), vec![]).await),
            "500 too-large"
        );
        assert_eq!(
            code(bench.query(&format!("{many} SELECT {long} FROM n"), vec![]).await),
            "500 too-large"
        );
        // What is refused did not happen.
        let insert = format!("INSERT INTO users (note) {many} SELECT x FROM n RETURNING id");
        assert_eq!(code(bench.query(&insert, vec![]).await), "500 too-large");
        assert_eq!(bench.count().await, 0);
    }
}

#[tokio::test]
async fn an_endless_statement_is_stopped_in_time() {
    for bench in Bench::both().await {
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
}

#[tokio::test]
async fn a_dropped_call_frees_its_connection() {
    for bench in Bench::both().await {
        for _ in 0..limits::SQL_CONNECTIONS * 2 {
            let stopped = tokio::time::timeout(Duration::from_millis(20), bench.query(ENDLESS, vec![])).await;
            assert!(stopped.is_err());
        }
        assert_eq!(bench.count().await, 0);
    }
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    for bench in Bench::both().await {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        assert_eq!(code(bench.begin(&mut session).await), "500 in-transaction");
        bench.insert(&session, "ada").await.unwrap();
        assert_eq!(bench.count().await, 0);
        bench.commit(&mut session).await.unwrap();
        assert_eq!(bench.count().await, 1);
        assert_eq!(code(bench.commit(&mut session).await), "500 no-transaction");

        bench.begin(&mut session).await.unwrap();
        bench.insert(&session, "bob").await.unwrap();
        bench.rollback(&mut session).await.unwrap();
        bench.begin(&mut session).await.unwrap();
        bench.insert(&session, "eve").await.unwrap();
        drop(session);
        assert_eq!(bench.count().await, 1);
        bench.insert(&SqlSession::default(), "fay").await.unwrap();
    }
}

#[tokio::test]
async fn nothing_runs_outside_a_transaction_that_was_given_up() {
    for bench in Bench::both().await {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        bench.insert(&session, "ada").await.unwrap();
        let endless =
            "INSERT INTO users (note) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 0 FROM n) SELECT x FROM n";
        let soon = Instant::now() + Duration::from_millis(100);
        assert_eq!(
            code(bench.sql.execute(&session, soon, "main", endless.into(), vec![]).await),
            "504 timeout"
        );
        assert_eq!(code(bench.insert(&session, "bob").await), "500 rolled-back");
        assert_eq!(code(bench.commit(&mut session).await), "500 rolled-back");
        bench.rollback(&mut session).await.unwrap();
        assert_eq!(bench.count().await, 0);
    }
}

#[tokio::test]
async fn a_second_writer_is_told_to_try_again() {
    for bench in Bench::both().await {
        bench.insert(&SqlSession::default(), "ada").await.unwrap();
        let mut holder = SqlSession::default();
        bench.begin(&mut holder).await.unwrap();
        let change = "UPDATE users SET note = 1";
        bench.execute_in(&holder, change, vec![]).await.unwrap();
        let start = Instant::now();
        let error = bench.execute(change, vec![]).await.unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (503, "busy"), "{}", error.message);
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
        assert_eq!(bench.count().await, 1);
    }
}

#[tokio::test]
async fn writers_queue_rather_than_fail() {
    for bench in Bench::both().await {
        let bench = Arc::new(bench);
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
}

#[tokio::test]
async fn a_setup_is_run_once_for_each_text_and_whole_or_not_at_all() {
    for bench in Bench::both().await {
        let url = bench.on(
            "sqlite:main.db".to_owned(),
            bench.server.as_ref().map_or(String::new(), |s| s.url()),
        );
        let open = async |setup: &str| {
            let config = serde_json::json!({"databases": {"main": {"url": url, "setup": setup}}});
            let config = crate::capability::fixture::config(config);
            let sql = Sql::new(&bench.pools, &config, bench.folder.path()).unwrap();
            sql.connect()
                .await
                .map_err(|diagnostics| diagnostics[0].message.clone())
        };
        let first = "CREATE TABLE IF NOT EXISTS runs (n INTEGER); INSERT INTO runs VALUES (1)";
        for _ in 0..3 {
            open(first).await.unwrap();
        }
        let count = "SELECT count(*) FROM runs";
        assert_eq!(bench.value(count).await, Value::Integer(1), "{}", bench.engine);
        open(&format!("{first};")).await.unwrap();
        assert_eq!(bench.value(count).await, Value::Integer(2), "{}", bench.engine);
        for wrong in [
            "INSERT INTO runs VALUES (2); CREATE TABEL t (i)",
            "INSERT INTO runs VALUES (2); COMMIT",
        ] {
            let message = open(wrong).await.unwrap_err();
            assert!(
                message.contains("the setup of the database `main` fails: "),
                "{message}"
            );
            assert_eq!(bench.value(count).await, Value::Integer(2), "{}: {wrong}", bench.engine);
        }
    }
}

#[tokio::test]
async fn a_check_says_whether_the_database_answers() {
    for bench in Bench::both().await {
        let soon = Instant::now() + LONG;
        bench.sql.check("main", soon).await.unwrap();
        bench.sql.check("scratch", soon).await.unwrap();
        assert_eq!(code(bench.sql.check("nobody", soon).await), "500 unknown-database");
    }
}

#[tokio::test]
async fn grants_show_where_and_not_how() {
    for bench in Bench::both().await {
        let grants = bench.sql.grants();
        assert_eq!(grants[0].capability, "sql");
        let shown = &grants[0].target;
        let url = bench
            .server
            .as_ref()
            .map(|server| format!("postgres://127.0.0.1:{}/app", server.port));
        let file = format!("sqlite:{}/main.db", bench.folder.path().display());
        assert_eq!(*shown, format!("main ({})", url.unwrap_or(file)));
    }
}

#[test]
fn all_bad_urls_are_reported() {
    let config = serde_json::json!({"databases": {
        "a": "postgres://u:geheim@h", "b": 7, "c": "sqlite:c.db", "d": "postgres://u:geheim@h/d?sslmode=geheim",
        "e": "mysql://u:geheim@h/e",
    }});
    let config = crate::capability::fixture::config(config);
    let diagnostics = Sql::new(&Pools::default(), &config, Path::new("/")).err().unwrap();
    assert_eq!(diagnostics.len(), 4);
    assert!(
        diagnostics[0].message.contains("must name one database"),
        "{diagnostics:?}"
    );
    assert!(
        diagnostics[2]
            .message
            .contains("sslmode is disable, prefer, or require"),
        "{diagnostics:?}"
    );
    assert!(!format!("{diagnostics:?}").contains("geheim"));
}

#[test]
fn pools_are_shared_by_url() {
    let pools = Pools::default();
    let config = databases("postgres://u:geheim@h/d");
    let (one, two) = (
        Sql::new(&pools, &config, Path::new("/")).unwrap(),
        Sql::new(&pools, &config, Path::new("/")).unwrap(),
    );
    for name in ["main", "scratch"] {
        assert!(std::sync::Arc::ptr_eq(
            &one.databases[name].opened,
            &two.databases[name].opened
        ));
    }
}
