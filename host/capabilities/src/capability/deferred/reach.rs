//! What operators work with.

use std::sync::Arc;

use super::{Cache, Namespace};
use crate::{
    capability::{http::Http, redis::Redis, sql::Sql},
    observe::metrics::Metrics,
};

/// What the operators of one version of the file can reach.
#[derive(Clone, Copy)]
pub struct OperatorReach<'a> {
    /// For `@http(…)`.
    pub http: &'a Arc<Http>,
    /// For `@metrics(…)`.
    pub metrics: &'a Metrics,
    /// For `@redis(…)`.
    pub redis: &'a Redis,
    /// For `@query(…)`.
    pub sql: &'a Sql,
    /// What `@cache(…)` keeps.
    pub cache: &'a Cache,
    /// What tells its values from those of other files.
    pub namespace: &'a Namespace,
}
