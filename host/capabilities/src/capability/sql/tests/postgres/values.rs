//! How values go in and come out.

use super::*;

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
            "parameter 2 (of the type int2): the integer is not within -32768 to 32767",
        ),
        (
            "int4",
            Value::Integer(1 << 31),
            "parameter 2 (of the type int4): the integer is not within",
        ),
        ("int4", Value::Real(1.5), "the number is no integer"),
        ("int8", Value::Real(1e19), "is no integer"),
        ("bool", Value::Integer(2), "neither 0 nor 1"),
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
            (400, "bad-argument"),
            "{kind} {value:?}: {}",
            error.message
        );
        assert!(error.message.contains(says), "{kind} {value:?}: {}", error.message);
        let shown = match &value {
            Value::Text(text) => text.clone(),
            other => format!("{other:?}"),
        };
        assert!(shown.len() < 3 || !error.message.contains(&shown), "{}", error.message);
    }
    // No value of these kinds would do: that is for the author.
    for (kind, value, says) in [
        ("bytea", Value::Integer(2), "it takes bytes"),
        ("text", Value::Bytes(vec![1]), "bytes are for bytea"),
        (
            "int4",
            Value::Json("[1]".into()),
            "write `= ANY(?)` instead of `IN (?)`",
        ),
        ("uuid", Value::Json("[]".into()), "write `= ANY(?)` instead of `IN (?)`"),
    ] {
        let statement = format!("SELECT CAST(? AS {kind})");
        let error = bench.query(&statement, vec![value]).await.unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (500, "bad-argument"), "{kind}");
        assert!(error.message.contains(says), "{kind}: {}", error.message);
    }
    let questions = "SELECT CAST(? AS jsonb) ?? 'a' AS one, CAST(? AS jsonb) ??| ARRAY['b', 'a'] AS some";
    let rows = bench
        .query(questions, vec![json("{\"a\":1}"), json("{\"a\":1}")])
        .await
        .unwrap();
    assert_eq!(rows.rows, [[Value::Boolean(true), Value::Boolean(true)]]);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_its_senders_mistake_and_stored_data_is_not() {
    let bench = Bench::postgres().await;
    let make = "CREATE TABLE codes (code varchar(3), n int2, price numeric(4, 2), secret text)";
    bench.execute(make, vec![]).await.unwrap();
    bench
        .execute("INSERT INTO codes VALUES ('a', 1, 1, 'hunter2')", vec![])
        .await
        .unwrap();
    for (statement, value) in [
        ("INSERT INTO codes (code) VALUES (?)", text("too long")),
        ("UPDATE codes SET code = ?", text("too long")),
        ("INSERT INTO codes (price) VALUES (?)", Value::Real(1000.5)),
        ("INSERT INTO codes (n) VALUES (?)", Value::Integer(70_000)),
        ("INSERT INTO codes (n) VALUES (?)", text("seven")),
        ("SELECT 1 FROM codes WHERE n = ?", text("seven")),
    ] {
        // Again and again: the server plans a statement anew for its first uses only.
        for round in 0..8 {
            let error = bench.execute(statement, vec![value.clone()]).await.unwrap_err();
            assert_eq!(
                (error.status, error.code.as_str()),
                (400, "bad-argument"),
                "{statement}, {round}: {}",
                error.message
            );
            assert!(
                !error.message.contains("seven") && !error.message.contains("codes"),
                "{}",
                error.message
            );
        }
    }
    // What is stored does not fit: nobody but the log is told.
    let error = bench
        .query("SELECT secret::int FROM codes WHERE code = ?", vec![text("a")])
        .await
        .unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (500, "data"), "{}", error.message);
    // A transaction in which that has happened is over, as with any failure.
    let mut session = SqlSession::default();
    bench.begin(&mut session).await.unwrap();
    let insert = "INSERT INTO codes (code) VALUES (?)";
    assert_eq!(
        code(bench.execute_in(&session, insert, vec![text("too long")]).await),
        "400 bad-argument"
    );
    assert_eq!(
        code(bench.execute_in(&session, insert, vec![text("b")]).await),
        "500 rolled-back"
    );
}

