//! Arguments of fujsens, from requests, events and calls.

use fujsen::Function;
use serde_json::json;

use super::{
    bind_named, event,
    http::{Input, bind},
    json::fields,
};
use crate::base::{fuzz, value::Value};

/// `name:type` with `?` for an optional one, `name:integer[0,255]` for a range, `name:json<Vec<i64>>` for a source type.
fn function(parameters: &str) -> Function {
    let params: Vec<serde_json::Value> = parameters
        .split_whitespace()
        .map(|text| {
            let (name, rest) = text.split_once(':').unwrap();
            let optional = rest.ends_with('?');
            let rest = rest.trim_end_matches('?');
            let (rest, range) = rest
                .split_once('[')
                .filter(|_| !rest.contains('<'))
                .unwrap_or((rest, ""));
            let (kind, source) = rest.split_once('<').unwrap_or((rest, rest));
            let mut param = json!({
                "name": name, "type": kind, "optional": optional,
                "source": source.strip_suffix('>').unwrap_or(source),
            });
            if let Some((min, max)) = range.trim_end_matches(']').split_once(',') {
                param["min"] = min.parse::<i64>().unwrap().into();
                param["max"] = max.parse::<i64>().unwrap().into();
            }
            param
        })
        .collect();
    serde_json::from_value(json!({"name": "f", "params": params, "result": "Value"})).unwrap()
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        pair.split_once('=')
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .unwrap()
    };
    text.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// What a request binds to, printed: the values joined by a comma, or the status and message.
fn bound(parameters: &str, path: &str, query: &str, body: &str) -> String {
    bound_as(parameters, path, query, body, Some("application/json"), true)
}

fn bound_as(
    parameters: &str,
    path: &str,
    query: &str,
    body: &str,
    content_type: Option<&str>,
    expects_body: bool,
) -> String {
    let (parameters, path, query) = (function(parameters), pairs(path), pairs(query));
    let input = Input {
        parameters: &path,
        query: &query,
        body: body.as_bytes(),
        content_type,
        expects_body,
    };
    match bind(&parameters, input) {
        Ok(values) => print(&values),
        Err(refused) => format!("{} {}", refused.status, refused.message),
    }
}

fn print(values: &[Value]) -> String {
    let each = values.iter().map(|value| match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => format!("{value}i"),
        Value::Real(value) => format!("{value}r"),
        Value::Text(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("b{:?}", String::from_utf8_lossy(bytes)),
        Value::Json(text) => text.clone(),
    });
    each.collect::<Vec<_>>().join(", ")
}

#[test]
fn path_and_query_convert_by_kind() {
    for (parameters, query, expected) in [
        ("n:integer", "n=-7", "-7i"),
        ("n:integer[0,255]", "n=255", "255i"),
        (
            "n:integer[0,255]",
            "n=256",
            "400 `n` must be an integer from 0 to 255, not 256",
        ),
        (
            "n:integer",
            "n=9223372036854775808",
            "400 `n` must be an integer, not \"9223372036854775808\"",
        ),
        ("n:integer", "n=1.5", "400 `n` must be an integer, not \"1.5\""),
        ("n:integer?", "n=", "400 `n` must be an integer, not \"\""),
        ("x:real", "x=1e3", "1000r"),
        ("x:real", "x=inf", "400 `x` must be a number, not \"inf\""),
        ("x:real", "x=NaN", "400 `x` must be a number, not \"NaN\""),
        ("b:boolean", "b=true", "true"),
        ("b:boolean", "b=0", "false"),
        ("b:boolean", "b=yes", "400 `b` must be true or false, not \"yes\""),
        ("t:text", "t=12", "\"12\""),
        ("d:bytes", "d=hé", "b\"hé\""),
        ("j:json", "j={\"a\": 1}", "{\"a\": 1}"),
        ("j:json", "j=12", "12i"),
        ("j:json", "j=ada", "\"ada\""),
        ("j:json", "j=1&j=x", "[1,\"x\"]"),
        ("j:json<Vec<String>>", "j=1", "[\"1\"]"),
        ("j:json<Vec<String>>", "j=1&j=2", "[\"1\",\"2\"]"),
        ("j:json<Option<Vec<i64>>>?", "j=1", "[1]"),
        ("j:json<string[]>", "j=a", "[\"a\"]"),
        ("j:json<Array<i32>>", "j=[1,2]", "[1,2]"),
        ("t:text", "t=first&t=last", "\"last\""),
        ("t:text", "t=a&unknown=1", "\"a\""),
        ("t:text?", "", "null"),
        ("request:request", "", "null"),
    ] {
        assert_eq!(bound(parameters, "", query, ""), expected, "{parameters} from ?{query}");
    }
    assert_eq!(
        bound("id:integer", "id=12", "id=13", "{\"id\": 14}"),
        "12i",
        "the path wins"
    );
    assert_eq!(
        bound("id:integer", "", "id=13", "{\"id\": \"x\"}"),
        "13i",
        "then the query"
    );
    let long = format!("n={}", "9".repeat(100));
    assert!(bound("n:integer", "", &long, "").len() < 90, "a long value is cut");
}

