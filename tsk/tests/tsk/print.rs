//! What `to_string` prints reads back to the same values.

use std::fs;

use proptest::prelude::*;
use tsk::{Config, Node, Object, Value, load, to_string};

use crate::{
    languages::options,
    support::{World, render, root, with_lenient},
};

fn reread(config: &Config, lenient: bool) -> Config {
    let printed = to_string(config);
    match load("service.tsk", &printed, &World, with_lenient(lenient)) {
        Ok(config) => config,
        Err(failure) => panic!("{printed}\n{}", render(&failure.diagnostics, &failure.sources)),
    }
}

#[test]
fn every_case_reads_back() {
    for entry in fs::read_dir(root().join("tests/cases/ok")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "tsk") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let lenient = name.starts_with("lenient");
        let text = fs::read_to_string(&path).unwrap();
        let config = load(&name, &text, &World, with_lenient(lenient)).unwrap();
        let again = reread(&config, lenient);
        assert!(same(&config.root, &again.root), "{name}\n{}", to_string(&config));
        assert!(same(&config.globals, &again.globals), "{name}\n{}", to_string(&config));
        assert_eq!(to_string(&again), to_string(&reread(&again, lenient)), "{name}");
    }
}

fn same(left: &Object, right: &Object) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|((key, node), (other, again))| key == other && same_value(&node.value, &again.value))
}

fn same_value(left: &Value, right: &Value) -> bool {
    let all = |left: &[Node], right: &[Node]| {
        left.len() == right.len()
            && left
                .iter()
                .zip(right)
                .all(|(left, right)| same_value(&left.value, &right.value))
    };
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::String(left), Value::String(right)) | (Value::Wasm(left), Value::Wasm(right)) => left == right,
        // A secret is not printed.
        (Value::Secret(_), Value::String(text)) => text == "***",
        (Value::Array(left), Value::Array(right)) => all(left, right),
        (Value::Object(left), Value::Object(right)) => same(left, right),
        (Value::Source(left), Value::Source(right)) => left.language == right.language && left.text == right.text,
        (Value::Deferred(left), Value::Deferred(right)) => {
            left.operator == right.operator && all(&left.arguments, &right.arguments)
        }
        _ => false,
    }
}

/// Trying each level on one line first would take twice the time for each further level.
#[test]
fn nesting_prints_once() {
    let inside = format!("\"{}\"", "long ".repeat(40));
    for (open, close) in [("[", "]"), ("[{ a: ", " }]"), ("@cache(\"5m\", [", "])")] {
        let text = format!("x: {}{inside}{}\n", open.repeat(30), close.repeat(30));
        let config = crate::support::config(&text);
        let printed = to_string(&config);
        assert_eq!(to_string(&reread(&config, false)), printed);
    }
}

/// JSON of every kind, as TSK text.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let text = prop_oneof![any::<String>(), "[a-z\"'\\\\$\\{\\}# \n\t:,+-]{0,20}"];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Into::into),
        text.prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            members(inner).prop_map(Into::into),
        ]
    })
}

fn members(
    inner: impl Strategy<Value = serde_json::Value>,
) -> impl Strategy<Value = serde_json::Map<String, serde_json::Value>> {
    let key = prop_oneof![
        "[A-Za-z_][A-Za-z0-9_-]{0,8}",
        any::<String>(),
        "[a-z.\"'$\\{ \\\\]{0,6}"
    ];
    let key = key.prop_filter("no code", |key| !key.ends_with("fujsen"));
    prop::collection::vec((key, inner), 0..6).prop_map(|pairs| pairs.into_iter().collect())
}

/// A configuration with these values, made through serde's view of JSON as TSK.
fn as_config(members: &serde_json::Map<String, serde_json::Value>) -> Config {
    let mut text = String::new();
    for (key, value) in members {
        text.push_str(&format!("{}: {}\n", quoted(key), as_tsk(value)));
    }
    crate::support::config(&text)
}

fn as_tsk(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => quoted(text),
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(as_tsk).collect::<Vec<_>>().join(","))
        }
        serde_json::Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}:{}", quoted(key), as_tsk(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        serde_json::Value::Number(number) if number.is_f64() => format!("{:?}", number.as_f64().unwrap()),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    text.chars().fold("\"".to_owned(), |out, letter| match letter {
        _ if (letter as u32) < 0x10000 => out + &format!("\\u{:04x}", letter as u32),
        _ => out + &letter.to_string(),
    }) + "\""
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_value_reads_back(members in members(value())) {
        let config = as_config(&members);
        prop_assert_eq!(config.to_json(), serde_json::Value::Object(members));
        let again = reread(&config, false);
        prop_assert_eq!(again.to_json(), config.to_json(), "{}", to_string(&config));
        prop_assert_eq!(to_string(&again), to_string(&config));
    }
}

/// The layout must not tell how long a secret is, and a printed text is laid out the same when it is printed again.
#[test]
fn a_secret_takes_the_room_of_its_stars() {
    let near_the_end = "a: [[@env.secure(\"TOKEN\"), \"0123456789\"], [\"0123456789\", \"0123456789\", \"0123456789\", \"0123456789\"]]\n";
    for extra in 0..40 {
        let text = format!(
            "{near_the_end}b: [[@env.secure(\"TOKEN\")], [\"{}\"]]\n",
            "x".repeat(60 + extra)
        );
        let config = load("service.tsk", &text, &World, options()).unwrap();
        let printed = to_string(&config);
        assert_eq!(printed, to_string(&reread(&config, false)));
    }
}
