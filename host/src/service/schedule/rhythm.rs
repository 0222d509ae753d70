//! When something is due. A pure function of the time, so that every host and every version of a file agree on it.

use std::time::Duration;

use jiff::Timestamp;

use super::cron::Cron;
use crate::base::limits;

/// The times at which a schedule is due.
#[derive(Clone, Debug)]
pub(crate) enum Rhythm {
    /// At each multiple of this many milliseconds since the Unix epoch.
    Every(i64),
    /// At the times that a cron expression names. It names one at least.
    Cron(Box<Cron>),
}

/// What is wrong with a rhythm, and what to write instead.
#[derive(Debug)]
pub(super) struct RhythmError {
    pub(super) message: String,
    pub(super) help: String,
}

impl Rhythm {
    /// `every 30s`, or a cron expression of five fields: minute, hour, day of month, month, day of week. A sixth is its
    /// time zone, else UTC.
    pub(super) fn parse(text: &str) -> Result<Self, RhythmError> {
        let text = text.trim();
        match text.strip_prefix("every") {
            Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => every(rest.trim()),
            _ => cron(text),
        }
    }

    /// The first slot after `time`.
    pub(crate) fn after(&self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(period) => {
                let slot = time.as_millisecond().div_euclid(*period) + 1;
                Timestamp::from_millisecond(slot.checked_mul(*period)?).ok()
            }
            Self::Cron(cron) => cron.after(time),
        }
    }

    /// The last slot at `time` or before it.
    pub(crate) fn latest(&self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(period) => {
                let slot = time.as_millisecond().div_euclid(*period);
                Timestamp::from_millisecond(slot.checked_mul(*period)?).ok()
            }
            Self::Cron(cron) => cron.latest(time),
        }
    }
}

fn every(text: &str) -> Result<Rhythm, RhythmError> {
    let wrong = |message: &str| RhythmError {
        message: message.to_owned(),
        help: "write, for example, `\"every 30s\"`, `\"every 5m\"` or `\"every 1h\"`".to_owned(),
    };
    let period = tsk::duration(text).ok_or_else(|| wrong(&format!("`{text}` is not a duration")))?;
    if period.subsec_nanos() % 1_000_000 != 0 {
        return Err(wrong("a period is in whole milliseconds"));
    }
    if period < limits::SCHEDULE_PERIOD.0 {
        return Err(wrong("a period has at least one second"));
    }
    if period > limits::SCHEDULE_PERIOD.1 {
        return Err(RhythmError {
            message: "a period has at most 366 days".to_owned(),
            help: "write a cron expression, such as `\"0 3 1 1 *\"` for 3 o'clock on each first of January".to_owned(),
        });
    }
    Ok(Rhythm::Every(milliseconds(period)))
}

fn milliseconds(period: Duration) -> i64 {
    i64::try_from(period.as_millis()).unwrap_or(i64::MAX)
}

fn cron(text: &str) -> Result<Rhythm, RhythmError> {
    let wrong = |message: String| RhythmError {
        message,
        help:
            "write `\"every 30s\"`, or minute, hour, day of month, month and day of week: `\"0 3 * * *\"` is 3 o'clock \
               each day (UTC), `\"30 8 * * MON-FRI Europe/Berlin\"` half past eight in Berlin on working days"
                .to_owned(),
    };
    let cron = Cron::parse(text).map_err(wrong)?;
    let rhythm = Rhythm::Cron(Box::new(cron));
    // A day like February 30.
    if rhythm.after(Timestamp::UNIX_EPOCH).is_none() {
        return Err(wrong("such a time never comes".to_owned()));
    }
    Ok(rhythm)
}
