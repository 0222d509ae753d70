//! Why Redis refuses a command. Here, and nowhere else, its words are read.

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::base::explain::{Explanation, is};

/// Why a server refuses a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedisRefusal {
    /// It loads, fails over, or has too few replicas or a disk that cannot be written: the operator's, and over when that is.
    NotReady,
    /// It has become a replica, which takes no writes: after a failover another one does, by the same name.
    Replica,
    /// Its memory is used up (`maxmemory`).
    Full,
    /// The key holds a value of another type than the command is for.
    WrongType,
    /// It does not know the script by its hash: it wants the text.
    NoScript,
    /// The stream has no such consumer group.
    NoGroup,
    /// The stream has this consumer group already.
    GroupExists,
    /// There is nothing at the key.
    NoKey,
    /// The value at the key, or an argument, is not an integer of 64 bits.
    NoInteger,
    /// The sum would leave the range of 64 bits.
    Overflow,
    /// Anything else.
    Other,
}

impl RedisRefusal {
    /// What an error of the server's says, by its code, and by its words where the code is `ERR`.
    pub fn of(error: &RedisError) -> Self {
        match error.kind() {
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::TryAgain
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ClusterDown,
            ) => Self::NotReady,
            ErrorKind::Server(ServerErrorKind::ReadOnly) => Self::Replica,
            ErrorKind::Server(ServerErrorKind::NoScript) => Self::NoScript,
            _ => match error.code() {
                Some("NOREPLICAS" | "MISCONF") => Self::NotReady,
                Some("OOM") => Self::Full,
                Some("WRONGTYPE") => Self::WrongType,
                Some("NOGROUP") => Self::NoGroup,
                Some("BUSYGROUP") => Self::GroupExists,
                _ => Self::of_words(error.detail().unwrap_or_default()),
            },
        }
    }

    /// Of what has only the code `ERR`.
    fn of_words(words: &str) -> Self {
        let says = |what| words.contains(what);
        match () {
            () if says("no such key") => Self::NoKey,
            () if says("would overflow") => Self::Overflow,
            () if says("not an integer") => Self::NoInteger,
            () => Self::Other,
        }
    }

    pub(in super::super) fn explain(self) -> Explanation {
        match self {
            Self::NotReady => is(503, "unavailable"),
            Self::Replica => is(503, "read-only"),
            Self::Full => is(503, "full"),
            Self::WrongType => is(500, "wrong-type"),
            Self::NoScript
            | Self::NoGroup
            | Self::GroupExists
            | Self::NoKey
            | Self::NoInteger
            | Self::Overflow
            | Self::Other => is(500, "redis"),
        }
    }
}

/// A server's own error, such as `WRONGTYPE …`.
pub(crate) fn words(error: &RedisError) -> String {
    match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        _ => error.to_string(),
    }
}
