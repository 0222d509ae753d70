//! What routes, fujsens and dependencies are counted by. A meter is found once, when an `App` is made; recording is a
//! few atomic additions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http::Method;

use crate::base::clock::Clock;

use super::{
    cell::{Counter, Durations, Gauge, SHORT, Statuses},
    recent::Ring,
};

/// What all requests share.
#[derive(Default)]
pub(super) struct Traffic {
    /// Requests that are being answered.
    pub running: Gauge,
    /// The last requests.
    pub recent: Ring,
}

/// One route of one version of the service.
pub struct RouteMeter {
    pub(super) id: u32,
    pub(super) method: String,
    pub(super) path: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) durations: Durations,
    pub(super) statuses: Statuses,
    traffic: Arc<Traffic>,
}

impl RouteMeter {
    pub(super) fn new(id: u32, method: &str, path: &Arc<str>, version: &Arc<str>, traffic: &Arc<Traffic>) -> Self {
        Self {
            id,
            method: method.to_owned(),
            path: path.clone(),
            version: version.clone(),
            durations: Durations::new(SHORT),
            statuses: Statuses::default(),
            traffic: traffic.clone(),
        }
    }

    /// A request has come; which route it takes is not known yet. [`Self::end`] of any route follows.
    pub fn begin(&self) {
        self.traffic.running.add(1);
    }

    /// A request that took this route was answered with a status; `took` is the time since it came.
    pub fn end(&self, method: &Method, status: u16, took: Duration) {
        self.traffic.running.add(-1);
        self.durations.observe(took);
        self.statuses.add(status);
        self.traffic.recent.push(self.id, method, status, took);
    }
}

/// How a call of a fujsen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A status below 400.
    Ok,
    /// A status from 400 to 499.
    Refused,
    /// A status from 500.
    Failed,
    /// The guest's code panicked or aborted.
    Panic,
    /// The guest did something else that ends it, or handed over too much at once.
    Trap,
    /// Its time was over.
    Deadline,
    /// It needed more memory than `[limits] memory`.
    Memory,
    /// It ran out of stack.
    Stack,
    /// The caller went away.
    Cancelled,
}

pub(super) const OUTCOMES: [(Outcome, &str); 9] = [
    (Outcome::Ok, "ok"),
    (Outcome::Refused, "refused"),
    (Outcome::Failed, "failed"),
    (Outcome::Panic, "panic"),
    (Outcome::Trap, "trap"),
    (Outcome::Deadline, "deadline"),
    (Outcome::Memory, "memory"),
    (Outcome::Stack, "stack"),
    (Outcome::Cancelled, "cancelled"),
];

/// One fujsen of one version of the service.
pub struct Fujsen {
    pub(super) section: Arc<str>,
    pub(super) name: String,
    pub(super) language: &'static str,
    pub(super) version: Arc<str>,
    pub(super) running: Gauge,
    pub(super) outcomes: [Counter; OUTCOMES.len()],
    pub(super) durations: Durations,
}

impl Fujsen {
    pub fn new(section: &Arc<str>, name: &str, language: &'static str, version: &Arc<str>) -> Self {
        Self {
            section: section.clone(),
            name: name.to_owned(),
            language,
            version: version.clone(),
            running: Gauge::default(),
            outcomes: Default::default(),
            durations: Durations::new(SHORT),
        }
    }

    /// A call starts. It counts as cancelled when the result is dropped without an outcome.
    /// It began at `now`, by `clock`, which says when it ends.
    pub fn start<'a>(&'a self, clock: &'a dyn Clock, now: Instant) -> CallMeter<'a> {
        self.running.add(1);
        CallMeter {
            fujsen: self,
            clock,
            started: now,
            outcome: Outcome::Cancelled,
        }
    }
}

/// One call of a fujsen while it runs. Once it is dropped, its outcome and its time are counted.
pub struct CallMeter<'a> {
    fujsen: &'a Fujsen,
    clock: &'a dyn Clock,
    started: Instant,
    outcome: Outcome,
}

impl CallMeter<'_> {
    /// The call is over, with this outcome.
    pub fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for CallMeter<'_> {
    #[expect(clippy::indexing_slicing, reason = "there is one counter for each variant")]
    fn drop(&mut self) {
        self.fujsen.running.add(-1);
        self.fujsen.outcomes[self.outcome as usize].add(1);
        let took = self.clock.monotonic().saturating_duration_since(self.started);
        self.fujsen.durations.observe(took);
    }
}

