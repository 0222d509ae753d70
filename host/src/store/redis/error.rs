use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::{bindings::Error, limits};

pub(crate) fn too_large() -> Error {
    let message = format!(
        "the reply is over {} MiB or {} elements: ask for a range, or in steps with a SCAN command",
        limits::REDIS_REPLY >> 20,
        limits::REDIS_ELEMENTS
    );
    Error::new(500, "too-large", message)
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
        _ if error.code() == Some("OOM") => Error::new(503, "full", text),
        _ if error.code() == Some("WRONGTYPE") => Error::new(500, "wrong-type", text),
        _ => Error::new(500, "redis", text),
    }
}
