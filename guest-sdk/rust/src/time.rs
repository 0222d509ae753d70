//! Clocks.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn stamp() -> Result<String> {
//! let started = time::monotonic();
//! time::sleep(time::Duration::from_millis(5));
//! let took = time::monotonic() - started;
//! log::info("slept", tusk::fields! { ms: took.as_millis() as u64 });
//! time::format(time::now(), "%Y-%m-%dT%H:%M:%SZ")
//! # }
//! ```
pub use std::time::Duration;

use crate::{Error, Result, bindings::tusk::fujsen::time as host};

/// Milliseconds since the Unix epoch.
pub fn now() -> u64 {
    host::now()
}

/// Time since some fixed point; never goes back.
pub fn monotonic() -> Duration {
    Duration::from_nanos(host::monotonic())
}

/// `timestamp` (milliseconds since the Unix epoch) in UTC by a strftime pattern such as `%Y-%m-%d`.
pub fn format(timestamp: u64, pattern: &str) -> Result<String> {
    host::format(timestamp, pattern).map_err(Error::from_host)
}

/// Waits, within what is left of the call's time.
pub fn sleep(duration: Duration) {
    host::sleep(duration.as_millis().try_into().unwrap_or(u32::MAX));
}
