//! What one call may ask of SQLite, and what the next one sees of it.

use std::time::Instant;

use super::{
    super::*,
    bench::{Bench, LONG, code, fail, text},
};
use crate::base::explain::Told;

fn integer(value: i64) -> Value {
    Value::Integer(value)
}

#[tokio::test]
async fn values_go_by_number_where_a_statement_numbers_them() {
    for bench in Bench::both().await {
        for statement in [
            "SELECT CAST($2 AS TEXT) AS second, CAST($1 AS TEXT) AS first",
            "SELECT CAST(?2 AS TEXT) AS second, CAST(?1 AS TEXT) AS first",
            "SELECT CAST($2 AS TEXT) AS second, CAST($1 AS TEXT) AS first WHERE CAST($1 AS TEXT) = 'one'",
            "SELECT CAST(? AS TEXT) || 'x' AS second, CAST(? AS TEXT) AS first",
        ] {
            let rows = bench.query(statement, vec![text("one"), text("two")]).await;
            let rows = rows.unwrap_or_else(|error| panic!("{}: {statement}: {}", bench.engine, error.message));
            let expected = if statement.contains("||") {
                ["onex", "two"]
            } else {
                ["two", "one"]
            };
            assert_eq!(
                rows.rows,
                vec![expected.map(text).to_vec()],
                "{}: {statement}",
                bench.engine
            );
        }
        // The statement is kept; the values are not.
        for name in ["ada", "bob"] {
            bench
                .execute(
                    "INSERT INTO users (note, name) VALUES ($2, $1)",
                    vec![text(name), integer(7)],
                )
                .await
                .unwrap();
        }
        assert_eq!(
            bench.value("SELECT count(*) FROM users WHERE note = 7").await,
            integer(2)
        );
    }
}

#[tokio::test]
async fn parameters_that_cannot_be_told_apart_are_refused() {
    for bench in Bench::both().await {
        for (statement, values, says) in [
            ("SELECT name FROM users WHERE id = ? OR id = $1", 1, "`?`"),
            (
                "SELECT name FROM users WHERE id = $1 OR id = $2",
                1,
                "2 parameter(s), 1 value(s)",
            ),
            ("SELECT name FROM users WHERE id = $1", 2, "1 parameter(s), 2 value(s)"),
            ("SELECT name FROM users WHERE id = ?", 0, "1 parameter(s), 0 value(s)"),
        ] {
            let error = bench.query(statement, vec![integer(1); values]).await.unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (500, "parameters"), "{statement}");
            assert!(
                error.message.contains(says),
                "{}: {statement}: {}",
                bench.engine,
                error.message
            );
        }
    }
    let bench = Bench::sqlite().await;
    for (statement, values, says) in [
        ("SELECT name FROM users WHERE id = :id", 1, "`:id`"),
        ("SELECT name FROM users WHERE id = @id", 1, "`@id`"),
        ("SELECT name FROM users WHERE id = $id", 1, "`$id`"),
        ("SELECT name FROM users WHERE id = $0", 1, "`$0`"),
        ("SELECT name FROM users WHERE id = $2", 1, "no `$1`"),
        ("SELECT name FROM users WHERE id = ?2", 2, "leaves out a number"),
        ("SELECT name FROM users WHERE id = $1 OR id = $3", 3, "no `$2`"),
        ("SELECT $1::text AS x", 1, "CAST($1 AS text)"),
        ("SELECT $99999999999999999999999 AS x", 1, "a parameter"),
        ("SELECT $18446744073709551615 AS x", 1, "no `$1`"),
    ] {
        let error = bench.query(statement, vec![integer(1); values]).await.unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (500, "parameters"), "{statement}");
        assert!(error.message.contains(says), "{statement}: {}", error.message);
    }
}

#[tokio::test]
async fn a_zero_byte_ends_no_statement() {
    for bench in Bench::both().await {
        bench.insert(&SqlSession::default(), "ada").await.unwrap();
        for statement in [
            "UPDATE users SET note = 5\0 WHERE id = 100",
            "DELETE FROM users\0 -- x",
            "\0",
        ] {
            assert_eq!(
                code(bench.execute(statement, vec![]).await),
                "500 syntax",
                "{statement:?}"
            );
            assert_eq!(
                code(bench.query(statement, vec![]).await),
                "500 syntax",
                "{statement:?}"
            );
        }
        assert_eq!(
            bench.value("SELECT count(*) FROM users WHERE note IS NULL").await,
            integer(1)
        );
        let url = bench.on(
            "sqlite:main.db".to_owned(),
            bench.server.as_ref().map_or(String::new(), |server| server.url()),
        );
        let setup = "DELETE FROM users\0 WHERE id = 100";
        let config = serde_json::json!({"databases": {"main": {"url": url, "setup": setup}}});
        let sql = Sql::new(
            &bench.pools,
            &crate::capability::fixture::config(config),
            bench.folder.path(),
        )
        .unwrap();
        let diagnostics = sql.connect().await.unwrap_err();
        assert!(diagnostics[0].message.contains("a zero byte"), "{diagnostics:?}");
        assert_eq!(bench.count().await, 1);
    }
}

