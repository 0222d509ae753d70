//! What SQLite says of a file that the host keeps, as whoever runs the service can act on it.

use std::fmt;

use rusqlite::ErrorCode;

use crate::base::explain::{Explanation, is};

/// What is wrong with a file, or with what was asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another process held its lock for longer than is waited for.
    Busy,
    /// It cannot grow: the disk or its bound is full.
    Full,
    /// Nothing may be written to it.
    ReadOnly,
    /// The system does not open it, or fails to read or write it.
    Unusable,
    /// It is damaged, or no database.
    Damaged,
    /// Anything else: a statement of the host's own fails.
    Statement,
}

impl Trouble {
    pub fn of(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::OperationAborted) => Self::Unusable,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            _ => Self::Statement,
        }
    }

    pub(in super::super) fn explain(self) -> Explanation {
        match self {
            Self::Busy => is(503, "busy"),
            Self::Full => is(503, "full"),
            Self::ReadOnly | Self::Unusable => is(503, "unavailable"),
            Self::Damaged => is(500, "corrupt"),
            Self::Statement => is(500, "internal"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "another process held it for too long",
            Self::Full => "it cannot grow",
            Self::ReadOnly => "it cannot be written",
            Self::Unusable => "it cannot be used",
            Self::Damaged => "it is damaged",
            Self::Statement => "a statement failed",
        })
    }
}
