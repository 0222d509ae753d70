//! What goes wrong with a command.

use crate::base::explain::{Explain, Explanation, is};
use crate::{base::limits, storage::store::StoreError};

/// Why a command gives no reply.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum RedisError {
    #[error("no Redis server `{name}`{hint}")]
    Unknown { name: String, hint: String },
    #[error("the file names no Redis server")]
    NoServer,
    #[error(
        "the file names several Redis servers and none is `main` of [redis]: name one of {} before the command",
        .0.join(", ")
    )]
    NotNamed(Vec<String>),
    #[error("the file does not name this Redis server")]
    NotGranted,
    #[error("fujsens may not use the Redis command {verb}; {instead}")]
    NotOffered { verb: String, instead: &'static str },
    #[error(
        "argument {number} of {verb} is null, and Redis has no null: delete the key or the field instead, or keep an empty text"
    )]
    Null { verb: String, number: usize },
    #[error("the time to wait must be a number of seconds; 0 waits for ever")]
    NoTime,
    #[error(
        "{}: it may be {} MiB at most, as much as one command can read; use several keys",
        .0,
        limits::REDIS_VALUE >> 20
    )]
    TooLarge(String),
    #[error("{} may ask for {} elements at most", .0, limits::REDIS_ELEMENTS)]
    TooMany(String),
    #[error("the server answered with something that is not understood")]
    NotUnderstood,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for RedisError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Unknown { name, .. } => {
                is(500, "unknown-server").help(format!("to add it, write\n[redis]\n{name}: \"redis://127.0.0.1\""))
            }
            Self::NoServer => is(500, "unknown-server").help("to add one, write\n[redis]\nmain: \"redis://127.0.0.1\""),
            Self::NotNamed(_) => is(500, "unknown-server"),
            Self::NotGranted => is(500, "denied").help("to allow it, write\n[redis]\nmain: \"redis://…\""),
            Self::NotOffered { .. } => is(500, "denied"),
            Self::Null { .. } | Self::NoTime => is(500, "bad-argument"),
            Self::TooLarge(_) | Self::TooMany(_) => is(500, "too-large"),
            Self::NotUnderstood => is(502, "redis"),
            Self::Store(error) => error.explain(),
        }
    }
}
