//! What a statement, a transaction and a call leave behind.

use super::*;

#[tokio::test]
async fn errors_say_what_to_do() {
    let bench = Bench::postgres().await;
    server(&bench).admin("CREATE ROLE other");
    let cases = [
        (
            "SELECT 1\nFROM users\nWHERE nmae = 'é'",
            "500 syntax",
            "column \"nmae\" does not exist, in `WHERE nmae = 'é'`",
        ),
        ("SELECT FROM WHERE", "500 syntax", "syntax error at or near \"WHERE\""),
        ("SELECT nmae FROM users", "500 syntax", "users.name"),
        (
            "SELECT now(1, 2)",
            "500 syntax",
            "function now(integer, integer) does not exist",
        ),
        ("SELECT 1\0", "500 syntax", "zero byte"),
        ("SELECT 1 / 0", "500 data", "division by zero"),
        ("SELECT pg_read_file('/etc/passwd')", "500 denied", "permission denied"),
        ("SELECT * FROM pg_authid", "500 denied", "permission denied"),
        ("SELECT repeat('x', 2000000000)", "500 too-large", "MiB"),
        ("SELECT ?::int + $1", "500 parameters", "use one of the two"),
        ("COPY users TO PROGRAM 'sh'", "500 denied", "COPY"),
        ("SET ROLE other", "500 denied", "ALTER ROLE"),
        ("DO $$ BEGIN END $$", "500 denied", "DO"),
        ("CREATE EXTENSION dblink", "500 denied", "EXTENSION"),
        ("VACUUM", "500 denied", "VACUUM"),
    ];
    fail(&bench, &cases).await;
    bench
        .execute(
            "CREATE TABLE checked (n int NOT NULL CHECK (n > 0), u int REFERENCES users)",
            vec![],
        )
        .await
        .unwrap();
    for statement in [
        "INSERT INTO checked VALUES (0, NULL)",
        "INSERT INTO checked VALUES (NULL, NULL)",
        "INSERT INTO checked VALUES (1, 99)",
    ] {
        let error = bench.query(statement, vec![]).await.unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (409, "constraint"),
            "{}",
            error.message
        );
    }
    server(&bench).admin("ALTER DATABASE app SET default_transaction_read_only = on");
    let fresh = Sql::new(
        &Pools::default(),
        &databases(&server(&bench).url()),
        bench.folder.path(),
    )
    .unwrap();
    let insert = "INSERT INTO users (name) VALUES ('bob')".to_owned();
    let session = SqlSession::default();
    let refused = fresh
        .execute(&session, Instant::now() + LONG, "main", insert, vec![])
        .await;
    assert_eq!(code(refused), "503 read-only");
}

