//! Values as JSON, for people and pages: nothing secret is in it.

use serde_json::{Map, Number, Value as Json};

use crate::{
    span::SourceMap,
    value::{Node, Object, Value},
};

pub(crate) fn object(object: &Object, sources: &SourceMap) -> Json {
    let members: Map<String, Json> = object
        .iter()
        .map(|(key, value)| (key.clone(), node(value, sources)))
        .collect();
    Json::Object(members)
}

pub(crate) fn node(node: &Node, sources: &SourceMap) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String(text.clone()),
        Value::Secret(_) => Json::String("***".to_owned()),
        Value::Array(items) => Json::Array(items.iter().map(|item| self::node(item, sources)).collect()),
        Value::Object(inner) => object(inner, sources),
        Value::Source(source) => Json::String(source.text.to_string()),
        Value::Wasm(path) => Json::String(format!("@wasm({path:?})")),
        Value::Deferred(deferred) => Json::String(sources.slice(deferred.span).to_owned()),
    }
}
