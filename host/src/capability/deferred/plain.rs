//! Values without operators.

use tsk::Node;

use crate::base::bindings::Value;

/// A value without operators, as guests are given it: with its secrets. None for code.
pub(crate) fn value(node: &Node) -> Option<Value> {
    Some(match &node.value {
        tsk::Value::Null => Value::Null,
        tsk::Value::Bool(value) => Value::Boolean(*value),
        tsk::Value::Integer(value) => Value::Integer(*value),
        tsk::Value::Float(value) => Value::Real(*value),
        tsk::Value::String(text) => Value::Text(text.clone()),
        tsk::Value::Secret(secret) => Value::Text(secret.reveal().to_owned()),
        tsk::Value::Array(_) | tsk::Value::Object(_) => Value::Json(json(node)?.to_string()),
        tsk::Value::Source(_) | tsk::Value::Wasm(_) | tsk::Value::Deferred(_) => return None,
    })
}

/// `Config::to_json` hides secrets; a guest is given them.
fn json(node: &Node) -> Option<serde_json::Value> {
    Some(match &node.value {
        tsk::Value::Null => serde_json::Value::Null,
        tsk::Value::Bool(value) => (*value).into(),
        tsk::Value::Integer(value) => (*value).into(),
        tsk::Value::Float(value) => (*value).into(),
        tsk::Value::String(text) => text.clone().into(),
        tsk::Value::Secret(secret) => secret.reveal().into(),
        tsk::Value::Array(nodes) => nodes.iter().filter_map(json).collect(),
        tsk::Value::Object(object) => object
            .iter()
            .filter_map(|(key, node)| Some((key.clone(), json(node)?)))
            .collect(),
        tsk::Value::Source(_) | tsk::Value::Wasm(_) | tsk::Value::Deferred(_) => return None,
    })
}