#[tokio::test]
async fn an_error_ends_a_transaction() {
    let bench = Bench::postgres().await;
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    let mut session = SqlSession::default();
    bench.begin(&mut session).await.unwrap();
    bench.insert(&session, "bob").await.unwrap();
    // What is refused before it is sent changes nothing.
    assert_eq!(code(bench.execute_in(&session, "VACUUM", vec![]).await), "500 denied");
    assert_eq!(
        code(bench.execute_in(&session, "SELECT ?::int", vec![]).await),
        "500 parameters"
    );
    bench.insert(&session, "cid").await.unwrap();
    assert_eq!(code(bench.insert(&session, "ada").await), "409 constraint");
    assert_eq!(code(bench.insert(&session, "dan").await), "500 rolled-back");
    assert_eq!(code(bench.commit(&mut session).await), "500 rolled-back");
    bench.rollback(&mut session).await.unwrap();
    assert_eq!(bench.count().await, 1);
    // A commit may fail, too.
    bench
        .execute(
            "ALTER TABLE users ADD CONSTRAINT later UNIQUE (note) DEFERRABLE INITIALLY DEFERRED",
            vec![],
        )
        .await
        .unwrap();
    bench.begin(&mut session).await.unwrap();
    let twice = "INSERT INTO users (name, note) VALUES ('x', 1), ('y', 1)";
    bench.execute_in(&session, twice, vec![]).await.unwrap();
    assert_eq!(code(bench.commit(&mut session).await), "409 constraint");
    assert_eq!(code(bench.insert(&session, "z").await), "500 rolled-back");
    drop(session);
    assert_eq!(bench.count().await, 1);
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_stopped_on_the_server() {
    let bench = Bench::postgres().await;
    let sleep = "SELECT pg_sleep(600)";
    let stopped = bench.within(Duration::from_millis(100), sleep, vec![]).await;
    assert_eq!(code(stopped), "504 timeout");
    let mut session = SqlSession::default();
    bench.begin(&mut session).await.unwrap();
    bench.insert(&session, "ada").await.unwrap();
    let soon = Duration::from_millis(100);
    let dropped = tokio::time::timeout(soon, bench.execute_in(&session, sleep, vec![])).await;
    assert!(dropped.is_err());
    drop(session);
    eventually("the end of both", async || {
        connections(server(&bench), "active") + connections(server(&bench), "idle in transaction%") == 0
    })
    .await;
    assert_eq!(bench.count().await, 0);
    assert!(connections(server(&bench), "%") <= limits::SQL_CONNECTIONS);
}

#[tokio::test]
async fn nothing_of_a_call_stays_in_its_session() {
    let bench = Bench::postgres().await;
    let path = "SELECT current_setting('search_path') AS a, current_setting('lock_timeout') AS b, \
                current_setting('TimeZone') AS c";
    let before = bench.query(path, vec![]).await.unwrap().rows;
    for statement in [
        "SELECT set_config('search_path', 'pg_catalog', false), set_config('TimeZone', 'Asia/Tokyo', false)",
        "SELECT set_config('statement_timeout', '1', false), set_config('lock_timeout', '0', false)",
        "SELECT 1 AS n INTO TEMP leak",
        "SELECT pg_advisory_lock(7)",
    ] {
        bench.execute(statement, vec![]).await.unwrap();
    }
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    for _ in 0..limits::SQL_CONNECTIONS {
        assert_eq!(bench.query(path, vec![]).await.unwrap().rows, before);
        assert_eq!(bench.value(held).await, Value::Integer(0));
        assert_eq!(code(bench.query("SELECT * FROM leak", vec![]).await), "500 syntax");
    }
    assert_eq!(before[0][1..], [text("2s"), text("UTC")]);
    // A server on Linux notices the end of this host.
    if cfg!(target_os = "linux") {
        let look = "SELECT current_setting('client_connection_check_interval')";
        assert_eq!(bench.value(look).await, text("5s"));
    }
    // What the operator has made shorter stays so.
    let own = server(&bench);
    own.admin("ALTER ROLE app SET lock_timeout = '50ms'; ALTER ROLE app SET statement_timeout = '300ms'");
    let fresh = Sql::new(&Pools::default(), &databases(&own.url()), bench.folder.path()).unwrap();
    let session = SqlSession::default();
    for _ in 0..2 {
        let rows = fresh
            .query(&session, Instant::now() + LONG, "main", path.into(), vec![])
            .await;
        assert_eq!(rows.unwrap().rows[0][1], text("50ms"));
    }
    let slow = fresh
        .query(
            &session,
            Instant::now() + LONG,
            "main",
            "SELECT pg_sleep(60)".into(),
            vec![],
        )
        .await
        .told();
    assert_eq!((slow.status, slow.code.as_str()), (504, "timeout"));
    assert!(slow.message.contains("statement timeout"), "{}", slow.message);
}

#[tokio::test]
async fn a_long_value_is_refused_while_it_comes() {
    let bench = Bench::postgres().await;
    for statement in [
        "SELECT repeat('x', 100000000)",
        "SELECT repeat('x', 100000000) FROM generate_series(1, 3)",
        "INSERT INTO users (name) VALUES ('ada') RETURNING repeat('x', 100000000)",
        // A few bytes that are a long text.
        "SELECT array_agg(1e100000::numeric) FROM generate_series(1, 1000)",
    ] {
        let error = bench.query(statement, vec![]).await.unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (500, "too-large"),
            "{statement}: {}",
            error.message
        );
        assert_eq!(bench.count().await, 0, "{statement}");
    }
    let most = bench.value("SELECT repeat('x', 8000000)").await;
    assert!(matches!(most, Value::Text(text) if text.len() == 8_000_000));
}

#[tokio::test]
async fn statements_are_prepared_again_when_their_tables_change() {
    let bench = Bench::postgres().await;
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    let (all, add) = ("SELECT * FROM users", "INSERT INTO users (name) VALUES (?) RETURNING *");
    for (index, column) in ["a", "b", "c"].iter().enumerate() {
        let alter = format!("ALTER TABLE users ADD COLUMN {column} int");
        bench.execute(&alter, vec![]).await.unwrap();
        // On every connection that there is.
        for _ in 0..3 {
            assert_eq!(bench.query(all, vec![]).await.unwrap().columns.len(), 4 + index);
        }
        let rows = bench.query(add, vec![text(column)]).await.unwrap();
        assert_eq!(rows.columns.len(), 4 + index);
    }
    assert_eq!(bench.count().await, 4);
    // In a transaction that has become impossible.
    let mut session = SqlSession::default();
    bench.query(all, vec![]).await.unwrap();
    bench
        .execute("ALTER TABLE users ADD COLUMN d int", vec![])
        .await
        .unwrap();
    bench.begin(&mut session).await.unwrap();
    let soon = Instant::now() + LONG;
    let first = bench.sql.query(&session, soon, "main", all.into(), vec![]).await;
    assert_eq!(code(first), "503 busy");
    bench.rollback(&mut session).await.unwrap();
    bench.begin(&mut session).await.unwrap();
    bench
        .sql
        .query(&session, soon, "main", all.into(), vec![])
        .await
        .unwrap();
    bench.commit(&mut session).await.unwrap();
    // There are not more of them than the bound.
    for n in 0..limits::SQL_STATEMENTS * 2 {
        bench.query(&format!("SELECT {n}"), vec![]).await.unwrap();
    }
    let Value::Integer(kept) = bench.value("SELECT count(*) FROM pg_prepared_statements").await else {
        panic!("a count")
    };
    assert!(kept <= limits::SQL_STATEMENTS as i64 + 1, "{kept}");
}