#[test]
fn missing_arguments_are_all_named() {
    assert_eq!(
        bound("username:text email:text", "", "", ""),
        "400 `username` (text) and `email` (text) are missing"
    );
    assert_eq!(
        bound("username:text email:text", "", "", "{\"email\": \"a\"}"),
        "400 `username` (text) is missing"
    );
    let refused = bind(
        &function("a:text? limit:integer"),
        Input {
            parameters: &[],
            query: &[],
            body: b"",
            content_type: None,
            expects_body: true,
        },
    );
    assert_eq!(refused.unwrap_err().argument.as_deref(), Some("limit"));
}

#[test]
fn body_fields_convert_by_kind() {
    for (parameters, body, expected) in [
        (
            "a:text b:integer",
            r#"{"b": 1, "a": "x", "c": {"deep": [1]}}"#,
            "\"x\", 1i",
        ),
        ("a:text", r#"{"a": 12}"#, "400 `a` must be text, not 12"),
        ("a:text", r#"{"a": null}"#, "400 `a` must be text, not null"),
        ("a:text?", r#"{"a": null}"#, "null"),
        ("a:text", r#"{"a": "sch\u00f6n\n"}"#, "\"schön\\n\""),
        ("a:text", r#"{"a": "1", "a": "2"}"#, "\"2\""),
        ("a:text", r#"{"\u0061": "1"}"#, "\"1\""),
        ("n:integer", r#"{"n": "12"}"#, "400 `n` must be an integer, not text"),
        ("n:integer", r#"{"n": 5.0}"#, "5i"),
        ("n:integer", r#"{"n": 5.5}"#, "400 `n` must be an integer, not 5.5"),
        (
            "n:integer",
            r#"{"n": 18446744073709551615}"#,
            "400 `n` must be an integer, not 18446744073709551615",
        ),
        (
            "n:integer[0,9]",
            r#"{"n": 10}"#,
            "400 `n` must be an integer from 0 to 9, not 10",
        ),
        (
            "n:integer",
            r#"{"n": {"a": [1]}}"#,
            "400 `n` must be an integer, not an object",
        ),
        (
            "n:integer",
            r#"{"n": [1, {}]}"#,
            "400 `n` must be an integer, not an array",
        ),
        ("x:real", r#"{"x": 5}"#, "5r"),
        ("x:real", r#"{"x": 18446744073709551615}"#, "18446744073709552000r"),
        ("b:boolean", r#"{"b": true}"#, "true"),
        ("b:boolean", r#"{"b": 1}"#, "400 `b` must be true or false, not 1"),
        ("d:bytes", r#"{"d": "aGk="}"#, "b\"hi\""),
        (
            "d:bytes",
            r#"{"d": "*"}"#,
            "400 `d` must be base64 text, not text that is not base64",
        ),
        ("j:json", r#"{"j": {"a" : [1, 2]}}"#, r#"{"a" : [1, 2]}"#),
        ("j:json", r#"{"j": "x"}"#, "\"x\""),
        ("j:json", r#"{"j": -2.5}"#, "-2.5r"),
        ("j:json", r#"{"j": null}"#, "null"),
        ("j:json", r#"{"j": 1, "j": 2}"#, "2i"),
    ] {
        assert_eq!(bound(parameters, "", "", body), expected, "{parameters} from {body}");
    }
}

#[test]
fn bodies_as_a_whole() {
    for (parameters, body, expected) in [
        ("list:json", " [1, 2]", "[1, 2]"),
        ("list:json", "7", "7i"),
        ("id:text? list:json", "[1]", "null, [1]"),
        ("body:json", r#"{"a": 1}"#, r#"{"a": 1}"#),
        ("body:json", r#"{"body": 1}"#, r#"{"body": 1}"#),
        ("title:text body:text", r#"{"title": "t", "body": "b"}"#, "\"t\", \"b\""),
        ("title:text body:json", r#"{"title": "t", "body": [1]}"#, "\"t\", [1]"),
        ("user:json", r#"{"name": "Ada"}"#, "400 `user` (JSON) is missing"),
        (
            "a:json b:json",
            "[1]",
            "400 the body must be a JSON object with the fields a, b",
        ),
        (
            "a:text",
            "\"x\"",
            "400 the body must be a JSON object with the fields a",
        ),
        ("body:bytes", r#"{"a":1}"#, "b\"{\\\"a\\\":1}\""),
        (
            "a:text",
            "{\"a\": }",
            "400 the body is not valid JSON: expected value at line 1 column 7",
        ),
        (
            "a:text",
            "{\"a\": \"x\"} x",
            "400 the body is not valid JSON: trailing characters at line 1 column 12",
        ),
        (
            "a:text",
            "nonsense",
            "400 the body is not valid JSON: expected ident at line 1 column 2",
        ),
        ("", "nonsense", ""),
    ] {
        assert_eq!(bound(parameters, "", "", body), expected, "{parameters} from {body}");
    }
}

#[test]
fn text_and_bytes_take_any_body_as_it_is() {
    let kinds = [
        None,
        Some("application/json"),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("image/png"),
        Some(""),
    ];
    for content_type in kinds {
        for body in [
            "",
            " ",
            "hi",
            "{\"a\":1}",
            "{broken",
            "[1]",
            "null",
            "\"x\"",
            "a=1&b=2",
            "\u{feff}é\0",
        ] {
            let took = |parameters| bound_as(parameters, "", "", body, content_type, true);
            let whole = format!("{body:?}");
            assert_eq!(took("body:text"), whole, "{content_type:?}");
            assert_eq!(took("body:bytes"), format!("b{whole}"), "{content_type:?}");
            let (text, bytes) = match body {
                "" => ("null".to_owned(), "null".to_owned()),
                _ => (whole.clone(), format!("b{whole}")),
            };
            assert_eq!(took("body:text?"), text, "{content_type:?}");
            assert_eq!(took("body:bytes?"), bytes, "{content_type:?}");
            let beside = bound_as("id:integer body:text", "id=7", "", body, content_type, true);
            assert_eq!(beside, format!("7i, {whole}"), "{content_type:?}");
        }
    }
    let named = bound("id:text? body:text", "", "", r#"{"body": "b"}"#);
    assert_eq!(named, "null, \"b\"", "another parameter may want a field");
    let function = function("body:text");
    let input = Input {
        parameters: &[],
        query: &[],
        body: b"caf\xe9 au lait",
        content_type: Some("text/plain; charset=latin1"),
        expects_body: true,
    };
    let refused = bind(&function, input).unwrap_err();
    assert_eq!((refused.status, refused.argument.as_deref()), (400, Some("body")));
    assert_eq!(refused.message, "the body is not UTF-8 (at byte 4), and `body` is text");
}

#[test]
fn integers_above_63_bits_stay_whole_or_are_refused() {
    let most = u64::MAX;
    let unsigned = Function {
        params: vec![fujsen::Parameter {
            min: Some(0),
            ..function("n:integer").params.remove(0)
        }],
        ..function("n:integer")
    };
    let from = |path: &[(String, String)], body: &str| {
        let input = Input {
            parameters: path,
            query: &[],
            body: body.as_bytes(),
            content_type: None,
            expects_body: true,
        };
        bind(&unsigned, input)
            .map(|values| print(&values))
            .map_err(|refused| refused.message)
    };
    for number in [1 << 63, most] {
        let digits = number.to_string();
        assert_eq!(from(&[("n".into(), digits.clone())], "").unwrap(), digits);
        assert_eq!(from(&[], &format!("{{\"n\": {digits}}}")).unwrap(), digits);
        assert_eq!(bound("n:json", "", "", &format!("{{\"n\": {digits}}}")), digits);
        assert_eq!(bound("n:json", &format!("n={digits}"), "", ""), digits);
        assert_eq!(Value::from_json(json!(number)), Value::Json(digits.clone()));
        let refusal = format!("400 `n` must be an integer, not {digits}");
        assert_eq!(bound("n:integer", "", "", &format!("{{\"n\": {digits}}}")), refusal);
        assert_eq!(
            bound("n:integer", &format!("n={digits}"), "", ""),
            format!("400 `n` must be an integer, not \"{digits}\"")
        );
    }
    let beyond = "18446744073709551616";
    assert!(from(&[], &format!("{{\"n\": {beyond}}}")).is_err());
    assert!(from(&[("n".into(), beyond.into())], "").is_err());
    assert!(
        from(&[], "{\"n\": -1}")
            .unwrap_err()
            .contains("from 0 to 18446744073709551615")
    );
    assert_eq!(bound("n:json", "", "", &format!("{{\"n\": {beyond}}}")), beyond);
}

#[test]
fn content_types() {
    let text = |parameters, content_type, expects_body| {
        bound_as(parameters, "", "", "{\"a\": \"x\"}", content_type, expects_body)
    };
    for json in [
        None,
        Some("application/json"),
        Some("Application/JSON; charset=utf-8"),
        Some("application/ld+json"),
    ] {
        assert_eq!(text("a:text", json, true), "\"x\"", "{json:?}");
    }
    let form = Some("application/x-www-form-urlencoded");
    let refusal =
        "415 the body must be JSON (content-type: application/json), not \"application/x-www-form-urlencoded\"";
    assert_eq!(text("a:text?", form, true), refusal);
    assert_eq!(text("a:text?", form, false), "null", "GET ignores it");
    assert_eq!(text("", form, true), "", "nothing wants it");
    assert_eq!(
        text("request:request", form, true),
        "null",
        "the fujsen reads it itself"
    );
    assert_eq!(
        text("name:text? body:text", form, true),
        "null, \"{\\\"a\\\": \\\"x\\\"}\""
    );
}

#[test]
fn calls_bind_by_name() {
    let named = |parameters: &str, arguments: Vec<(&str, Value)>| {
        let arguments = arguments
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        match bind_named(&function(parameters), arguments) {
            Ok(values) => print(&values),
            Err(error) => format!("{} {} {}", error.status, error.code, error.message),
        }
    };
    let all = vec![("b", Value::Bytes(b"hi".to_vec())), ("a", Value::Integer(3))];
    assert_eq!(named("a:real b:bytes c:text?", all), "3r, b\"hi\", null");
    assert_eq!(named("a:json", vec![("a", Value::Bytes(b"hi".to_vec()))]), "b\"hi\"");
    assert_eq!(
        named("a:text", vec![("a", Value::Json("[1]".into()))]),
        "400 argument `a` must be text, not an array"
    );
    assert_eq!(named("a:text", vec![]), "400 argument `a` (text) is missing");
    assert_eq!(
        named("limit:integer", vec![("limt", Value::Integer(1))]),
        "400 argument `f` has no parameter `limt`; did you mean `limit`?"
    );
    assert_eq!(
        named("", vec![("x", Value::Null)]),
        "400 argument `f` has no parameter `x`; it takes none"
    );

    let arguments = fields(r#"{"a": {"b": [1]}, "n": 1, "n": 2}"#).unwrap();
    let bound = bind_named(&function("n:integer a:json"), arguments).unwrap();
    assert_eq!(print(&bound), r#"2i, {"b": [1]}"#);
    assert!(fields("[1]").is_err() && fields("{").is_err());
}

#[test]
fn nested_data_has_no_integer_that_a_language_would_round() {
    let takes = function("order:json note:text?");
    let beyond = "18446744073709551617";
    let message =
        format!("`order` has the integer {beyond}, which is beyond 64 bits and would be rounded: send it as text");
    let body = format!(r#"{{"order": {{"items": [{{"id": {beyond}}}]}}}}"#);
    let request = |body: &[u8], query: &[(String, String)]| {
        let input = Input {
            parameters: &[],
            query,
            body,
            content_type: None,
            expects_body: true,
        };
        bind(&takes, input)
    };
    let refused = request(body.as_bytes(), &[]).unwrap_err();
    assert_eq!((refused.status, refused.argument.as_deref()), (400, Some("order")));
    assert_eq!(refused.message, message);
    let scalar = format!(r#"{{"order": {beyond}}}"#);
    assert_eq!(request(scalar.as_bytes(), &[]).unwrap_err().message, message);
    let query = ["1", beyond].map(|value| ("order".to_owned(), value.to_owned()));
    assert_eq!(request(b"", &query).unwrap_err().message, message);
    assert_eq!(request(b"", &query[1..]).unwrap_err().message, message);
    let from_another = fields(&body).unwrap();
    assert_eq!(bind_named(&takes, from_another).unwrap_err().message, message);
    assert_eq!(event::bind(&takes, "{}", &body).unwrap_err().message, message);

    let fits = body.replace(beyond, "18446744073709551615");
    assert!(request(fits.as_bytes(), &[]).is_ok());
    let elsewhere = format!(r#"{{"order": "{beyond}", "other": {beyond}, "note": "{beyond}"}}"#);
    assert!(
        request(elsewhere.as_bytes(), &[]).is_ok(),
        "as text, or where nobody takes it"
    );
}

const REQUESTS: [&str; 12] = [
    "/users/7?name=Ada&tags=a&tags=b",
    "/files/a%2Fb/%C3%A9%20?x=%00&flag=true",
    "?count=255&ratio=1.5e3&flag=false&name=",
    r#"{"name": "Ada", "count": 7, "ratio": 0.5, "flag": true, "tags": ["a", "b"], "data": {"a": [1, 2, {"b": null}]}}"#,
    r#"{"count": 18446744073709551615, "ratio": -0.0, "name": "\ud83d\ude00", "name": "twice"}"#,
    r#"[{"n": 1e308}, "text", null, true, -9223372036854775808, 1.7976931348623157e308]"#,
    r#"{"body": "AAEC", "data": [[[[[[[[]]]]]]]]}"#,
    "application/json",
    "application/vnd.api+json; charset=utf-8",
    "text/plain",
    "application/x-www-form-urlencoded",
    "count=1&name=%F0%9F%98%80",
];

/// Any path, query, content type and body for functions with parameters of all kinds: bound, or refused as the client's.
fn any_request(executions: u64) {
    let functions = [
        "name:text count:integer[0,255] ratio:real? flag:boolean? tags:json<Vec<String>>?",
        "body:bytes",
        "body:text",
        "data:json<Value> count:integer?",
        "id:integer<u64> n:integer<i8>[-128,127]? data:json<Vec<i64>>?",
        "body:json<Value>",
    ]
    .map(function);
    fuzz::run("arguments", executions, &REQUESTS, |input| {
        let function = &functions[input.below(functions.len())];
        let names = ["name", "count", "ratio", "flag", "tags", "data", "body", "id", "n"];
        let mut pairs = |most| -> Vec<(String, String)> {
            let count = input.below(most);
            let pair = |_| (names[input.below(names.len())].to_owned(), input.text());
            (0..count).map(pair).collect()
        };
        let (parameters, query) = (pairs(3), pairs(5));
        let (body, content_type) = (input.bytes(), input.text());
        let request = Input {
            parameters: &parameters,
            query: &query,
            body: &body,
            content_type: [None, Some("application/json"), Some(&*content_type)][input.below(3)],
            expects_body: input.below(2) == 0,
        };
        match bind(function, request) {
            Ok(values) => {
                assert_eq!(values.len(), function.params.len());
                for value in values {
                    let _ = value.into_json_text();
                }
            }
            Err(refused) => assert!((400..500).contains(&refused.status), "{}", refused.message),
        }
    });
}

#[test]
fn any_request_is_bound_or_refused() {
    any_request(fuzz::SHORT);
}

#[test]
#[ignore = "a minute"]
fn endure_fuzz_arguments() {
    any_request(fuzz::long());
}