#[tokio::test]
async fn lists_are_for_json_each() {
    let bench = Bench::sqlite().await;
    for name in ["ada", "bob", "eve"] {
        bench.insert(&SqlSession::default(), name).await.unwrap();
    }
    let list = || Value::Json("[1, 3]".into());
    for statement in [
        "SELECT name FROM users WHERE id IN (?)",
        "SELECT name FROM users WHERE id = ?",
        "DELETE FROM users WHERE id = ANY($1)",
    ] {
        for result in [
            bench.query(statement, vec![list()]).await.map(drop),
            bench.execute(statement, vec![list()]).await.map(drop),
        ] {
            let error = result.unwrap_err();
            assert!(
                error.code == "parameters" && error.message.contains("IN (SELECT value FROM json_each(?))")
                    || statement.contains("ANY"),
                "{statement}: {}",
                error.message
            );
        }
    }
    let found = bench
        .query(
            "SELECT name FROM users WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            vec![list()],
        )
        .await
        .unwrap();
    assert_eq!(found.rows, vec![vec![text("ada")], vec![text("eve")]]);
    // As a value that is stored it is its text.
    bench.execute("CREATE TABLE tags (list TEXT)", vec![]).await.unwrap();
    bench
        .execute("INSERT INTO tags VALUES (?)", vec![list()])
        .await
        .unwrap();
    assert_eq!(bench.value("SELECT list FROM tags").await, text("[1, 3]"));
}

#[tokio::test]
async fn two_columns_of_one_name_are_refused_before_anything_happens() {
    for bench in Bench::both().await {
        bench.insert(&SqlSession::default(), "ada").await.unwrap();
        for (statement, says) in [
            (
                "SELECT x.id, x.name, y.id FROM users x JOIN users y ON y.id = x.id",
                "x.id AS x_id",
            ),
            ("SELECT * FROM users x JOIN users y ON y.id = x.id", "columns 1 and 4"),
            (
                "INSERT INTO users (name) VALUES ('bob') RETURNING id, name, id",
                "columns 1 and 3",
            ),
            ("SELECT count(*), count(*) FROM users", "the same name"),
        ] {
            let error = bench.query(statement, vec![]).await.unwrap_err();
            assert_eq!(
                (error.status, error.code.as_str()),
                (500, "duplicate-column"),
                "{statement}"
            );
            assert!(
                error.message.contains(says),
                "{}: {statement}: {}",
                bench.engine,
                error.message
            );
        }
        assert_eq!(bench.count().await, 1, "{}", bench.engine);
        let named = "SELECT x.id AS x_id, y.id AS y_id FROM users x JOIN users y ON y.id = x.id";
        assert_eq!(bench.query(named, vec![]).await.unwrap().columns, ["x_id", "y_id"]);
    }
}

#[tokio::test]
async fn what_is_declared_as_boolean_is_one() {
    for bench in Bench::both().await {
        let rest = bench.on("other bool, note TEXT", "other BOOLEAN, note TEXT");
        bench
            .execute(
                &format!("CREATE TABLE todos (id INTEGER, done BOOLEAN NOT NULL DEFAULT FALSE, {rest})"),
                vec![],
            )
            .await
            .unwrap();
        let insert = "INSERT INTO todos VALUES (?, ?, ?, 'x') RETURNING id, done, other";
        let written = bench
            .query(insert, vec![integer(1), Value::Boolean(true), Value::Null])
            .await
            .unwrap();
        let expected = vec![integer(1), Value::Boolean(true), Value::Null];
        assert_eq!(written.rows, vec![expected.clone()], "{}", bench.engine);
        bench
            .execute("INSERT INTO todos (id) VALUES (2)", vec![])
            .await
            .unwrap();
        for statement in [
            "SELECT id, done, other FROM todos ORDER BY id",
            "SELECT id, done AS ready, other FROM todos AS t ORDER BY id",
            "SELECT id, d, other FROM (SELECT id, done AS d, other FROM todos) AS t ORDER BY id",
        ] {
            let rows = bench.query(statement, vec![]).await.unwrap();
            let second = vec![integer(2), Value::Boolean(false), Value::Null];
            assert_eq!(
                rows.rows,
                vec![expected.clone(), second],
                "{}: {statement}",
                bench.engine
            );
        }
        let found = bench
            .query("SELECT id FROM todos WHERE done = ?", vec![Value::Boolean(true)])
            .await;
        assert_eq!(found.unwrap().rows, vec![vec![integer(1)]], "{}", bench.engine);
    }
    // SQLite keeps what it is given.
    let bench = Bench::sqlite().await;
    bench.execute("CREATE TABLE t (done BOOLEAN)", vec![]).await.unwrap();
    for value in [integer(2), text("yes"), Value::Real(0.5)] {
        bench.execute("DELETE FROM t", vec![]).await.unwrap();
        bench
            .execute("INSERT INTO t VALUES (?)", vec![value.clone()])
            .await
            .unwrap();
        assert_eq!(bench.value("SELECT done FROM t").await, value);
    }
}

