//! Columns whose types change under statements that are prepared.

use super::*;
use crate::base::explain::Explain;

/// Runs a statement on every connection that there can be but one.
async fn everywhere(bench: &Bench, statement: &str, parameters: &[Value]) -> Vec<Result<Rows, SqlError>> {
    let mut sessions: Vec<_> = (0..limits::SQL_CONNECTIONS - 1)
        .map(|_| SqlSession::default())
        .collect();
    for session in &mut sessions {
        bench.begin(session).await.unwrap();
    }
    let mut all = Vec::new();
    for session in &mut sessions {
        let soon = Instant::now() + LONG;
        all.push(
            bench
                .sql
                .query(session, soon, "main", statement.into(), parameters.to_vec())
                .await,
        );
        bench.rollback(session).await.unwrap();
    }
    all
}

/// A table with one value, what is asked of it, and what becomes of the column.
struct Change {
    before: &'static str,
    value: &'static str,
    statement: &'static str,
    fits: Value,
    after: &'static str,
    fits_now: Value,
    shown: &'static str,
}

fn changes() -> Vec<Change> {
    let change = |before, value, statement, fits, after, fits_now, shown| Change {
        before,
        value,
        statement,
        fits,
        after,
        fits_now,
        shown,
    };
    let find = "SELECT v::text FROM c WHERE v = ?";
    let set = "UPDATE c SET v = ? RETURNING v::text";
    let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    vec![
        change("int", "7", find, Value::Integer(7), "bigint", Value::Integer(7), "7"),
        change(
            "int",
            "7",
            set,
            Value::Integer(7),
            "bigint",
            Value::Integer(1 << 40),
            "1099511627776",
        ),
        change(
            "int",
            "7",
            set,
            Value::Integer(7),
            "numeric(12, 2)",
            Value::Real(1.5),
            "1.50",
        ),
        change("int", "7", set, Value::Integer(7), "text", text("seven"), "seven"),
        change("text", id, find, text(id), "uuid", text(id), id),
        change("text", id, set, text(id), "uuid", text(id), id),
        change("text", "7", find, text("7"), "int", Value::Integer(7), "7"),
        change("text", "7", set, text("7"), "int", text("8"), "8"),
        change("text", "t", set, text("t"), "bool", Value::Boolean(false), "false"),
        change(
            "text",
            "2026-11-25",
            set,
            text("2026-11-25"),
            "date",
            text("2026-11-26"),
            "2026-11-26",
        ),
        change(
            "varchar(2)",
            "ab",
            set,
            text("ab"),
            "varchar(20)",
            text("abcdef"),
            "abcdef",
        ),
        change(
            "int",
            "7",
            set,
            Value::Integer(7),
            "int[] USING ARRAY[v]",
            Value::Json("[1,2]".into()),
            "{1,2}",
        ),
        change(
            "text",
            "7",
            set,
            text("7"),
            "bytea USING v::bytea",
            Value::Bytes(vec![0, 255]),
            "\\x00ff",
        ),
    ]
}

#[tokio::test]
async fn a_column_that_changes_its_type_is_found_out() {
    let bench = Bench::postgres().await;
    for (number, change) in changes().into_iter().enumerate() {
        let Change {
            before,
            statement,
            after,
            ..
        } = change;
        // A table of its own for each.
        let (table, statement) = (format!("c{number}"), statement.replace(" c ", &format!(" c{number} ")));
        let statement = statement.as_str();
        let make = format!(
            "CREATE TABLE {table} (v {before}); INSERT INTO {table} VALUES ('{}'); ALTER TABLE {table} OWNER TO app",
            change.value
        );
        let admin = server(&bench);
        admin.admin_in("app", &make);
        for rows in everywhere(&bench, statement, &[change.fits]).await {
            assert_eq!(rows.unwrap().rows.len(), 1, "{before}: {statement}");
        }
        // By another program, and outside of a transaction: every call is answered.
        let using = if after.contains("USING") {
            String::new()
        } else {
            format!(" USING v::{after}")
        };
        admin.admin_in("app", &format!("ALTER TABLE {table} ALTER v TYPE {after}{using}"));
        for _ in 0..limits::SQL_CONNECTIONS * 2 {
            let rows = bench.query(statement, vec![change.fits_now.clone()]).await;
            let rows = rows.unwrap_or_else(|error| panic!("{before} to {after}: {statement}: {}", error.message));
            assert_eq!(rows.rows, [[text(change.shown)]], "{before} to {after}: {statement}");
        }
        for rows in everywhere(&bench, statement, &[change.fits_now]).await {
            assert_eq!(
                rows.unwrap().rows,
                [[text(change.shown)]],
                "{before} to {after}: {statement}"
            );
        }
    }
}

