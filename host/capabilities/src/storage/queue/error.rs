//! What goes wrong with a queue.

use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::limits,
    storage::store::{StoreError, redis::RedisRefusal},
};

/// Why a queue did not do what it was asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum QueueError {
    /// No event can be so.
    #[error("{0}")]
    Unsound(String),
    /// An event is longer than any in a queue may be.
    #[error(
        "the event `{kind}` has {bytes} bytes, over the bound of {} KiB: keep the data elsewhere and publish where it is",
        limits::EVENT_BYTES >> 10
    )]
    TooLarge { kind: String, bytes: usize },
    /// The host's own task that adds events has failed: the event may be there or not.
    #[error("the queue's task ended unexpectedly")]
    Gone,
    /// A script of the host's own gave what it never gives.
    #[error("the Redis server answered a script with something else")]
    NotUnderstood,
    /// Of the file or the server that the queue is in.
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
