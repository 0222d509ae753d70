//! What goes wrong with a command.

use crate::base::explain::{Explain, Explanation, is};
use crate::{base::limits, storage::store::StoreError};

/// Why a command gives no reply.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RedisError {
    /// The file has no such server. `hint` may name one that is spelt alike.
    #[error("no Redis server `{name}`{hint}")]
    Unknown { name: String, hint: String },
    /// None was named, and there is none.
    #[error("the file names no Redis server")]
    NoServer,
    /// None was named, and there are these.
    #[error(
        "the file names several Redis servers and none is `main` of [redis]: name one of {} before the command",
        .0.join(", ")
    )]
    NotNamed(Vec<String>),
    /// A URL was given that is not in the file.
    #[error("the file does not name this Redis server")]
    NotGranted,
    /// The command is kept from fujsens; `instead` says why, or what to do instead.
    #[error("fujsens may not use the Redis command {verb}; {instead}")]
    NotOffered { verb: String, instead: &'static str },
    /// An argument, counted from 1, is null.
    #[error(
        "argument {number} of {verb} is null, and Redis has no null: delete the key or the field instead, or keep an empty text"
    )]
    Null { verb: String, number: usize },
    /// The time of a command that blocks is no number of seconds.
    #[error("the time to wait must be a number of seconds; 0 waits for ever")]
    NoTime,
    /// The arguments, or the value that the command would make, are too long.
    #[error(
        "{}: it may be {} MiB at most, as much as one command can read; use several keys",
        .0,
        limits::REDIS_VALUE >> 20
    )]
    TooLarge(String),
    /// The command asks for too many elements.
    #[error("{} may ask for {} elements at most", .0, limits::REDIS_ELEMENTS)]
    TooMany(String),
    /// The reply is of a kind that this host does not know.
    #[error("the server answered with something that is not understood")]
    NotUnderstood,
    /// Of the server or the connection to it.
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
