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
    pub http: &'a Arc<Http>,
    pub metrics: &'a Metrics,
    pub redis: &'a Redis,
    pub sql: &'a Sql,
    pub cache: &'a Cache,
    pub namespace: &'a Namespace,
}
