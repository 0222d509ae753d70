//! What goes wrong at the doors themselves.

use crate::base::explain::{Explain, Explanation, is};
use crate::base::limits;

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
    fn explain(&self) -> Explanation {
        match self {
            Self::TooLarge => is(500, "too-large"),
            Self::TooDeep { .. } => is(500, "too-deep"),
            Self::Unfinished => is(500, "internal"),
            Self::Metric(_) => is(500, "bad-metric"),
            Self::LongPattern | Self::Pattern { .. } => is(400, "bad-pattern"),
            Self::Timestamp(_) => is(400, "bad-timestamp"),
        }
    }
}
