//! What the state does not do.

use crate::base::explain::{Explain, Explanation, is};
use crate::{base::limits, storage::store::StoreError};

/// Why nothing was read or changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A key is empty or too long: it has so many bytes.
    #[error("a key of the state has 1 to {} bytes, this one has {}", limits::STATE_KEY, .0)]
    Key(usize),
    /// A value is too long: it has so many bytes.
    #[error(
        "a value of the state has at most {} KiB, this one has {} bytes: keep larger ones in a database",
        limits::STATE_VALUE >> 10,
        .0
    )]
    TooLarge(usize),
    /// A value of the kind `json` is none.
    #[error("the value is not JSON: {0}")]
    NotJson(serde_json::Error),
    /// A lifetime is 0.
    #[error("a lifetime must be above 0")]
    NoLifetime,
    /// A lifetime is over [`limits::STATE_LIFETIME`].
    #[error("a lifetime is 100 years at most")]
    LongLifetime,
    /// What the key holds was written by somebody else.
    #[error("the value of `{0}` was not written as state of this service")]
    Foreign(String),
    /// What the key holds cannot be counted with.
    #[error("the state's `{0}` is not an integer: only integers can be incremented")]
    NoInteger(String),
    /// The sum would leave the range of 64 bits.
    #[error("the state's `{0}` would leave the range of 64-bit integers")]
    Overflow(String),
    /// The service has as many keys as a SQLite file may hold of it.
    #[error(
        "the state holds {} keys, the most of a SQLite file: delete some, give them lifetimes, or name a Redis server under \
         [state]",
        limits::STATE_KEYS
    )]
    Full,
    /// The call's own time ran out: the change may be made or not.
    #[error("the state ({0}) did not answer within the call's time")]
    Late(String),
    /// Of the file or the server that the state is in.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Explain for StateError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Key(_) | Self::NotJson(_) | Self::NoLifetime | Self::LongLifetime => is(500, "bad-argument"),
            Self::TooLarge(_) => is(500, "too-large"),
            Self::Foreign(_) => is(500, "foreign"),
            Self::NoInteger(_) => is(500, "wrong-type"),
            Self::Overflow(_) => is(500, "overflow"),
            Self::Full => is(503, "full"),
            Self::Late(_) => is(504, "timeout"),
            Self::Store(error) => error.explain(),
        }
    }
}

/// Why an engine leaves everything as it is, whatever the key.
#[derive(Clone, Copy)]
pub(super) enum WriteRefused {
    NoInteger,
    Overflow,
    Full,
}

impl WriteRefused {
    pub(super) fn of(self, key: &str) -> StateError {
        match self {
            Self::NoInteger => StateError::NoInteger(key.to_owned()),
            Self::Overflow => StateError::Overflow(key.to_owned()),
            Self::Full => StateError::Full,
        }
    }
}
