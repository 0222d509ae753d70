//! What only PostgreSQL does, on a server of its own.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    super::*,
    bench::{Bench, LONG, code, databases, fail, text},
};
use crate::capability::fixture::{self, Postgres};

fn server(bench: &Bench) -> &Postgres {
    bench.server.as_ref().unwrap()
}

/// How many connections this process has, and how many of them are at work.
fn connections(server: &Postgres, state: &str) -> usize {
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state LIKE '{state}'");
    server.admin(&count).parse().unwrap()
}

async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < LONG, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn columns_become_values() {
    let bench = Bench::postgres().await;
    bench
        .execute("CREATE TYPE mood AS ENUM ('sad', 'happy')", vec![])
        .await
        .unwrap();
    bench
        .execute("CREATE DOMAIN age AS int CHECK (VALUE > 0)", vec![])
        .await
        .unwrap();
    for (expression, expected) in [
        ("true", Value::Boolean(true)),
        ("(-7)::int2", Value::Integer(-7)),
        ("7", Value::Integer(7)),
        ("9223372036854775807", Value::Integer(i64::MAX)),
        ("7::oid", Value::Integer(7)),
        ("7::age", Value::Integer(7)),
        ("0.1::float4", Value::Real(0.1)),
        ("0.1::float8", Value::Real(0.1)),
        ("'NaN'::float4", Value::Real(f64::NAN)),
        ("'-Infinity'::float8", Value::Real(f64::NEG_INFINITY)),
        ("'\\x00ff'::bytea", Value::Bytes(vec![0, 255])),
        ("NULL::int", Value::Null),
        ("pg_sleep(0)", Value::Null),
        ("'{\"a\": 1}'::json", Value::Json("{\"a\": 1}".into())),
        ("'{\"a\":1}'::jsonb", Value::Json("{\"a\": 1}".into())),
        ("' [1]'::json", Value::Json(" [1]".into())),
        ("'\"a\"'::json", text("a")),
        ("'1.5'::jsonb", Value::Real(1.5)),
        ("'15'::jsonb", Value::Integer(15)),
        ("'true'::jsonb", Value::Boolean(true)),
        ("'null'::jsonb", Value::Null),
    ] {
        let value = bench.value(&format!("SELECT {expression}")).await;
        assert_eq!(format!("{value:?}"), format!("{expected:?}"), "{expression}");
    }
}

