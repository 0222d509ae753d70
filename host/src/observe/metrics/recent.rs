//! The last requests, in a ring that is written without a lock.

use std::{
    sync::atomic::{
        AtomicBool, AtomicU64, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::Method;

use crate::base::limits;

/// One request, without anything that its client chose but the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    /// Which series of the routes counted it.
    pub series: u32,
    pub method: &'static str,
    pub status: u16,
    pub took: Duration,
    /// When it ended. Milliseconds since the Unix epoch.
    pub time: u64,
}

pub(super) struct Ring {
    next: AtomicUsize,
    slots: Box<[Slot]>,
}

/// `when` packs the time (42 bits) and the series (22), `what` microseconds (51), method (3) and status (10).
/// A `what` of 0 is no entry.
#[derive(Default)]
struct Slot {
    /// Someone writes. Whoever comes round to it meanwhile leaves it, and is missing in the ring.
    taken: AtomicBool,
    when: AtomicU64,
    what: AtomicU64,
}

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "other"];

impl Default for Ring {
    fn default() -> Self {
        Self {
            next: AtomicUsize::new(0),
            slots: (0..limits::RECENT_REQUESTS).map(|_| Slot::default()).collect(),
        }
    }
}

impl Ring {
    #[expect(
        clippy::indexing_slicing,
        reason = "a remainder is below the number of slots, which is not 0"
    )]
    pub(super) fn push(&self, series: u32, method: &Method, status: u16, took: Duration) {
        let slot = &self.slots[self.next.fetch_add(1, Relaxed) % self.slots.len()];
        if slot.taken.swap(true, Acquire) {
            return;
        }
        let micros = (took.as_micros() as u64).min((1 << 51) - 1);
        slot.what.store(0, Release);
        slot.when.store(now() << 22 | u64::from(series & 0x3f_ffff), Release);
        slot.what
            .store(micros << 13 | index(method) << 10 | u64::from(status & 0x3ff), Release);
        slot.taken.store(false, Release);
    }

    /// Newest first. An entry that is being written is left out.
    #[expect(
        clippy::indexing_slicing,
        reason = "a remainder is below the number of slots, which is not 0"
    )]
    pub(super) fn entries(&self) -> Vec<Entry> {
        let next = self.next.load(Acquire);
        let length = self.slots.len();
        (1..=length)
            .filter_map(|back| self.slots[(next + length - back) % length].read())
            .collect()
    }
}

impl Slot {
    #[expect(clippy::indexing_slicing, reason = "three bits are below eight")]
    fn read(&self) -> Option<Entry> {
        let what = self.what.load(Acquire);
        let when = self.when.load(Acquire);
        if what == 0 || what != self.what.load(Acquire) {
            return None;
        }
        Some(Entry {
            series: (when & 0x3f_ffff) as u32,
            method: METHODS[(what >> 10 & 7) as usize],
            status: (what & 0x3ff) as u16,
            took: Duration::from_micros(what >> 13),
            time: when >> 22,
        })
    }
}

fn index(method: &Method) -> u64 {
    match *method {
        Method::GET => 0,
        Method::POST => 1,
        Method::PUT => 2,
        Method::DELETE => 3,
        Method::PATCH => 4,
        Method::HEAD => 5,
        Method::OPTIONS => 6,
        _ => 7,
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

    #[test]
    fn entries_are_whole_while_many_write() {
        let ring = Ring::default();
        let status = |series: u32| 200 + (series % 300) as u16;
        std::thread::scope(|scope| {
            for writer in 0..4u32 {
                let ring = &ring;
                scope.spawn(move || {
                    for n in 0..20_000 {
                        let series = n * 4 + writer;
                        let took = Duration::from_micros(series.into());
                        ring.push(series, &Method::GET, status(series), took);
                    }
                });
            }
            for _ in 0..200 {
                for entry in ring.entries() {
                    assert_eq!(entry.status, status(entry.series), "{entry:?}");
                    assert_eq!(entry.took.as_micros(), u128::from(entry.series), "{entry:?}");
                }
            }
        });
        assert!(ring.entries().len() > limits::RECENT_REQUESTS / 2);
    }
}
