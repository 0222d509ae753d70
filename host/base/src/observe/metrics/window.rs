//! What has happened within the last minute, from samples of what has happened since the start.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::process;
use crate::base::limits;
use parking_lot::Mutex;

/// Everything answered since the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// How many requests there were.
    pub requests: u64,
    /// Time that they took together.
    pub micros: u64,
    /// Those with a status of 400 and above, by status.
    pub failed: BTreeMap<u16, u64>,
}

/// What happened between two moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The time between the two.
    pub elapsed: Duration,
    /// Processor time that the process used meanwhile, of all threads.
    pub cpu: Duration,
    /// What was answered meanwhile.
    pub totals: Totals,
}

impl Window {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        ratio(self.totals.requests as f64, self.elapsed.as_secs_f64())
    }

    /// The mean time of a request. Seconds.
    pub fn mean_seconds(&self) -> f64 {
        ratio(self.totals.micros as f64 / 1e6, self.totals.requests as f64)
    }

    /// Requests that were answered with 5xx. Percent.
    pub fn error_percent(&self) -> f64 {
        let errors: u64 = self.totals.failed.range(500..).map(|(_, count)| count).sum();
        100.0 * ratio(errors as f64, self.totals.requests as f64)
    }

    /// Of the time of all processors that this process may use. Percent.
    pub fn cpu_percent(&self) -> f64 {
        100.0
            * ratio(
                self.cpu.as_secs_f64(),
                self.elapsed.as_secs_f64() * process::processors(),
            )
    }
}

/// 0 of nothing.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// One sample a second, for as long as the window is.
pub(super) struct Samples(Mutex<VecDeque<WindowSample>>);

struct WindowSample {
    at: Instant,
    cpu: Duration,
    totals: Totals,
}

impl WindowSample {
    fn now(totals: Totals) -> Self {
        Self {
            at: Instant::now(),
            cpu: process::cpu(),
            totals,
        }
    }
}

impl Default for Samples {
    fn default() -> Self {
        Self(Mutex::new(VecDeque::from([WindowSample::now(Totals::default())])))
    }
}

impl Samples {
    pub(super) fn push(&self, totals: Totals) {
        let mut samples = self.0.lock();
        samples.push_back(WindowSample::now(totals));
        let kept = (limits::WINDOW.as_millis() / limits::SAMPLE_EVERY.as_millis()) as usize + 1;
        let surplus = samples.len().saturating_sub(kept);
        samples.drain(..surplus);
    }

    /// From the oldest sample until now, when `totals` are the totals.
    pub(super) fn window(&self, totals: &Totals) -> Window {
        let samples = self.0.lock();
        let now = WindowSample::now(totals.clone());
        samples
            .front()
            .map_or_else(|| now.since(&now), |first| now.since(first))
    }
}

impl WindowSample {
    fn since(&self, first: &Self) -> Window {
        let more = |now: u64, before: u64| now.saturating_sub(before);
        let failed = self
            .totals
            .failed
            .iter()
            .map(|(status, count)| {
                (
                    *status,
                    more(*count, first.totals.failed.get(status).copied().unwrap_or(0)),
                )
            })
            .filter(|(_, count)| *count > 0);
        Window {
            elapsed: self.at.saturating_duration_since(first.at),
            cpu: self.cpu.saturating_sub(first.cpu),
            totals: Totals {
                requests: more(self.totals.requests, first.totals.requests),
                micros: more(self.totals.micros, first.totals.micros),
                failed: failed.collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(requests: u64, failed: &[(u16, u64)]) -> Totals {
        Totals {
            requests,
            micros: requests * 2_000_000,
            failed: failed.iter().copied().collect(),
        }
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let samples = Samples::default();
        let all = totals(10, &[(500, 2), (404, 3)]);
        assert_eq!(
            samples.window(&all).totals,
            all,
            "since the start, while it is younger than the window"
        );
        let kept = limits::WINDOW.as_secs() as usize + 1;
        for _ in 0..kept {
            samples.push(all.clone());
        }
        assert_eq!(samples.window(&all).totals, Totals::default());
        let later = totals(14, &[(500, 3), (404, 3), (503, 1)]);
        let window = samples.window(&later);
        assert_eq!(window.totals, totals(4, &[(500, 1), (503, 1)]));
        assert_eq!((window.error_percent(), window.mean_seconds()), (50.0, 2.0));
    }

    #[test]
    fn figures_of_a_window() {
        let window = Window {
            elapsed: Duration::from_secs(4),
            cpu: Duration::from_secs_f64(process::processors()),
            totals: totals(8, &[(404, 4), (500, 1), (503, 1)]),
        };
        assert_eq!(
            (window.rate(), window.error_percent(), window.cpu_percent()),
            (2.0, 25.0, 25.0)
        );
        let nothing = Window {
            elapsed: Duration::ZERO,
            cpu: Duration::ZERO,
            totals: Totals::default(),
        };
        assert_eq!(
            (
                nothing.rate(),
                nothing.error_percent(),
                nothing.mean_seconds(),
                nothing.cpu_percent()
            ),
            (0.0, 0.0, 0.0, 0.0)
        );
    }
}
