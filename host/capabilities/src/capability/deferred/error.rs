//! What goes wrong with an operator.

use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::limits,
    capability::{http::HttpError, redis::RedisError, sql::SqlError},
};

/// Why an operator gives no value.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeferredError {
    /// Told when the file is loaded, too.
    #[error("{0}")]
    Argument(String),
    #[error(
        "it is one of {} operators in the value that is read, and one read runs {} at most; read parts of it",
        .0,
        limits::DEFERRED_VALUES
    )]
    TooMany(usize),
    #[error("the values of one read are over {} MiB", limits::RETAINED_BYTES >> 20)]
    TooLarge,
    #[error("the call's time is over")]
    Late,
    #[error("{0}")]
    Metric(String),
    #[error("{shown} answered with status {status}")]
    Status { shown: String, status: u16 },
    #[error("{0} answered neither text nor JSON")]
    NotText(String),
    #[error("{shown} answered with what is no JSON: {why}")]
    NotJson { shown: String, why: serde_json::Error },
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Redis(#[from] RedisError),
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl Explain for DeferredError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Argument(_) => is(500, "deferred-argument"),
            Self::TooMany(_) => is(500, "too-many"),
            Self::TooLarge => is(500, "too-large"),
            Self::Late => is(504, "timeout"),
            Self::Metric(_) => is(500, "bad-metric"),
            Self::Status { .. } => is(502, "status"),
            Self::NotText(_) => is(502, "not-text"),
            Self::NotJson { .. } => is(502, "not-json"),
            Self::Http(error) => error.explain(),
            Self::Redis(error) => error.explain(),
            Self::Sql(error) => error.explain(),
        }
    }
}
