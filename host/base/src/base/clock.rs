//! What time it is: on the wall, which somebody may set, and by a clock that only goes on. Whoever keeps a time for later
//! has a [`Clock`], so that tests need not wait for it.
//!
//! What is kept where other processes see it, or after a restart, is a time on the wall. A clock that is set must stop
//! nothing: what lies further ahead than anything can that is sound was noted by a clock that was wrong.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

/// Tells the time: [`System`] in the host, a clock that can be moved in tests.
pub trait Clock: Send + Sync + 'static {
    /// The time of day in UTC. It jumps, also back, when somebody sets the clock.
    fn wall(&self) -> Timestamp;

    /// A moment to measure durations from: never before an earlier one, whoever sets the clock.
    fn monotonic(&self) -> Instant;
}

/// The machine's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Instant {
        Instant::now()
    }
}

/// The machine's clock, for whoever keeps one.
pub fn system() -> Arc<dyn Clock> {
    Arc::new(System)
}

/// Milliseconds, as they are kept in files.
pub fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4)
}

/// A clock that goes on as the machine's does, and that a test sets and moves.
#[cfg(any(test, feature = "fixture"))]
#[derive(Default)]
pub struct Moved {
    /// What is added to the machine's clocks.
    by: std::sync::Mutex<(jiff::SignedDuration, Duration)>,
}

#[cfg(any(test, feature = "fixture"))]
#[allow(clippy::expect_used, reason = "only tests use it, and a panic is their end")]
impl Moved {
    /// A clock that nobody has moved yet.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Somebody sets the clock on the wall.
    pub fn set(&self, by: jiff::SignedDuration) {
        self.by.lock().expect("no thread panicked").0 += by;
    }

    /// Time passes.
    pub fn pass(&self, time: Duration) {
        let mut by = self.by.lock().expect("no thread panicked");
        by.0 += jiff::SignedDuration::try_from(time).expect("a test's time is short");
        by.1 += time;
    }
}

#[cfg(any(test, feature = "fixture"))]
#[allow(clippy::expect_used, reason = "only tests use it, and a panic is their end")]
impl Clock for Moved {
    fn wall(&self) -> Timestamp {
        Timestamp::now() + self.by.lock().expect("no thread panicked").0
    }

    fn monotonic(&self) -> Instant {
        Instant::now() + self.by.lock().expect("no thread panicked").1
    }
}
