//! What goes wrong with a queue.

use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::limits,
    storage::store::{StoreError, redis::RedisRefusal},
};

/// Why a queue did not do what it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum QueueError {
    /// No event can be so.
    #[error("{0}")]
    Unsound(String),
    #[error(
        "the event `{kind}` has {bytes} bytes, over the bound of {} KiB: keep the data elsewhere and publish where it is",
        limits::EVENT_BYTES >> 10
    )]
    TooLarge { kind: String, bytes: usize },
    #[error("the queue's task ended unexpectedly")]
    Gone,
    #[error("the Redis server answered a script with something else")]
    NotUnderstood,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl QueueError {
    /// Why the server refuses a command; none where it is not that.
    pub(super) fn refusal(&self) -> Option<RedisRefusal> {
        match self {
            Self::Store(error) => error.refusal(),
            _ => None,
        }
    }
}

impl Explain for QueueError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Unsound(_) => is(500, "bad-argument"),
            Self::TooLarge { .. } => is(500, "too-large"),
            Self::Gone | Self::NotUnderstood => is(500, "internal"),
            Self::Store(error) => error.explain(),
        }
    }
}
