//! Bounds on what one evaluation makes, in nodes and bytes.

use crate::{
    limits,
    value::{Node, Object, Value},
};

/// What one configuration may still cost.
pub(crate) struct Budget {
    nodes: usize,
    bytes: usize,
    spent: bool,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            nodes: limits::NODES,
            bytes: limits::MADE_BYTES,
            spent: false,
        }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.spent
    }

    /// Whether there is room for so many more values and bytes of text.
    pub(crate) fn take(&mut self, nodes: usize, bytes: usize) -> bool {
        match (self.nodes.checked_sub(nodes), self.bytes.checked_sub(bytes)) {
            (Some(nodes), Some(bytes)) => {
                (self.nodes, self.bytes) = (nodes, bytes);
                true
            }
            _ => {
                self.spent = true;
                false
            }
        }
    }
}

/// How many values and bytes of text a copy has.
pub(crate) fn cost(value: &Value) -> (usize, usize) {
    match value {
        Value::String(text) => (1, text.len()),
        Value::Array(items) => sum(items.iter()),
        Value::Object(object) => object_cost(object),
        Value::Deferred(deferred) => sum(deferred.arguments.iter()),
        _ => (1, 0),
    }
}

pub(crate) fn object_cost(object: &Object) -> (usize, usize) {
    sum(object.values())
}

fn sum<'a>(nodes: impl Iterator<Item = &'a Node>) -> (usize, usize) {
    nodes
        .map(|node| cost(&node.value))
        .fold((1, 0), |sum, cost| (sum.0 + cost.0, sum.1 + cost.1))
}

/// How many brackets stand inside each other where a value is written out.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + deepest(items.iter()),
        Value::Object(object) => 1 + object_depth(object),
        Value::Deferred(deferred) => 1 + deepest(deferred.arguments.iter()),
        _ => 0,
    }
}

/// The deepest of an object's values.
pub(crate) fn object_depth(object: &Object) -> usize {
    deepest(object.values())
}

fn deepest<'a>(nodes: impl Iterator<Item = &'a Node>) -> usize {
    nodes.map(|node| depth(&node.value)).max().unwrap_or(0)
}
