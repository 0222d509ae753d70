//! What the service keeps between its calls: values by key, over swaps and restarts.
//!
//! The values are in a SQLite file beside the TSK file, or on the server that `url` of `[state]` names. A key holds 512
//! bytes at most, a value 256 KiB. What has expired is never seen again.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn attempts(user: String) -> Result<Value> {
//! state::set(&format!("seen:{user}"), time::now())?;
//! let seen: Option<u64> = state::get("seen:ada")?;
//!
//! // Five attempts a minute.
//! let attempts = state::increment_for(&format!("attempts:{user}"), 1, Duration::from_secs(60))?;
//!
//! // One of many callers gets the lock, for ten seconds at most, and only that one gives it back.
//! let token = time::now();
//! if state::compare_and_set_for("lock", Datum::Null, token, Duration::from_secs(10))? {
//!     // …
//!     state::compare_and_set("lock", token, Datum::Null)?;
//! }
//! # Ok(json!([seen, attempts]))
//! # }
//! ```
use std::time::Duration;

use crate::{Datum, Error, FromDatum, Result, ToDatum, bindings::tusk::fujsen::state as host, datum};

/// None when there is no value.
pub fn get<T: FromDatum>(key: &str) -> Result<Option<T>> {
    match host::get(key).map_err(Error::from_host)? {
        Datum::Null => Ok(None),
        value => datum::read(value, || format!("the state's `{key}`")).map(Some),
    }
}

/// Sets a value that stays until it is deleted. `Datum::Null` and `None` delete.
pub fn set(key: &str, value: impl ToDatum) -> Result<()> {
    host::set(key, &value.to_datum(), None).map_err(Error::from_host)
}

/// Sets a value that disappears after `lifetime`.
pub fn set_for(key: &str, value: impl ToDatum, lifetime: Duration) -> Result<()> {
    host::set(key, &value.to_datum(), milliseconds(lifetime)).map_err(Error::from_host)
}

/// Whether there was a value.
pub fn delete(key: &str) -> Result<bool> {
    host::delete(key).map_err(Error::from_host)
}

/// Adds to an integer, at once for all callers, and gives the sum. A key without a value counts as 0.
pub fn increment(key: &str, by: i64) -> Result<i64> {
    host::increment(key, by, None).map_err(Error::from_host)
}

/// As [`increment`]; a counter that begins now disappears after `lifetime`, however often it is incremented till then.
pub fn increment_for(key: &str, by: i64, lifetime: Duration) -> Result<i64> {
    host::increment(key, by, milliseconds(lifetime)).map_err(Error::from_host)
}

/// Sets `value` if the key's value equals `expected`, at once for all callers; whether it did. `Datum::Null` stands for
/// no value on either side. An integer never equals a text or a real; JSON is compared as data.
pub fn compare_and_set(key: &str, expected: impl ToDatum, value: impl ToDatum) -> Result<bool> {
    host::compare_and_set(key, &expected.to_datum(), &value.to_datum(), None).map_err(Error::from_host)
}

/// As [`compare_and_set`], for a value that disappears after `lifetime`.
pub fn compare_and_set_for(key: &str, expected: impl ToDatum, value: impl ToDatum, lifetime: Duration) -> Result<bool> {
    host::compare_and_set(key, &expected.to_datum(), &value.to_datum(), milliseconds(lifetime))
        .map_err(Error::from_host)
}

/// Lets a value disappear after `lifetime` from now on; none lets it stay. Whether there was a value.
pub fn expire(key: &str, lifetime: impl Into<Option<Duration>>) -> Result<bool> {
    host::expire(key, lifetime.into().and_then(milliseconds)).map_err(Error::from_host)
}

/// What is left of a value's lifetime; none when it has no end or is not there.
pub fn expires_in(key: &str) -> Result<Option<Duration>> {
    let left = host::expires_in(key).map_err(Error::from_host)?;
    Ok(left.map(Duration::from_millis))
}

/// A lifetime of less than a millisecond is one; the host refuses what is too long.
fn milliseconds(lifetime: Duration) -> Option<u64> {
    Some(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX).max(1))
}
