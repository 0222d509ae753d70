//! What goes wrong at the doors themselves.

use crate::base::explain::{Explain, Explanation, is};
use crate::base::limits;

/// Why a host function gives its guest nothing, whatever stands behind the door.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// More bytes in all than `limits::RETAINED_BYTES`, over every host call of this call.
    #[error("host calls returned more than {} MiB to this call", limits::RETAINED_BYTES >> 20)]
    TooLarge,
    /// `depth` is the one at which `name` would run, and above `limits::CALL_DEPTH`. `caller` is `section.name`.
    #[error(
        "`{caller}` calls `{name}` at depth {depth}: fujsens may call each other {} deep",
        limits::CALL_DEPTH
    )]
    TooDeep { caller: String, name: String, depth: u8 },
    /// The thread that checked a configuration ended without an answer.
    #[error("the check ended without a result")]
    Unfinished,
    /// A metric that cannot be recorded; the sentence says why.
    #[error("{0}")]
    Metric(String),
    /// A time pattern is longer than `limits::TIME_PATTERN`.
    #[error("the pattern is over {} bytes", limits::TIME_PATTERN)]
    LongPattern,
    /// A time pattern that cannot be formatted with, and why.
    #[error("`{pattern}` is no time pattern: {why}; an example is `%Y-%m-%dT%H:%M:%SZ`")]
    Pattern { pattern: String, why: jiff::Error },
    /// A time, in milliseconds since the Unix epoch, that is beyond the calendar.
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
