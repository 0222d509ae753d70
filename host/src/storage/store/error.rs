//! What goes wrong where a service keeps what is its own.

use std::time::Duration;

use super::{redis::Refusal, sqlite::Trouble};
use crate::base::{explain::Explain, limits};

/// Why a server or a file did not do what it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the Redis server {server} cannot be reached: {why}")]
    Unreachable { server: String, why: String },
    #[error("the Redis server {server} did not answer within {} ms", .time.as_millis())]
    Silent { server: String, time: Duration },
    #[error(
        "the reply is over {} MiB or {} elements: ask for a range, or in steps with a SCAN command",
        limits::REDIS_REPLY >> 20,
        limits::REDIS_ELEMENTS
    )]
    TooLarge,
    /// In the server's own words.
    #[error("{words}")]
    Refused { refusal: Refusal, words: String },
    #[error("{file} cannot be opened: {why}")]
    CannotOpen { file: String, why: String, remedy: String },
    /// Others have taken the file's place.
    #[error("{file}: {why}")]
    Moved { file: String, why: String },
    #[error("{file}: {trouble}: {why}")]
    File {
        file: String,
        trouble: Trouble,
        why: String,
    },
    #[error("a database connection ended unexpectedly")]
    Gone,
    #[error("no thread for a connection: {0}")]
    NoThread(String),
}

impl StoreError {
    /// Why a server refuses a command; none where it is not that.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(*refusal),
            _ => None,
        }
    }
}

impl Explain for StoreError {
    fn meaning(&self) -> (u16, &'static str) {
        match self {
            Self::Unreachable { .. } | Self::CannotOpen { .. } | Self::NoThread(_) => (503, "unavailable"),
            Self::Silent { .. } => (504, "timeout"),
            Self::TooLarge => (500, "too-large"),
            Self::Refused { refusal, .. } => refusal.meaning(),
            Self::Moved { .. } => (503, "moved"),
            Self::File { trouble, .. } => trouble.meaning(),
            Self::Gone => (500, "internal"),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::CannotOpen { remedy, .. } => Some(remedy.clone()),
            _ => None,
        }
    }
}