#[tokio::test]
async fn lists_are_arrays() {
    let bench = Bench::postgres().await;
    bench
        .execute("CREATE TYPE mood AS ENUM ('sad', 'very happy')", vec![])
        .await
        .unwrap();
    bench.execute("CREATE DOMAIN age AS int", vec![]).await.unwrap();
    let hard = r#"["", " a", "a,b", "{x}", "NULL", "null", "a\"b", "a\\b", "é😀", "\n", null]"#;
    for (kind, list, expected) in [
        ("int[]", "[1, -2, null]", "{1,-2,NULL}"),
        ("int[]", "[]", "{}"),
        ("int[]", "[[1, 2], [3, 4]]", "{{1,2},{3,4}}"),
        ("int[]", "[true, false]", "{1,0}"),
        ("int8[]", "[9223372036854775807]", "{9223372036854775807}"),
        (
            "numeric[]",
            "[18446744073709551616, 0.10, 123456789012345678901234567890.5]",
            "{18446744073709551616,0.10,123456789012345678901234567890.5}",
        ),
        ("float8[]", "[1.5, 1e300]", "{1.5,1e+300}"),
        ("bool[]", "[true, null]", "{t,NULL}"),
        ("text[]", "[1, true, \"x\"]", "{1,true,x}"),
        ("age[]", "[7]", "{7}"),
        ("mood[]", "[\"very happy\"]", "{\"very happy\"}"),
        (
            "uuid[]",
            "[\"A0EEBC999C0B4EF8BB6D6BB9BD380A11\"]",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
        ),
        ("bytea[]", "[\"AP8=\", \"\"]", "{\"\\\\x00ff\",\"\\\\x\"}"),
        (
            "jsonb[]",
            "[{\"a\":\"b\"}, [1], \"x\", 2]",
            "{\"{\\\"a\\\": \\\"b\\\"}\",[1],\"\\\"x\\\"\",2}",
        ),
        ("date[]", "[\"2026-11-25\"]", "{2026-11-25}"),
        // Where no array is wanted, a list stays JSON.
        ("jsonb", "[1, \"a\"]", "[1, \"a\"]"),
        ("text", "[1]", "[1]"),
    ] {
        let statement = format!("SELECT CAST(? AS {kind})::text");
        let rows = bench.query(&statement, vec![Value::Json(list.into())]).await;
        let rows = rows.unwrap_or_else(|error| panic!("{kind} {list}: {}", error.message));
        assert_eq!(rows.rows, [[text(expected)]], "{kind} {list}");
    }
    let back = bench
        .query("SELECT to_json(CAST(? AS text[]))", vec![Value::Json(hard.into())])
        .await
        .unwrap();
    let [[Value::Json(back)]] = [[back.rows[0][0].clone()]] else {
        panic!("JSON")
    };
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(parse(&back), parse(hard));
    for name in ["ada", "bob", "eve"] {
        bench.insert(&SqlSession::default(), name).await.unwrap();
    }
    let any = "SELECT name FROM users WHERE id = ANY(?) AND name <> ALL(?) ORDER BY id";
    let lists = vec![Value::Json("[1, 3, 99]".into()), Value::Json(r#"["eve"]"#.into())];
    assert_eq!(bench.query(any, lists).await.unwrap().rows, [[text("ada")]]);
    for (kind, list) in [
        ("int[]", "[\"x\"]"),
        ("int[]", "[2147483648]"),
        ("int[]", "[{}]"),
        ("int[]", "[[1], [2, 3]]"),
        ("text[]", r#"["a\u0000"]"#),
        ("bytea[]", "[\"!\"]"),
    ] {
        let error = bench
            .query(&format!("SELECT CAST(? AS {kind})"), vec![Value::Json(list.into())])
            .await
            .unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (400, "bad-argument"),
            "{kind} {list}: {}",
            error.message
        );
    }
}
