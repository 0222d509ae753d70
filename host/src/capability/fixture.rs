//! What the tests of several capabilities need.
#![allow(clippy::unwrap_used)]

use tsk::{Config, Node, Object, SourceMap, Span, Value};

/// A file's values, given as a JSON object.
pub(crate) fn config(json: serde_json::Value) -> Config {
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
