//! What the state does not do.

use crate::base::{limits, value::Error};

/// Why an engine leaves everything as it is.
#[derive(Clone, Copy)]
pub(super) enum Refused {
    NoInteger,
    Overflow,
    Full,
}

impl Refused {
    pub(super) fn explain(self, key: &str) -> Error {
        match self {
            Self::NoInteger => {
                let message = format!("the state's `{key}` is not an integer: only integers can be incremented");
                Error::new(500, "wrong-type", message)
            }
            Self::Overflow => {
                let message = format!("the state's `{key}` would leave the range of 64-bit integers");
                Error::new(500, "overflow", message)
            }
            Self::Full => {
                let message = format!(
                    "the state holds {} keys, the most of a SQLite file: delete some, give them lifetimes, or name a \
                     Redis server under [state]",
                    limits::STATE_KEYS
                );
                Error::new(503, "full", message)
            }
        }
    }
}
