//! What a guest calls `time`.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use jiff::{Timestamp, fmt::strtime::BrokenDownTime, tz::TimeZone};

use crate::{
    base::limits,
    sandbox::{bindings, call::Call, fault::ImportError},
};

/// The fixed point of `monotonic`.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl bindings::time::Host for Call {
    fn now(&mut self) -> u64 {
        // Before the epoch only a clock is that was never set.
        u64::try_from(self.context.clock.wall().as_millisecond()).unwrap_or(0)
    }

    fn monotonic(&mut self) -> u64 {
        let start = *START;
        self.context
            .clock
            .monotonic()
            .saturating_duration_since(start)
            .as_nanos() as u64
    }

    fn format(&mut self, timestamp: u64, pattern: String) -> Result<String, bindings::Error> {
        Ok(format(timestamp, &pattern)?)
    }

    async fn sleep(&mut self, milliseconds: u32) {
        let asked = Duration::from_millis(milliseconds.into());
        if asked >= self.remaining() {
            // The call's end comes first, and a guest that went on then could still answer.
            return std::future::pending().await;
        }
        tokio::time::sleep(asked).await;
    }
}

fn format(timestamp: u64, pattern: &str) -> Result<String, ImportError> {
    if pattern.len() > limits::TIME_PATTERN {
        return Err(ImportError::LongPattern);
    }
    let moment = i64::try_from(timestamp)
        .ok()
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
        .ok_or(ImportError::Timestamp(timestamp))?;
    let broken_down = BrokenDownTime::from(&moment.to_zoned(TimeZone::UTC));
    broken_down.to_string(pattern).map_err(|why| ImportError::Pattern {
        pattern: pattern.to_owned(),
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::explain::Explain;

    #[test]
    fn formats_in_utc() {
        assert_eq!(format(0, "%Y-%m-%dT%H:%M:%SZ").unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(
            format(1_700_000_000_123, "%F %T%.3f").unwrap(),
            "2023-11-14 22:13:20.123"
        );
        assert_eq!(format(0, "plain").unwrap(), "plain");
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        for (timestamp, pattern, code) in [
            (0, "%", "bad-pattern"),
            (0, "%!", "bad-pattern"),
            (u64::MAX, "%Y", "bad-timestamp"),
            (1_700_000_000_000_000, "%Y", "bad-timestamp"),
        ] {
            let error = format(timestamp, pattern).unwrap_err();
            assert_eq!(error.meaning(), (400, code), "{pattern}");
        }
        assert_eq!(format(0, &"x".repeat(2000)).unwrap_err().meaning().1, "bad-pattern");
    }
}