#[tokio::test]
async fn nothing_is_kept_in_the_temporary_schema() {
    let bench = Bench::sqlite().await;
    let denied = ["500 denied"; 13];
    let statements = [
        "CREATE TABLE temp.users (n)",
        "CREATE TABLE \"TEMP\".users (n)",
        "CREATE TABLE temp.t AS SELECT 1 AS n",
        "CREATE VIEW temp.users AS SELECT 1 AS id",
        "CREATE TEMPORARY VIEW users AS SELECT 1 AS id",
        "CREATE TRIGGER temp.t AFTER INSERT ON main.users BEGIN DELETE FROM users; END",
        "CREATE TEMP TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users; END",
        "CREATE VIRTUAL TABLE temp.users USING fts5(name)",
        "CREATE TABLE [temp].[users] (n)",
        "PRAGMA temp.user_version = 7",
        "PRAGMA temp.user_version",
        "INSERT INTO temp.sqlite_schema VALUES ('table', 't', 't', 0, 'CREATE TABLE t (n)')",
        "SELECT total_changes()",
    ];
    let cases: Vec<_> = statements
        .iter()
        .zip(denied)
        .map(|(statement, code)| (*statement, code, ""))
        .collect();
    fail(&bench, &cases).await;
    // What only looks like it, and what looks there and finds nothing.
    for allowed in [
        "SELECT * FROM sqlite_temp_master",
        "CREATE TABLE temperatures (temp REAL, id INTEGER PRIMARY KEY)",
        "INSERT INTO temperatures (temp) VALUES (1.5)",
        "CREATE INDEX by_temp ON temperatures (temp)",
        "SELECT temp.temp FROM temperatures AS temp",
        "ALTER TABLE temperatures RENAME COLUMN temp TO celsius",
        "ALTER TABLE temperatures RENAME TO degrees",
        "ALTER TABLE degrees ADD COLUMN at INTEGER",
        "CREATE TRIGGER kept AFTER INSERT ON degrees BEGIN UPDATE degrees SET celsius = 2; END",
        "INSERT INTO degrees (celsius) VALUES (1.5)",
        "CREATE VIRTUAL TABLE pages USING fts5(body)",
        "INSERT INTO pages VALUES ('hello world')",
        "ALTER TABLE pages RENAME TO sheets",
        "DROP TABLE sheets",
        "DROP TRIGGER kept",
        "ANALYZE",
        "REINDEX",
        "DROP TABLE degrees",
    ] {
        let result = bench.query(allowed, vec![]).await;
        assert!(result.is_ok(), "{allowed}: {}", result.unwrap_err().message);
    }
    for _ in 0..limits::SQL_CONNECTIONS * 2 {
        bench
            .insert(&SqlSession::default(), &fastrand::u64(..).to_string())
            .await
            .unwrap();
    }
    assert_eq!(bench.count().await, limits::SQL_CONNECTIONS as i64 * 2);
}

#[tokio::test]
async fn nothing_of_a_call_is_seen_by_the_next() {
    let bench = Bench::sqlite().await;
    let look = "SELECT last_insert_rowid() AS id, changes() AS changes";
    for name in ["ada", "bob"] {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        bench.insert(&session, name).await.unwrap();
        bench
            .execute_in(&session, "UPDATE users SET note = 1", vec![])
            .await
            .unwrap();
        let changed = bench
            .sql
            .query(&session, Instant::now() + LONG, "main", look.into(), vec![])
            .await;
        let count = bench.count().await + 1;
        assert_eq!(changed.unwrap().rows[0][1], integer(count));
        bench.commit(&mut session).await.unwrap();
        let leases = all_leases(&bench).await;
        for lease in &leases {
            let rows = lease.query(Instant::now() + LONG, look.into(), vec![]).await.unwrap();
            assert_eq!(rows.rows, vec![vec![integer(0), integer(0)]]);
        }
    }
}

