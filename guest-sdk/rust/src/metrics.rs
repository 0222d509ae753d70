//! Metrics of your own, and what the host knows about the service. Prometheus reads all of them on the admin address.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn sold(euros: f64) -> Result<Value> {
//! metrics::counter("orders_total", 1, fields! { kind: "book" })?;
//! metrics::gauge("basket_size", 3, fields! {})?;
//! metrics::histogram("order_value_euros", euros, fields! {}, &[1.0, 10.0, 100.0])?;
//! record_metric("requests_total", get_request_count(), fields! { service: "shop" })?;
//! if get_error_rate() > 5.0 {
//!     log::warn("many errors", fields! { percent: get_error_rate() });
//! }
//! Ok(json!({ "rps": calculate_rps(), "recent": get_recent_requests(), "errors": get_error_breakdown() }))
//! # }
//! ```
//!
//! A name has letters, digits, `_` and `:`; names that begin with `tusk_` or `process_` are the host's. A label is
//! text, a number or a boolean of at most 128 bytes, eight a metric. A service has 2,000 series (combinations of
//! name and labels): values beyond them are counted and dropped, so give labels few values, never ids.
//! A wrong name, label or kind is an error with the code `bad-metric`.
use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Datum, Error, Result,
    bindings::tusk::fujsen::metrics::{self as host, How},
};

mod sealed {
    /// Keeps `Number` to the types of this file.
    pub trait Sealed {}
}

/// What can be measured: any integer or floating-point number.
pub trait Number: sealed::Sealed {
    /// The value as a number of 64 bits: integers beyond 2⁵³ are rounded.
    fn to_f64(self) -> f64;
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl sealed::Sealed for $type {}
        impl Number for $type {
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}
numbers! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64 }

/// Adds to a counter: what only ever grows. Its name ends in `_total` by custom.
pub fn counter(name: &str, by: impl Number, labels: &[(&str, Datum)]) -> Result<()> {
    measure(How::Count, name, by, labels, &[])
}

/// Sets a gauge: what goes up and down.
pub fn gauge(name: &str, value: impl Number, labels: &[(&str, Datum)]) -> Result<()> {
    measure(How::Set, name, value, labels, &[])
}

/// Adds to a gauge; a negative number takes away.
pub fn change(name: &str, by: impl Number, labels: &[(&str, Datum)]) -> Result<()> {
    measure(How::Change, name, by, labels, &[])
}

/// Takes a value into a histogram, which counts how many were within each of the upper bounds `buckets`. They
/// ascend, 32 at most; none means 1 ms to 10 s for values in seconds. Those that come first for a name decide.
pub fn histogram(name: &str, value: impl Number, labels: &[(&str, Datum)], buckets: &[f64]) -> Result<()> {
    measure(How::Observe, name, value, labels, buckets)
}

/// Records a value under a name. One that ends in `_total` is a counter that has reached the value, and a lower
/// value changes nothing; any other is a gauge that becomes the value. To count one by one, use [`counter`].
pub fn record_metric(name: &str, value: impl Number, labels: &[(&str, Datum)]) -> Result<()> {
    measure(How::Record, name, value, labels, &[])
}

fn measure(how: How, name: &str, amount: impl Number, labels: &[(&str, Datum)], buckets: &[f64]) -> Result<()> {
    let labels: Vec<_> = labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    host::measure(how, name, amount.to_f64(), &labels, buckets).map_err(Error::from_host)
}

/// Requests answered since the process started.
pub fn get_request_count() -> u64 {
    host::figures().requests
}

/// Requests a second, over the last 60 s.
pub fn calculate_rps() -> f64 {
    host::figures().requests_per_second
}

/// The mean time of a request over the last 60 s. Seconds; 0 without requests.
pub fn get_avg_response_time() -> f64 {
    host::figures().average_response_time
}

/// Requests of the last 60 s that were answered with 5xx. Percent, 0 to 100; 0 without requests.
pub fn get_error_rate() -> f64 {
    host::figures().error_rate
}

/// Client connections that are open now.
pub fn get_active_connections() -> u64 {
    host::figures().active_connections
}

/// What the process holds of the memory that it may use (its control group's limit, else the machine's). Percent.
pub fn get_memory_usage() -> f64 {
    host::figures().memory_usage
}

/// Time of all processors that the process may use, over the last 60 s. Percent, 0 to 100.
pub fn get_cpu_usage() -> f64 {
    host::figures().cpu_usage
}

/// Seconds since the process started.
pub fn get_uptime() -> f64 {
    host::figures().uptime
}

/// One of the last requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecentRequest {
    /// `GET`, `POST`, `PUT`, `DELETE`, `PATCH`, `HEAD` or `OPTIONS`; `other` for any other.
    pub method: String,
    /// The route's path, such as `/users/{id}`; empty where there was no route.
    pub path: String,
    /// The status that it was answered with.
    pub status: u16,
    /// How long it took to answer it. Milliseconds.
    pub duration_ms: f64,
    /// When it was answered. Milliseconds since the Unix epoch.
    pub time: u64,
}

/// The last requests, newest first: 100 at most.
pub fn get_recent_requests() -> Vec<RecentRequest> {
    let requests = host::recent_requests().into_iter();
    requests
        .map(|one| RecentRequest {
            method: one.method,
            path: one.path,
            status: one.status,
            duration_ms: one.duration_ms,
            time: one.time,
        })
        .collect()
}

/// How often each status of 400 and above was answered in the last 60 s.
pub fn get_error_breakdown() -> BTreeMap<u16, u64> {
    host::errors().into_iter().collect()
}

/// What the host's last check found out about a dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DependencyStatus {
    /// As the file names it.
    pub name: String,
    /// `sql`, `redis`, `grpc` or `http`.
    pub kind: String,
    /// `healthy`, `unhealthy`, or `unknown` before the first check.
    pub status: String,
    /// Why it is unhealthy.
    pub reason: Option<String>,
    /// When the status became what it is. Milliseconds since the Unix epoch; 0 before the first check.
    pub since: u64,
    /// When the last check ended. Milliseconds since the Unix epoch; 0 before the first one.
    pub checked: u64,
    /// How long the last check took.
    pub duration_ms: f64,
    /// Of the circuit breaker that `[resilience]` gives it: `closed`, `open` or `half-open`.
    pub circuit: Option<String>,
}

/// Databases, Redis and gRPC servers, and `[service] dependencies`, as the host checked them last.
pub fn get_dependency_status() -> Vec<DependencyStatus> {
    let dependencies = host::dependencies().into_iter();
    dependencies
        .map(|one| DependencyStatus {
            name: one.name,
            kind: one.kind,
            status: one.status,
            reason: one.reason,
            since: one.since,
            checked: one.checked,
            duration_ms: one.duration_ms,
            circuit: one.circuit,
        })
        .collect()
}
