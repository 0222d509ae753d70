//! Through PgBouncer, which gives each transaction another of the server's connections.

use super::*;
use tsk::Config;

use crate::base::{explain::Explain, fixture::assert_refused};

fn through(pooler: &Pooler, pools: &Pools, prepared: bool) -> Sql {
    let setup = "CREATE TABLE IF NOT EXISTS t (id INT GENERATED ALWAYS AS IDENTITY, name TEXT UNIQUE, mood TEXT); \
                 DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'happy'); EXCEPTION WHEN duplicate_object THEN NULL; END $$; \
                 DO $$ BEGIN CREATE DOMAIN age AS int; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    let main = json!({"url": pooler.url(), "prepared_statements": prepared, "setup": setup});
    Sql::new(
        pools,
        &fixture::config(json!({"databases": {"main": main}})),
        Path::new("/"),
    )
    .unwrap()
}

async fn query(sql: &Sql, statement: &str, parameters: Vec<Value>) -> Result<Rows, SqlError> {
    let session = SqlSession::default();
    sql.query(&session, Instant::now() + LONG, "main", statement.into(), parameters)
        .await
}

/// Statements of every kind, many times, by several callers at once.
async fn work(sql: &Sql, caller: i64) -> Result<(), SqlError> {
    for round in 0..12 {
        let name = format!("{caller}/{round}");
        let rows = query(sql, "INSERT INTO t (name) VALUES (?) RETURNING name", vec![text(&name)]).await?;
        assert_eq!(rows.rows, [[text(&name)]]);
        let rows = query(sql, "SELECT name FROM t WHERE name = ?", vec![text(&name)]).await?;
        assert_eq!(rows.rows, [[text(&name)]]);
        let rows = query(
            sql,
            "SELECT CAST(? AS mood) AS one, CAST(? AS age) AS age, CAST(? AS mood[]) AS several",
            vec![text("happy"), Value::Integer(round), Value::Json(r#"["sad"]"#.into())],
        )
        .await?;
        assert_eq!(rows.rows, [[text("happy"), Value::Integer(round), text("{sad}")]]);
        let mut session = SqlSession::default();
        let soon = Instant::now() + LONG;
        sql.begin(&mut session, soon, "main").await?;
        for mood in ["a", "b"] {
            let update = "UPDATE t SET mood = ? WHERE name = ?".to_owned();
            let changes = sql
                .execute(&session, soon, "main", update, vec![text(mood), text(&name)])
                .await?;
            assert_eq!(changes.affected, 1);
        }
        match round % 3 {
            0 => sql.commit(&mut session, soon, "main").await?,
            1 => sql.rollback(&mut session, soon, "main").await?,
            _ => drop(session),
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_pooler_needs_a_setting_and_works_with_it() {
    let server = Postgres::start();
    let pooler = Pooler::start(&server);
    let pools = Pools::default();
    let sql = through(&pooler, &pools, false);
    sql.connect().await.unwrap();
    for done in futures_util::future::join_all((0..6).map(|caller| work(&sql, caller))).await {
        done.unwrap_or_else(|error| panic!("{error:?}"));
    }
    let count = query(&sql, "SELECT count(*) AS whole, count(mood) AS moody FROM t", vec![])
        .await
        .unwrap();
    assert_eq!(count.rows, [[Value::Integer(72), Value::Integer(24)]]);
    assert!(connections(&server, "%") > 1, "the pooler has several connections");

    // What a call does to its session is not seen by the next, on whichever connection.
    for _ in 0..12 {
        let leave = "SELECT set_config('my.secret', 'hunter2', false), pg_advisory_lock(7)";
        query(&sql, leave, vec![]).await.unwrap();
        let seen = "SELECT current_setting('my.secret', true) AS secret, current_setting('TimeZone') AS zone, \
                    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), '2026-11-25 11:08:44'::timestamptz::text";
        let rows = query(&sql, seen, vec![]).await.unwrap();
        let [secret, zone, locks, time] = &rows.rows[0][..] else {
            panic!("four columns")
        };
        assert!(matches!(secret, Value::Null | Value::Text(_)) && *secret != text("hunter2"));
        assert_eq!((zone, locks), (&text("UTC"), &Value::Integer(0)));
        assert_eq!(*time, text("2026-11-25 11:08:44+00"));
    }
    // Failures are told as elsewhere.
    assert_eq!(
        code(query(&sql, "SELECT CAST(? AS uuid)", vec![text("x")]).await),
        "400 bad-argument"
    );
    assert_eq!(
        code(query(&sql, "INSERT INTO t (name) VALUES (?)", vec![text("0/0")]).await),
        "409 constraint"
    );
    assert_eq!(code(query(&sql, "SELECT nothing", vec![]).await), "500 syntax");
    query(&sql, "CREATE INDEX CONCURRENTLY by_mood ON t (mood)", vec![])
        .await
        .unwrap();
    sql.check("main", Instant::now() + LONG).await.unwrap();
}

#[tokio::test]
async fn without_the_setting_the_failure_names_it() {
    let server = Postgres::start();
    let pooler = Pooler::start(&server);
    let pools = Pools::default();
    let sql = through(&pooler, &pools, true);
    sql.connect().await.unwrap();
    let mut failed = Vec::new();
    for round in 0..5 {
        let callers = (0..6).map(|caller| work(&sql, round * 6 + caller));
        let done = futures_util::future::join_all(callers).await;
        failed.extend(done.into_iter().filter_map(Result::err));
    }
    assert!(!failed.is_empty());
    for error in &failed {
        assert!(
            error.is_unavailable() && error.message().contains("`prepared_statements: false`"),
            "{failed:?}"
        );
    }
    // In a transaction, whose statements were prepared on another connection before it.
    let mut told = Vec::new();
    for _ in 0..20 {
        let _ = query(&sql, "SELECT name FROM t WHERE name = ?", vec![text("0/0")]).await;
        let mut session = SqlSession::default();
        let soon = Instant::now() + LONG;
        if sql.begin(&mut session, soon, "main").await.is_ok() {
            let statement = "SELECT name FROM t WHERE name = ?".to_owned();
            told.extend(
                sql.query(&session, soon, "main", statement, vec![text("0/0")])
                    .await
                    .err(),
            );
        }
    }
    assert!(
        told.iter()
            .all(|error| error.message().contains("`prepared_statements: false`")),
        "{told:?}"
    );
}

#[test]
fn a_line_that_says_something_else_is_refused() {
    let read = |config: &Config| Sql::new(&Pools::default(), config, Path::new("/"));
    assert_refused(
        "databases.main",
        read,
        &[
            (
                json!(5),
                "the database `main` must be a URL in a string",
                "write `main: \"sqlite:main.db\"`",
            ),
            (
                json!({"setup": "SELECT 1"}),
                "`databases.main` has no `url`",
                "write `main: { url: \"sqlite:main.db\" }`",
            ),
            (
                json!({"url": "sqlite::memory:", "setup": 5}),
                "`databases.main.setup` must be a string",
                "write, for example, `setup: \"CREATE TABLE IF NOT EXISTS …\"`",
            ),
            (
                json!({"url": "sqlite::memory:", "setups": "SELECT 1"}),
                "`databases.main` has no setting `setups`",
                "did you mean `setup`?",
            ),
            (
                json!({"url": "sqlite::memory:", "prepared_statements": false}),
                "`prepared_statements` of the database `main` is for PostgreSQL",
                "remove it",
            ),
            (
                json!({"url": "postgres://me@h/app", "prepared_statements": "no"}),
                "`databases.main.prepared_statements` must be true or false",
                "write, for example, `prepared_statements: true`",
            ),
        ],
    );
    assert_refused(
        "databases",
        read,
        &[(
            json!("sqlite:main.db"),
            "`databases` must hold settings",
            "write a section [databases] with lines such as `main: \"sqlite:main.db\"`",
        )],
    );
}
