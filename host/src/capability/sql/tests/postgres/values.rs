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
