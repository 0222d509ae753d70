//! The last requests.

use std::{
    collections::VecDeque,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::Method;
use parking_lot::Mutex;

use crate::base::limits;

/// One request, without anything that its client chose but the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RecentRequest {
    /// Which series of the routes counted it.
    pub series: u32,
    /// The method; `other` for one that HTTP does not know.
    pub method: &'static str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The time from the request to its answer.
    pub took: Duration,
    /// When it ended. Milliseconds since the Unix epoch.
    pub time: u64,
}

/// The newest last. What is done under the lock moves a few words, and allocates nothing.
pub(super) struct Ring(Mutex<VecDeque<RecentRequest>>);

impl Default for Ring {
    fn default() -> Self {
        Self(Mutex::new(VecDeque::with_capacity(limits::RECENT_REQUESTS)))
    }
}

impl Ring {
    pub(super) fn push(&self, series: u32, method: &Method, status: u16, took: Duration) {
        let entry = RecentRequest {
            series,
            method: word(method),
            status,
            took,
            time: now(),
        };
        let mut entries = self.0.lock();
        if entries.len() == limits::RECENT_REQUESTS {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    /// Newest first.
    pub(super) fn entries(&self) -> Vec<RecentRequest> {
        self.0.lock().iter().rev().copied().collect()
    }
}

/// A client may send any word: those that HTTP does not know are one.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest() {
        let ring = Ring::default();
        assert_eq!(ring.entries(), []);
        let odd = Method::from_bytes(b"BREW").unwrap_or_default();
        for n in 0..limits::RECENT_REQUESTS as u32 + 3 {
            ring.push(n, &odd, 200 + n as u16, Duration::from_micros(n.into()));
        }
        let entries = ring.entries();
        assert_eq!(entries.len(), limits::RECENT_REQUESTS);
        let last = limits::RECENT_REQUESTS as u32 + 2;
        assert_eq!(
            (entries[0].series, entries[0].method, entries[0].status),
            (last, "other", 200 + last as u16)
        );
        assert_eq!(entries[0].took, Duration::from_micros(last.into()));
        assert!(now() - entries[0].time < 60_000);
        assert_eq!(entries.last().map(|entry| entry.series), Some(3));
    }
}
