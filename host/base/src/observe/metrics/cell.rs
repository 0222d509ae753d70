//! What is counted in: atomics, so that recording takes no lock.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::family::Histogram;

/// Only ever grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// A counter at 0.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Counts so many more.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Relaxed);
    }

    /// What was counted so far.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How many there are now.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// So many more; fewer where `amount` is negative.
    pub fn add(&self, amount: i64) {
        self.0.fetch_add(amount, Relaxed);
    }

    /// Never negative: two threads may be seen in either order.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed).max(0) as u64
    }
}

/// How long things took, by upper bounds in microseconds.
#[derive(Debug)]
pub struct Durations {
    bounds: &'static [u64],
    /// One more than there are bounds: the last takes what is longer than all of them.
    counts: Box<[AtomicU64]>,
    micros: AtomicU64,
}

/// Of requests and calls: 100 µs to 10 s.
pub(super) const SHORT: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];
/// Of compiling: 50 ms to 2 min.
pub(super) const LONG: &[u64] = &[
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
];

impl Durations {
    /// Nothing counted yet. `bounds` are in microseconds and rise.
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            micros: AtomicU64::new(0),
        }
    }

    /// Counts one duration in the first bucket whose bound it does not exceed.
    #[expect(clippy::indexing_slicing, reason = "there is one count more than bounds")]
    pub fn observe(&self, took: Duration) {
        let micros = took.as_micros() as u64;
        let bucket = self.bounds.partition_point(|bound| *bound < micros);
        self.counts[bucket].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Relaxed)).sum()
    }

    /// All durations together, in microseconds.
    pub fn micros(&self) -> u64 {
        self.micros.load(Relaxed)
    }

    /// In seconds.
    pub(super) fn histogram(&self) -> Histogram {
        let bounds = self.bounds.iter().map(|micros| *micros as f64 / 1e6);
        let counts = self.counts.iter().map(|count| count.load(Relaxed));
        Histogram {
            buckets: bounds.chain([f64::INFINITY]).zip(counts).collect(),
            sum: self.micros() as f64 / 1e6,
        }
    }
}

/// How often each status from 100 to 599 was answered. Room is made for a class of statuses when its first comes.
#[derive(Debug, Default)]
pub(super) struct Statuses([OnceLock<Box<[AtomicU64; 100]>>; 5]);

impl Statuses {
    #[expect(
        clippy::indexing_slicing,
        reason = "clamped, a status is one of five classes of a hundred"
    )]
    pub(super) fn add(&self, status: u16) {
        let status = usize::from(status.clamp(100, 599));
        let class = self.0[status / 100 - 1].get_or_init(|| Box::new([const { AtomicU64::new(0) }; 100]));
        class[status % 100].fetch_add(1, Relaxed);
    }

    /// The statuses that there were.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, u64)> {
        let classes = self.0.iter().enumerate();
        classes
            .filter_map(|(class, counts)| Some((class, counts.get()?)))
            .flat_map(|(class, counts)| {
                let status = move |index: usize| ((class + 1) * 100 + index) as u16;
                counts
                    .iter()
                    .enumerate()
                    .map(move |(index, count)| (status(index), count.load(Relaxed)))
            })
            .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_the_bucket_whose_bound_they_reach() {
        let durations = Durations::new(SHORT);
        for micros in [0, 100, 101, 10_000_000, 10_000_001] {
            durations.observe(Duration::from_micros(micros));
        }
        let histogram = durations.histogram();
        let counted: Vec<_> = histogram
            .buckets
            .iter()
            .filter(|(_, count)| *count > 0)
            .copied()
            .collect();
        assert_eq!(counted, [(0.0001, 2), (0.00025, 1), (10.0, 1), (f64::INFINITY, 1)]);
        assert_eq!((histogram.count(), histogram.sum), (5, 20.000_202));
        assert_eq!((durations.count(), durations.micros()), (5, 20_000_202));
    }

    #[test]
    fn statuses_are_counted_one_by_one() {
        let statuses = Statuses::default();
        for status in [200, 204, 200, 599, 100, 404, 1000] {
            statuses.add(status);
        }
        let counted: Vec<_> = statuses.iter().collect();
        assert_eq!(counted, [(100, 1), (200, 2), (204, 1), (404, 1), (599, 2)]);
    }
}
