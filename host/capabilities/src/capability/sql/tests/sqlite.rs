//! What only SQLite does.

use std::time::Instant;

use serde_json::json;

use super::{
    super::*,
    bench::{Bench, LONG, code, databases, fail, text},
};
use crate::capability::fixture;

#[tokio::test]
async fn values_without_a_column_are_what_they_were() {
    let bench = Bench::sqlite().await;
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
        .query("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f, ? AS g", values)
        .await
        .unwrap();
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
async fn errors_say_what_to_do() {
    let bench = Bench::sqlite().await;
    let cases = [
        ("ATTACH '/etc/passwd' AS x", "500 denied", "[databases]"),
        ("VACUUM INTO '/tmp/stolen.db'", "500 denied", "VACUUM"),
        ("PRAGMA writable_schema = 1", "500 denied", "PRAGMA writable_schema"),
        ("PRAGMA journal_mode = DELETE", "500 denied", "PRAGMA journal_mode"),
        ("SELECT load_extension('/tmp/x.so')", "500 denied", "load_extension"),
        ("UPDATE sqlite_master SET sql = ''", "500 syntax", "may not be modified"),
        ("CREATE VIRTUAL TABLE t USING dbstat", "500 denied", "module"),
        ("SELECT zeroblob(1000000000)", "500 too-large", "MiB"),
    ];
    fail(&bench, &cases).await;
    for allowed in [
        "PRAGMA table_info(users)",
        "PRAGMA user_version = 3",
        "PRAGMA user_version",
        "CREATE VIRTUAL TABLE pages USING fts5(body)",
        "INSERT INTO pages VALUES ('hello world')",
        "SELECT * FROM pages WHERE pages MATCH 'hello'",
        "SELECT name FROM sqlite_master; -- all of them",
        "DROP TABLE pages",
    ] {
        assert_eq!(code(bench.query(allowed, vec![]).await), "ok", "{allowed}");
    }
}

#[tokio::test]
async fn a_database_in_memory_is_one_and_survives_swaps() {
    let bench = Bench::sqlite().await;
    let deadline = Instant::now() + LONG;
    let session = SqlSession::default();
    bench
        .sql
        .execute(&session, deadline, "scratch", "CREATE TABLE t (x)".into(), vec![])
        .await
        .unwrap();
    let Bench { pools, folder, sql, .. } = bench;
    drop(sql);
    let next = Sql::new(&pools, &databases("sqlite:main.db"), folder.path()).unwrap();
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

#[tokio::test]
async fn a_value_that_fits_no_column_is_refused_as_its_senders_mistake() {
    let bench = Bench::sqlite().await;
    bench
        .execute("CREATE TABLE strict (n INTEGER) STRICT", vec![])
        .await
        .unwrap();
    for (statement, value) in [
        ("INSERT INTO users (id) VALUES (?)", text("x")),
        ("INSERT INTO strict VALUES (?)", text("x")),
        (
            "INSERT INTO strict VALUES (?)",
            Value::Json("9223372036854775808".into()),
        ),
        ("SELECT ?", Value::Json("18446744073709551615".into())),
    ] {
        let error = bench.execute(statement, vec![value]).await.unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (400, "bad-argument"),
            "{statement}: {}",
            error.message
        );
        assert!(
            !error.message.contains("users") && !error.message.contains("strict"),
            "{}",
            error.message
        );
    }
}