#[tokio::test]
async fn in_a_transaction_it_is_found_out_or_worth_another_try() {
    let bench = Bench::postgres().await;
    for (number, change) in changes().into_iter().enumerate() {
        let Change {
            before,
            statement,
            after,
            ..
        } = change;
        // A table of its own for each.
        let (table, statement) = (format!("c{number}"), statement.replace(" c ", &format!(" c{number} ")));
        let statement = statement.as_str();
        let make = format!(
            "CREATE TABLE {table} (v {before}); INSERT INTO {table} VALUES ('{}'); ALTER TABLE {table} OWNER TO app",
            change.value
        );
        server(&bench).admin_in("app", &make);
        for rows in everywhere(&bench, statement, &[change.fits]).await {
            assert_eq!(rows.unwrap().rows.len(), 1, "{before}: {statement}");
        }
        let using = if after.contains("USING") {
            String::new()
        } else {
            format!(" USING v::{after}")
        };
        server(&bench).admin_in("app", &format!("ALTER TABLE {table} ALTER v TYPE {after}{using}"));
        let tries = everywhere(&bench, statement, std::slice::from_ref(&change.fits_now)).await;
        for tried in tries {
            match tried {
                Ok(rows) => assert_eq!(rows.rows, [[text(change.shown)]], "{before} to {after}: {statement}"),
                Err(error) => assert_eq!(error.meaning().0, 503, "{before} to {after}: {error}"),
            }
        }
        for rows in everywhere(&bench, statement, &[change.fits_now]).await {
            assert_eq!(
                rows.unwrap().rows,
                [[text(change.shown)]],
                "{before} to {after}: {statement}"
            );
        }
    }
}

#[tokio::test]
async fn a_setup_that_changes_a_table_changes_what_is_known_of_it() {
    let bench = Bench::postgres().await;
    bench.execute("CREATE TABLE days (d date)", vec![]).await.unwrap();
    let add = "INSERT INTO days VALUES (?) RETURNING d::text";
    for rows in everywhere(&bench, add, &[text("2026-11-25")]).await {
        assert_eq!(rows.unwrap().rows, [[text("2026-11-25")]]);
    }
    // Another version of the file: the old statement would take the new value, and lose its time.
    let url = server(&bench).url();
    let config = fixture::config(
        json!({"databases": {"main": {"url": url, "setup": "ALTER TABLE days ALTER d TYPE timestamp"}}}),
    );
    let next = Sql::new(&bench.pools, &config, bench.folder.path()).unwrap();
    next.connect().await.unwrap();
    for rows in everywhere(&bench, add, &[text("2026-11-25 11:08:44")]).await {
        assert_eq!(rows.unwrap().rows, [[text("2026-11-25 11:08:44")]]);
    }
}

#[tokio::test]
async fn a_value_that_fits_no_type_is_refused_each_time_and_costs_nobody_else_anything() {
    let bench = Bench::postgres().await;
    let find = "SELECT name FROM users WHERE id = ?";
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    for _ in 0..20 {
        assert_eq!(code(bench.query(find, vec![text("x")]).await), "400 bad-argument");
        assert_eq!(bench.query(find, vec![text("1")]).await.unwrap().rows, [[text("ada")]]);
    }
    assert!(connections(server(&bench), "%") <= 2, "no connection was lost");
}
