//! Values of a TSK file as guests are given them, and values of elsewhere as a file would have them.

use serde_json::Value as Json;
use tsk::{Node, Span};

use super::Value;

impl Value {
    /// A value of the file without operators, with its secrets. None for code.
    pub fn of(node: &Node) -> Option<Self> {
        Some(match &node.value {
            tsk::Value::Null => Self::Null,
            tsk::Value::Bool(value) => Self::Boolean(*value),
            tsk::Value::Integer(value) => Self::Integer(*value),
            tsk::Value::Float(value) => Self::Real(*value),
            tsk::Value::String(text) => Self::Text(text.clone()),
            tsk::Value::Secret(secret) => Self::Text(secret.reveal().to_owned()),
            tsk::Value::Array(_) | tsk::Value::Object(_) => Self::Json(json(node)?.to_string()),
            tsk::Value::Source(_) | tsk::Value::Wasm(_) | tsk::Value::Deferred(_) => return None,
        })
    }
}

/// As [`Value::of`], nested. `Config::to_json` hides secrets; a guest is given them.
fn json(node: &Node) -> Option<Json> {
    Some(match &node.value {
        tsk::Value::Array(nodes) => nodes.iter().filter_map(json).collect(),
        tsk::Value::Object(object) => object
            .iter()
            .filter_map(|(key, node)| Some((key.clone(), json(node)?)))
            .collect(),
        _ => Value::of(node)?.into_json(),
    })
}

/// A value of elsewhere as the file would have it. Text is text, whatever it says.
pub fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => tsk::Value::Null,
        Json::Bool(value) => tsk::Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => tsk::Value::Integer(integer),
            None => tsk::Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => tsk::Value::String(text.clone()),
        Json::Array(items) => tsk::Value::Array(items.iter().map(node).collect()),
        Json::Object(members) => {
            tsk::Value::Object(members.iter().map(|(key, value)| (key.clone(), node(value))).collect())
        }
    };
    Node {
        value,
        span: Span::default(),
        key_span: Span::default(),
    }
}
