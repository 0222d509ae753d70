//! What Redis says went wrong, as an author can act on it.

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::base::{limits, value::Error};

pub(crate) fn too_large() -> Error {
    let message = format!(
        "the reply is over {} MiB or {} elements: ask for a range, or in steps with a SCAN command",
        limits::REDIS_REPLY >> 20,
        limits::REDIS_ELEMENTS
    );
    Error::new(500, "too-large", message)
}

/// Whether the server has become a replica, which takes no writes: after a failover another one does, by the same name.
pub(crate) fn is_replica(error: &RedisError) -> bool {
    error.code() == Some("READONLY")
}

/// A server's own error, such as `WRONGTYPE …`, with a status that says whether to try again.
pub(crate) fn explain(error: &RedisError) -> Error {
    let text = match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        _ => error.to_string(),
    };
    match error.kind() {
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::TryAgain
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ClusterDown,
        ) => Error::new(503, "unavailable", text),
        _ if is_replica(error) => Error::new(503, "read-only", text),
        // Too few replicas, or a disk that cannot be written: the operator's, and over when that is.
        _ if matches!(error.code(), Some("NOREPLICAS" | "MISCONF")) => Error::new(503, "unavailable", text),
        _ if error.code() == Some("OOM") => Error::new(503, "full", text),
        _ if error.code() == Some("WRONGTYPE") => Error::new(500, "wrong-type", text),
        _ => Error::new(500, "redis", text),
    }
}
