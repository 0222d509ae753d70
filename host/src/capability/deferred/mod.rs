//! Values that are evaluated when they are read: `@query(…)`, `@http(…)`, `@redis(…)`, `@metrics(…)`, and `@cache(…)`
//! around them.
//!
//! An operator does what a fujsen's own call would: through the same capabilities, under the same grants and bounds, and
//! within the deadline of the call that reads it.

mod cache;
mod check;
mod failed;
mod identity;
mod operation;
mod plain;
mod reader;
mod run;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tsk::{Node, Value};

pub use self::{cache::Cache, failed::Failed, identity::Ground, reader::Reader};
pub(crate) use self::{check::check, plain::value as plain_value};
use crate::{
    capability::{http::Http, redis::Redis, sql::Sql},
    observe::metrics::Metrics,
};

/// What the operators of one version of the file can reach.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub http: &'a Arc<Http>,
    pub metrics: &'a Metrics,
    pub redis: &'a Redis,
    pub sql: &'a Sql,
    pub cache: &'a Cache,
    pub ground: &'a Ground,
}

/// How many operators a value holds, those among the arguments of others included.
pub(crate) fn count(value: &Value) -> usize {
    match value {
        Value::Deferred(deferred) => 1 + sum(&deferred.arguments),
        Value::Array(items) => sum(items),
        Value::Object(members) => sum(members.values()),
        _ => 0,
    }
}

fn sum<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> usize {
    nodes.into_iter().map(|node| count(&node.value)).sum()
}
