//! What goes wrong where a service keeps what is its own.

use std::time::Duration;

use super::{redis::RedisRefusal, sqlite::Trouble};
use crate::base::explain::{Explain, Explanation, is};
use crate::base::limits;

/// Why a server or a file did not do what it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no connection to a server.
    #[error("the Redis server {server} cannot be reached: {why}")]
    Unreachable { server: String, why: String },
    /// There is a connection to a server, and no answer in time.
    #[error("the Redis server {server} did not answer within {} ms", .time.as_millis())]
    Silent { server: String, time: Duration },
    /// A reply is longer, or has more elements, than a call may take in.
    #[error(
        "the reply is over {} MiB or {} elements: ask for a range, or in steps with a SCAN command",
        limits::REDIS_REPLY >> 20,
        limits::REDIS_ELEMENTS
    )]
    TooLarge,
    /// In the server's own words.
    #[error("{words}")]
    Refused { refusal: RedisRefusal, words: String },
    /// A file cannot be opened, or not made; `remedy` is what to do about it.
    #[error("{file} cannot be opened: {why}")]
    CannotOpen { file: String, why: String, remedy: String },
    /// Others have taken the file's place.
    #[error("{file}: {why}")]
    Moved { file: String, why: String },
    /// SQLite failed, with a file or with a statement.
    #[error("{file}: {trouble}: {why}")]
    File {
        file: String,
        trouble: Trouble,
        why: String,
    },
    /// The thread or the task that was to do the work has ended.
    #[error("a database connection ended unexpectedly")]
    Gone,
    /// The system gives no thread for a connection.
    #[error("no thread for a connection: {0}")]
    NoThread(String),
}

impl StoreError {
    /// Why a server refuses a command; none where it is not that.
    pub(crate) fn refusal(&self) -> Option<RedisRefusal> {
        match self {
            Self::Refused { refusal, .. } => Some(*refusal),
            _ => None,
        }
    }
}

impl Explain for StoreError {
    fn explain(&self) -> Explanation {
        match self {
            Self::CannotOpen { remedy, .. } => is(503, "unavailable").help(remedy.as_str()),
            Self::Unreachable { .. } | Self::NoThread(_) => is(503, "unavailable"),
            Self::Silent { .. } => is(504, "timeout"),
            Self::TooLarge => is(500, "too-large"),
            Self::Refused { refusal, .. } => refusal.explain(),
            Self::Moved { .. } => is(503, "moved"),
            Self::File { trouble, .. } => trouble.explain(),
            Self::Gone => is(500, "internal"),
        }
    }
}