/// What became of the parts of one signal that were to go to a collector.
#[derive(Debug, Default)]
pub struct Exports {
    /// The collector took them.
    pub exported: Counter,
    /// It did not, or not in time.
    pub unsent: Counter,
    /// Too many waited already.
    pub overflowed: Counter,
}

/// How an operation on a dependency ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationOutcome {
    /// It did what it was asked for.
    Ok,
    /// It answered, and said no: a status from 400 to 499.
    Refused,
    /// It failed in any other way.
    Failed,
    /// It did not answer in time: the status 504.
    TimedOut,
    /// The call that asked for it ended first.
    Cancelled,
}

pub(super) const DONE: [&str; 5] = ["ok", "refused", "error", "timeout", "cancelled"];

/// A database, a Redis server, or an origin.
pub struct DependencyMeter {
    pub(super) kind: &'static str,
    pub(super) name: Arc<str>,
    pub(super) done: [Counter; DONE.len()],
    pub(super) durations: Durations,
}

impl DependencyMeter {
    pub fn new(kind: &'static str, name: &str) -> Self {
        Self {
            kind,
            name: name.into(),
            done: Default::default(),
            durations: Durations::new(SHORT),
        }
    }

    /// `sql`, `redis`, `grpc` or `http`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// As the file calls it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// An operation starts. It counts as cancelled when the result is dropped without an end.
    pub fn start(&self) -> OperationMeter<'_> {
        OperationMeter {
            dependency: self,
            started: Instant::now(),
            done: OperationOutcome::Cancelled,
        }
    }
}

/// One operation on a dependency while it runs. Once it is dropped, its end and its time are counted.
pub struct OperationMeter<'a> {
    dependency: &'a DependencyMeter,
    started: Instant,
    done: OperationOutcome,
}

impl OperationMeter<'_> {
    /// `failed` is the HTTP status that a failure amounts to.
    pub fn end(mut self, failed: Option<u16>) {
        self.done = match failed {
            None => OperationOutcome::Ok,
            Some(400..500) => OperationOutcome::Refused,
            Some(504) => OperationOutcome::TimedOut,
            Some(_) => OperationOutcome::Failed,
        };
    }
}

impl Drop for OperationMeter<'_> {
    #[expect(clippy::indexing_slicing, reason = "there is one counter for each variant")]
    fn drop(&mut self) {
        self.dependency.done[self.done as usize].add(1);
        self.dependency.durations.observe(self.started.elapsed());
    }
}

/// What a circuit breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitEvent {
    /// It lets all of them through.
    Closed,
    /// One call tries whether the dependency is back.
    HalfOpen,
    /// It lets none through, since the dependency has failed.
    Open,
}

/// Why a call or a retry was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The circuit was open.
    Circuit,
    /// There were as many calls as may be at once.
    Concurrency,
    /// It would have been a retry beyond the budget.
    Budget,
}

pub(super) const KEPT: [&str; 3] = ["circuit", "concurrency", "budget"];

/// A dependency that calls are kept from when it fails.
#[derive(Default)]
pub struct GuardMeter {
    pub(super) name: String,
    /// As [`CircuitEvent`] counts.
    pub(super) circuit: AtomicU8,
    pub(super) opened: Counter,
    pub(super) retries: Counter,
    pub(super) kept: [Counter; KEPT.len()],
    pub(super) running: AtomicU64,
}

impl GuardMeter {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The circuit breaker is in this state from now on; how often it opened is counted.
    pub fn circuit(&self, circuit: CircuitEvent) {
        self.circuit.store(circuit as u8, Relaxed);
        if circuit == CircuitEvent::Open {
            self.opened.add(1);
        }
    }

    /// A call is tried once more.
    pub fn retried(&self) {
        self.retries.add(1);
    }

    /// A call or a retry is not made, for this reason.
    #[expect(clippy::indexing_slicing, reason = "there is one counter for each variant")]
    pub fn kept(&self, why: Withheld) {
        self.kept[why as usize].add(1);
    }

    /// A call begins, unless there are `most` of them; whether it does. [`Self::leave`] follows.
    pub fn enter(&self, most: u64) -> bool {
        let one_more = |running: u64| (running < most).then_some(running + 1);
        self.running.fetch_update(Relaxed, Relaxed, one_more).is_ok()
    }

    /// A call that began with [`Self::enter`] is over.
    pub fn leave(&self) {
        self.running.fetch_sub(1, Relaxed);
    }
}
