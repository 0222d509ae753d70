//! Operators in values.

use tsk::{Node, Value};

/// How many operators a value holds, those among the arguments of others included.
pub fn count(value: &Value) -> usize {
    match value {
        Value::Deferred(deferred) => 1 + sum(&deferred.arguments),
        Value::Array(items) => sum(items),
        Value::Object(members) => sum(members.values()),
        _ => 0,
    }
}

pub(super) fn sum<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> usize {
    nodes.into_iter().map(|node| count(&node.value)).sum()
}