#[tokio::test]
async fn what_is_no_plain_value_is_the_text_that_the_server_shows() {
    let bench = Bench::postgres().await;
    bench
        .execute("CREATE TYPE mood AS ENUM ('sad', 'very happy')", vec![])
        .await
        .unwrap();
    let expressions = [
        "'x'::text",
        "'x'::varchar",
        "'x'::char(3)",
        "'x'::name",
        "'x'::\"char\"",
        "'very happy'::mood",
        "'<a/>'::xml",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "0::numeric",
        "1.10::numeric",
        "-0.00012::numeric",
        "10000::numeric",
        "123456789.000100::numeric",
        "1e20::numeric",
        "1e-20::numeric",
        "'NaN'::numeric",
        "'Infinity'::numeric",
        "'-Infinity'::numeric",
        "99999999.9999::numeric(20, 7)",
        "12340000::numeric",
        "0.0001::numeric",
        "0.10::numeric",
        "1e-5::numeric(10, 7)",
        "'2026-11-25'::date",
        "'0001-01-01'::date",
        "'0044-03-15 BC'::date",
        "'5874897-12-31'::date",
        "'infinity'::date",
        "'-infinity'::date",
        "'2000-02-29'::date",
        "'1900-02-28'::date",
        "'12345-06-07'::date",
        "'04:05:06'::time",
        "'24:00:00'::time",
        "'00:00:00.1'::time",
        "'23:59:59.999999'::time",
        "'04:05:06+02'::timetz",
        "'04:05:06.5-05:30'::timetz",
        "'04:05:06+00:00:01'::timetz",
        "'04:05:06+00'::timetz",
        "'2026-11-25 11:08:44'::timestamp",
        "'2026-11-25 11:08:44.120'::timestamp",
        "'1969-12-31 23:59:59.999999'::timestamp",
        "'0044-03-15 12:00:00 BC'::timestamp",
        "'infinity'::timestamp",
        "'294276-12-31 23:59:59.999999'::timestamp",
        "'2026-11-25 11:08:44.5+05:30'::timestamptz",
        "'-infinity'::timestamptz",
        "'0044-03-15 12:00:00+00 BC'::timestamptz",
        "'1 year 2 mons 3 days 04:05:06.7'::interval",
        "'-1 year -2 mons +3 days -04:05:06'::interval",
        "'0'::interval",
        "'-1 day'::interval",
        "'-1 day 1 sec'::interval",
        "'1 mon -1 sec'::interval",
        "'100 hours'::interval",
        "'-1 mon +2 days'::interval",
        "'1 year'::interval",
        "'-0.5 sec'::interval",
        "'-13 months'::interval",
        "'192.168.0.1'::inet",
        "'192.168.0.1/24'::inet",
        "'10.0.0.0/8'::cidr",
        "'1.2.3.4/32'::cidr",
        "'::1'::inet",
        "'2001:db8::/32'::cidr",
        "'fe80::1/64'::inet",
        "'08:00:2b:01:02:03'::macaddr",
        "'08:00:2b:01:02:03:04:05'::macaddr8",
        "'{}'::int[]",
        "'{1,2,NULL}'::int[]",
        "ARRAY[[1,2],[3,4]]",
        "'[0:1]={1,2}'::int[]",
        "'[2:2][0:1]={{1,2}}'::int[]",
        "ARRAY['a', 'b c', '', 'null', 'a\"b', 'a\\b', '{', 'ü,']",
        "ARRAY[true, false, NULL]",
        "'{}'::text[]",
        "ARRAY[1.50, 2]::numeric[]",
        "ARRAY['\\x00ff'::bytea]",
        "ARRAY['{\"a\": 1}'::jsonb]",
        "ARRAY['very happy'::mood]",
        "ARRAY['2026-11-25 11:08:44'::timestamp]",
        "ARRAY[1.5, 'Infinity', 'NaN']::float8[]",
        "ARRAY[1, -1]::int8[]",
        "ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, NULL]",
        "ARRAY['1 day'::interval]",
    ];
    for expression in expressions {
        let statement = format!("SELECT v, format('%s', v) FROM (SELECT {expression} AS v) AS t");
        let rows = bench
            .query(&statement, vec![])
            .await
            .unwrap_or_else(|error| panic!("{expression}: {}", error.message));
        let [own, shown] = &rows.rows[0][..] else {
            panic!("two columns")
        };
        assert_eq!(own, shown, "{expression}");
    }
    for expression in [
        "point(1, 2)",
        "int4range(1, 2)",
        "ROW(1, 2)",
        "ARRAY[point(1, 2)]",
        "'1'::bit",
        "'a'::tsvector",
    ] {
        let error = bench
            .query(&format!("SELECT {expression} AS v"), vec![])
            .await
            .unwrap_err();
        assert_eq!(error.code, "syntax", "{expression}");
        assert!(
            error.message.contains("select it as text, `v::text`"),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn values_become_parameters() {
    let bench = Bench::postgres().await;
    bench
        .execute("CREATE TYPE mood AS ENUM ('sad', 'happy')", vec![])
        .await
        .unwrap();
    bench.execute("CREATE DOMAIN age AS int", vec![]).await.unwrap();
    let json = |text: &str| Value::Json(text.into());
    for (kind, value, expected) in [
        ("int2", Value::Integer(-32768), "-32768"),
        ("int4", Value::Integer(2147483647), "2147483647"),
        ("int8", Value::Integer(i64::MIN), "-9223372036854775808"),
        ("int4", Value::Real(7.0), "7"),
        ("int4", Value::Boolean(true), "1"),
        ("int4", text("7"), "7"),
        ("age", Value::Integer(7), "7"),
        ("float4", Value::Integer(7), "7"),
        ("float8", Value::Real(1e300), "1e+300"),
        ("float8", Value::Real(f64::INFINITY), "Infinity"),
        ("numeric", Value::Integer(i64::MAX), "9223372036854775807"),
        ("numeric", Value::Real(0.1), "0.1"),
        ("numeric", text("12345678901234567890.5"), "12345678901234567890.5"),
        ("text", Value::Integer(7), "7"),
        ("text", Value::Boolean(true), "true"),
        ("text", text("é'?"), "é'?"),
        ("varchar", json("[1]"), "[1]"),
        ("bool", Value::Boolean(false), "f"),
        ("bool", Value::Integer(1), "t"),
        ("json", json("{\"a\":1}"), "{\"a\":1}"),
        ("jsonb", json("{\"a\":1}"), "{\"a\": 1}"),
        ("jsonb", text("\"a\""), "\"a\""),
        ("jsonb", Value::Integer(7), "7"),
        ("jsonb", Value::Boolean(true), "true"),
        (
            "uuid",
            text("A0EEBC999C0B4EF8BB6D6BB9BD380A11"),
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ),
        ("timestamp", text("2026-11-25T11:08:44.5"), "2026-11-25 11:08:44.5"),
        ("timestamptz", text("2026-11-25T11:08:44Z"), "2026-11-25 11:08:44+00"),
        ("timestamptz", text("2026-11-25 11:08:44"), "2026-11-25 11:08:44+00"),
        ("date", text("2026-11-25"), "2026-11-25"),
        ("time", text("11:08"), "11:08:00"),
        ("interval", text("P1DT1H"), "1 day 01:00:00"),
        ("inet", text("::1"), "::1"),
        ("mood", text("happy"), "happy"),
        ("int[]", text("{1,2}"), "{1,2}"),
        ("bytea", Value::Bytes(vec![0, 255]), "\\x00ff"),
        ("bytea", text("a\\"), "\\x615c"),
        ("int4range", text("[1,2]"), "[1,3)"),
    ] {
        let statement = format!("SELECT format('%s', CAST(? AS {kind})), CAST(? AS {kind}) IS NULL");
        let rows = bench
            .query(&statement, vec![value.clone(), Value::Null])
            .await
            .unwrap_or_else(|error| panic!("{kind} {value:?}: {}", error.message));
        assert_eq!(rows.rows, [[text(expected), Value::Boolean(true)]], "{kind} {value:?}");
    }
    for (kind, value, says) in [
        (
            "int2",
            Value::Integer(32768),
            "parameter 2 (of the type int2): 32768 is not within -32768 to 32767",
        ),
        (
            "int4",
            Value::Integer(1 << 31),
            "parameter 2 (of the type int4): 2147483648 is not within",
        ),
        ("int4", Value::Real(1.5), "1.5 is no integer"),
        ("int8", Value::Real(1e19), "is no integer"),
        ("bool", Value::Integer(2), "2 is neither 0 nor 1"),
        ("bytea", Value::Integer(2), "it takes bytes"),
        ("text", Value::Bytes(vec![1]), "bytes are for bytea"),
        ("text", text("a\0b"), "zero byte"),
        ("jsonb", Value::Real(f64::NAN), "JSON has no NaN"),
        ("uuid", text("x"), "invalid input syntax for type uuid"),
        ("int4", text("x"), "invalid input syntax for type integer"),
        ("date", text("2026-02-30"), "date/time field value out of range"),
        ("mood", text("x"), "invalid input value for enum mood"),
        ("json", text("{"), "invalid input syntax for type json"),
    ] {
        let statement = format!("SELECT CAST(? AS text), CAST(? AS {kind})");
        let error = bench
            .query(&statement, vec![text(""), value.clone()])
            .await
            .unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (500, "bad-argument"),
            "{kind} {value:?}: {}",
            error.message
        );
        assert!(error.message.contains(says), "{kind} {value:?}: {}", error.message);
    }
    let questions = "SELECT CAST(? AS jsonb) ?? 'a', CAST(? AS jsonb) ??| ARRAY['b', 'a']";
    let rows = bench
        .query(questions, vec![json("{\"a\":1}"), json("{\"a\":1}")])
        .await
        .unwrap();
    assert_eq!(rows.rows, [[Value::Boolean(true), Value::Boolean(true)]]);
}

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
        ("SELECT 1 / 0", "500 bad-argument", "division by zero"),
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
    let path = "SELECT current_setting('search_path'), current_setting('lock_timeout'), current_setting('TimeZone')";
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
        .unwrap_err();
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

#[tokio::test]
async fn a_server_may_end_and_come_back() {
    let mut bench = Bench::postgres().await;
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    for _ in 0..3 {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        bench.insert(&session, "bob").await.unwrap();
        bench.server.as_mut().unwrap().stop();
        let error = bench.insert(&session, "eve").await.unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (503, "unavailable"),
            "{}",
            error.message
        );
        drop(session);
        for _ in 0..limits::SQL_CONNECTIONS * 2 {
            let error = bench.query("SELECT 1", vec![]).await.unwrap_err();
            assert_eq!(
                (error.status, error.code.as_str()),
                (503, "unavailable"),
                "{}",
                error.message
            );
        }
        let unhealthy = bench.sql.check("main", Instant::now() + LONG).await.unwrap_err();
        assert!(unhealthy.message.contains("refused"), "{}", unhealthy.message);
        bench.server.as_mut().unwrap().restart();
        assert_eq!(bench.count().await, 1);
        bench.sql.check("main", Instant::now() + LONG).await.unwrap();
    }
    // Its operator may end single connections, too.
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app'";
    server(&bench).admin(kill);
    eventually("a new connection", async || {
        bench.query("SELECT 1", vec![]).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_set_up_when_it_comes() {
    let mut server = Postgres::start();
    server.stop();
    let pools = Pools::default();
    let make = |setup: &str| {
        let config = json!({"databases": {"main": {"url": server.url(), "setup": setup}}});
        Sql::new(&pools, &fixture::config(config), Path::new("/")).unwrap()
    };
    let good = make("CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)");
    let bad = make("CREATE TABEL t (n int)");
    good.connect().await.unwrap();
    bad.connect().await.unwrap();
    let session = SqlSession::default();
    let count = async |sql: &Sql| {
        let soon = Instant::now() + LONG;
        let rows = sql
            .query(&session, soon, "main", "SELECT count(*) FROM t".into(), vec![])
            .await?;
        Ok::<_, Error>(rows.rows)
    };
    assert_eq!(code(count(&good).await), "503 unavailable");
    server.restart();
    let at_once = futures_util::future::join_all((0..20).map(|_| count(&good))).await;
    for rows in at_once {
        assert_eq!(rows.unwrap(), [[Value::Integer(1)]], "the setup has run once");
    }
    let error = count(&bad).await.unwrap_err();
    assert_eq!(error.code, "syntax");
    assert!(
        error
            .message
            .contains("the database's setup fails: no statement begins with `CREATE TABEL`"),
        "{}",
        error.message
    );
    assert!(
        bad.connect().await.unwrap_err()[0]
            .message
            .contains("the setup of the database `main` fails")
    );
}

#[tokio::test]
async fn hosts_that_set_up_at_once_do_so_one_after_the_other() {
    let server = Postgres::start();
    let setup = "CREATE TABLE IF NOT EXISTS t (n int); CREATE TYPE mood AS ENUM ('sad'); DROP TYPE mood";
    let hosts: Vec<_> = (0..6)
        .map(|_| {
            let config = json!({"databases": {"main": {"url": server.url(), "setup": setup}}});
            // Each with pools of its own, as in a process of its own.
            Sql::new(&Pools::default(), &fixture::config(config), Path::new("/")).unwrap()
        })
        .collect();
    for result in futures_util::future::join_all(hosts.iter().map(Sql::connect)).await {
        result.unwrap();
    }
}

#[tokio::test]
async fn calls_that_make_one_table_at_once_are_told_to_try_again() {
    let bench = Bench::postgres().await;
    for round in 0..10 {
        let make = format!("CREATE TABLE IF NOT EXISTS made_{round} (n int)");
        let made = futures_util::future::join_all((0..8).map(|_| bench.execute(&make, vec![]))).await;
        let codes: Vec<_> = made.into_iter().map(code).collect();
        assert!(codes.iter().any(|code| code == "ok"), "{codes:?}");
        assert!(codes.iter().all(|code| code == "ok" || code == "503 busy"), "{codes:?}");
    }
}

#[tokio::test]
async fn what_can_never_work_is_told_at_the_start() {
    let server = Postgres::start();
    let port = server.port;
    for (url, says, help) in [
        (
            format!("postgres://app:falsch@127.0.0.1:{port}/app"),
            "password authentication failed",
            "user and the password",
        ),
        (
            format!("postgres://app@127.0.0.1:{port}/app"),
            "",
            "user and the password",
        ),
        (
            format!("postgres://nobody:falsch@127.0.0.1:{port}/app"),
            "password authentication failed",
            "user and the password",
        ),
        (
            format!("postgres://app:geheim@127.0.0.1:{port}/nothing"),
            "\"nothing\" does not exist",
            "CREATE DATABASE \"nothing\"",
        ),
        (
            format!("postgres://app:geheim@127.0.0.1:{port}/app?sslmode=require"),
            "no TLS",
            "sslmode=prefer",
        ),
    ] {
        let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
        let diagnostics = sql.connect().await.err().unwrap_or_else(|| panic!("{url}"));
        let shown = format!("{diagnostics:?}");
        assert!(
            diagnostics[0].message.contains(says) && diagnostics[0].span.is_some(),
            "{url}: {shown}"
        );
        assert!(diagnostics[0].help.as_ref().unwrap().contains(help), "{url}: {shown}");
        assert!(!shown.contains("geheim") && !shown.contains("falsch"), "{shown}");
        let error = sql.check("main", Instant::now() + LONG).await.unwrap_err();
        assert_eq!(error.status, 503, "{}", error.message);
    }
}

#[tokio::test]
async fn tls_is_used_where_the_server_offers_it() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let server = Postgres::start_with_tls(&made.cert.pem(), &made.signing_key.serialize_pem());
    let is_secure = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let session = SqlSession::default();
    for (mode, secure) in [("", true), ("?sslmode=prefer", true), ("?sslmode=disable", false)] {
        let url = format!("{}{mode}", server.url());
        let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
        sql.connect().await.unwrap();
        let soon = Instant::now() + LONG;
        let rows = sql
            .query(&session, soon, "main", is_secure.into(), vec![])
            .await
            .unwrap();
        assert_eq!(rows.rows, [[Value::Boolean(secure)]], "{mode}");
        // What stops a statement takes the same way.
        let shortly = Instant::now() + Duration::from_millis(100);
        let stopped = sql
            .query(&session, shortly, "main", "SELECT pg_sleep(600)".into(), vec![])
            .await;
        assert_eq!(code(stopped), "504 timeout");
        eventually("its end", async || connections(&server, "active") == 0).await;
        let long = "SELECT repeat('x', 20000000)".to_owned();
        assert_eq!(
            code(sql.query(&session, soon, "main", long, vec![]).await),
            "500 too-large"
        );
    }
    // Nobody has vouched for this certificate.
    let url = format!("{}?sslmode=require", server.url());
    let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
    let diagnostics = sql.connect().await.unwrap_err();
    assert!(
        diagnostics[0].message.contains("invalid peer certificate"),
        "{diagnostics:?}"
    );
    assert!(
        diagnostics[0].help.as_ref().unwrap().contains("SSL_CERT_FILE"),
        "{diagnostics:?}"
    );
}

#[tokio::test]
async fn a_socket_may_be_the_host() {
    let server = Postgres::start();
    let folder = server.admin("SHOW unix_socket_directories").replace('/', "%2F");
    let url = format!("postgres://app@{folder}:{}/app", server.port);
    let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
    sql.connect().await.unwrap();
    let soon = Instant::now() + Duration::from_millis(200);
    let session = SqlSession::default();
    let sleep = "SELECT pg_sleep(600)".to_owned();
    assert_eq!(
        code(sql.query(&session, soon, "main", sleep, vec![]).await),
        "504 timeout"
    );
    eventually("its end", async || connections(&server, "active") == 0).await;
}

#[tokio::test]
async fn connections_are_bounded_and_go_with_the_file() {
    let bench = Bench::postgres().await;
    let sessions: Vec<_> = futures_util::future::join_all((0..limits::SQL_CONNECTIONS).map(|_| async {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        session
    }))
    .await;
    assert_eq!(code(bench.query("SELECT 1", vec![]).await), "503 busy");
    bench.sql.check("main", Instant::now() + LONG).await.unwrap();
    assert_eq!(connections(server(&bench), "%"), limits::SQL_CONNECTIONS);
    drop(sessions);
    assert_eq!(bench.count().await, 0);
    let Bench {
        sql,
        server,
        folder,
        pools,
        ..
    } = bench;
    let server = server.unwrap();
    let next = Sql::new(&pools, &databases(&server.url()), folder.path()).unwrap();
    drop(sql);
    assert_eq!(connections(&server, "%"), limits::SQL_CONNECTIONS, "a swap closes none");
    drop(next);
    eventually("their end", async || connections(&server, "%") == 0).await;
}
