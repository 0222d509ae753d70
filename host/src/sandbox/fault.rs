//! What goes wrong at the doors themselves.

use crate::base::{explain::Explain, limits};

/// Why a host function gives its guest nothing, whatever stands behind the door.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("host calls returned more than {} MiB to this call", limits::RETAINED_BYTES >> 20)]
    TooLarge,
    #[error(
        "`{caller}` calls `{name}` at depth {depth}: fujsens may call each other {} deep",
        limits::CALL_DEPTH
    )]
    TooDeep { caller: String, name: String, depth: u8 },
    #[error("the check ended without a result")]
    Unfinished,
    #[error("{0}")]
    Metric(String),
    #[error("the pattern is over {} bytes", limits::TIME_PATTERN)]
    LongPattern,
    #[error("`{pattern}` is no time pattern: {why}; an example is `%Y-%m-%dT%H:%M:%SZ`")]
    Pattern { pattern: String, why: jiff::Error },
    #[error("{0} ms since 1970 is past the year 9999; give milliseconds, not finer units")]
    Timestamp(u64),
}

impl Explain for ImportError {
    fn meaning(&self) -> (u16, &'static str) {
        match self {
            Self::TooLarge => (500, "too-large"),
            Self::TooDeep { .. } => (500, "too-deep"),
            Self::Unfinished => (500, "internal"),
            Self::Metric(_) => (500, "bad-metric"),
            Self::LongPattern | Self::Pattern { .. } => (400, "bad-pattern"),
            Self::Timestamp(_) => (400, "bad-timestamp"),
        }
    }
}
