//! What the tests of several rooms need: the values of a file, and what reading them says.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests use it, and a panic is their end"
)]

use tsk::{Config, Diagnostic, Node, Object, SourceMap, Span, Value};

/// A file's values, given as a JSON object.
pub fn config(json: serde_json::Value) -> Config {
    let Value::Object(root) = node(json).value else {
        panic!("a file is an object")
    };
    Config {
        root,
        globals: Object::new(),
        sources: SourceMap::default(),
        warnings: Vec::new(),
        files: Vec::new(),
    }
}

fn node(json: serde_json::Value) -> Node {
    let value = match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Integer),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::Array(items.into_iter().map(node).collect()),
        serde_json::Value::Object(object) => Value::Object(
            object
                .into_iter()
                .map(|(key, value)| (key, node(value)))
                .collect::<Object>(),
        ),
    };
    Node {
        value,
        span: Span::default(),
        key_span: Span::default(),
    }
}

/// Each value of a section, given by its path, is refused with one message and one help.
#[track_caller]
pub fn assert_refused<T>(
    section: &str,
    read: impl Fn(&Config) -> Result<T, Vec<Diagnostic>>,
    table: &[(serde_json::Value, &str, &str)],
) {
    for (value, message, help) in table {
        let within = |inner, key: &str| serde_json::json!({ key: inner });
        let file = section.rsplit('.').fold(value.clone(), within);
        let Err(diagnostics) = read(&config(file)) else {
            panic!("nothing is said of `{section}: {value}`")
        };
        let said: Vec<_> = diagnostics
            .iter()
            .map(|one| (one.message.as_str(), one.help.as_deref().unwrap()))
            .collect();
        assert_eq!(said, [(*message, *help)], "{section}: {value}");
    }
}