async fn all_leases(bench: &Bench) -> Vec<Lease> {
    let mut leases = Vec::new();
    for _ in 0..limits::SQL_CONNECTIONS {
        leases.push(bench.sql.databases["main"].lease(Instant::now() + LONG).await.unwrap());
    }
    leases
}

#[tokio::test]
async fn names_are_those_of_the_tables_as_they_are_now() {
    let bench = Bench::sqlite().await;
    let setup = async |sql: &str| {
        let config = serde_json::json!({"databases": {"main": {"url": "sqlite:main.db", "setup": sql}}});
        let sql = Sql::new(
            &bench.pools,
            &crate::capability::fixture::config(config),
            bench.folder.path(),
        )
        .unwrap();
        sql.connect().await.unwrap();
    };
    let elsewhere = async |sql: &str| {
        let file = bench.folder.path().join("main.db");
        let done = std::process::Command::new("sqlite3")
            .arg(file)
            .arg(sql)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    setup("CREATE TABLE p (id INTEGER, name TEXT); INSERT INTO p VALUES (1, 'ada')").await;
    let seen = async |columns: &[&str], values: Vec<Value>| {
        for lease in &all_leases(&bench).await {
            for statement in ["SELECT * FROM p", "SELECT * FROM p WHERE id = 1 -- again"] {
                let rows = lease
                    .query(Instant::now() + LONG, statement.into(), vec![])
                    .await
                    .unwrap();
                assert_eq!(
                    (rows.columns, rows.rows),
                    (columns.iter().map(|c| c.to_string()).collect(), vec![values.clone()])
                );
            }
            let none = lease
                .query(Instant::now() + LONG, "SELECT * FROM p WHERE id = 9".into(), vec![])
                .await
                .unwrap();
            assert_eq!(none.columns, columns);
        }
    };
    seen(&["id", "name"], vec![integer(1), text("ada")]).await;
    setup("ALTER TABLE p DROP COLUMN name; ALTER TABLE p ADD COLUMN age INTEGER DEFAULT 36").await;
    seen(&["id", "age"], vec![integer(1), integer(36)]).await;
    elsewhere("ALTER TABLE p ADD COLUMN done BOOLEAN DEFAULT TRUE").await;
    seen(
        &["id", "age", "done"],
        vec![integer(1), integer(36), Value::Boolean(true)],
    )
    .await;
    elsewhere("ALTER TABLE p RENAME COLUMN age TO years; ALTER TABLE p DROP COLUMN done").await;
    seen(&["id", "years"], vec![integer(1), integer(36)]).await;
    setup("DROP TABLE p; CREATE TABLE p (years TEXT, id INTEGER, ready BOOLEAN); INSERT INTO p VALUES ('x', 1, 0)")
        .await;
    seen(
        &["years", "id", "ready"],
        vec![text("x"), integer(1), Value::Boolean(false)],
    )
    .await;
}

#[tokio::test]
async fn what_one_connection_changes_of_a_table_another_can_change_further() {
    let bench = Bench::sqlite().await;
    let leases = all_leases(&bench).await;
    let run = async |connection: usize, sql: &str| {
        let lease = &leases[connection % leases.len()];
        lease.execute(Instant::now() + LONG, sql.into(), vec![]).await
    };
    run(0, "CREATE TABLE p (id INTEGER)").await.unwrap();
    for at in 0..leases.len() {
        // Each remembers the table as it was before the one before it changed it.
        for lease in &leases {
            let seen = lease.query(Instant::now() + LONG, "SELECT * FROM p".into(), vec![]);
            assert_eq!(seen.await.unwrap().columns, ["id"]);
        }
        for (connection, sql) in [
            (at, "ALTER TABLE p ADD COLUMN extra TEXT"),
            (at + 1, "ALTER TABLE p DROP COLUMN extra"),
            (at, "ALTER TABLE p ADD COLUMN extra INTEGER"),
            (at + 1, "ALTER TABLE p RENAME COLUMN extra TO other"),
            (at + 2, "ALTER TABLE p DROP COLUMN other"),
            (at, "CREATE TABLE q (id INTEGER)"),
            (at + 1, "CREATE INDEX q_id ON q (id)"),
            (at + 2, "DROP TABLE q"),
            (at + 1, "CREATE TABLE q (id INTEGER)"),
            (at, "ALTER TABLE q RENAME TO r"),
            (at + 1, "DROP TABLE r"),
        ] {
            let done = run(connection, sql).await;
            assert!(done.is_ok(), "{at}: {sql}: {done:?}");
        }
        let wrong = run(at, "ALTER TABLE p DROP COLUMN extra").await.told();
        assert!(
            wrong.code == "syntax" && wrong.message.contains("no such column"),
            "{wrong:?}"
        );
    }
}
