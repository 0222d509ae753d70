//! A circuit breaker: closed until calls fail one after the other, then open for a while, then half open for one call
//! that tries.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crate::observe::metrics;
use parking_lot::{Mutex, MutexGuard};

pub(super) struct Breaker {
    state: Mutex<BreakerState>,
    meter: Arc<metrics::GuardMeter>,
}

#[derive(Debug)]
struct BreakerState {
    circuit: CircuitState,
    /// Grows at each change of the circuit: a call that was let in before says nothing about what came after.
    generation: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum CircuitState {
    /// Failures in a row.
    Closed {
        failures: u32,
    },
    Open(LastFault),
    /// One call tries whether the dependency is back.
    HalfOpen(LastFault),
}

#[derive(Clone, Debug, PartialEq)]
struct LastFault {
    opened: Instant,
    /// Milliseconds since the Unix epoch.
    since: u64,
    failures: u32,
    /// Of the last failure.
    reason: String,
}

/// A dependency whose circuit is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCircuit {
    /// The dependency's name.
    pub name: String,
    /// Why its last call failed.
    pub reason: String,
    /// Milliseconds since the Unix epoch.
    pub since: u64,
}

/// How many failures open the circuit, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct BreakerRule {
    pub(super) threshold: u32,
    pub(super) recovery: Duration,
}

/// A call that was let in. Dropped without an end it says nothing, and leaves its place to the next one.
pub(super) struct Admission<'a> {
    breaker: &'a Breaker,
    rule: BreakerRule,
    generation: u64,
}

/// Why a call was not let in.
#[derive(Debug, PartialEq)]
pub(super) struct CallRefusal {
    /// Until the next one may try; none while one is trying.
    pub(super) left: Option<Duration>,
    pub(super) failures: u32,
    pub(super) reason: String,
}

impl Breaker {
    pub(super) fn new(meter: Arc<metrics::GuardMeter>) -> Self {
        let circuit = CircuitState::Closed { failures: 0 };
        Self {
            state: Mutex::new(BreakerState { circuit, generation: 0 }),
            meter,
        }
    }

    pub(super) fn enter(&self, rule: BreakerRule, now: Instant) -> Result<Admission<'_>, CallRefusal> {
        let mut state = self.lock();
        match &state.circuit {
            CircuitState::Closed { .. } => {}
            CircuitState::Open(fault) => {
                let left = rule
                    .recovery
                    .saturating_sub(now.saturating_duration_since(fault.opened));
                if !left.is_zero() {
                    return Err(fault.refusal(Some(left)));
                }
                let fault = fault.clone();
                self.turn(&mut state, CircuitState::HalfOpen(fault));
            }
            CircuitState::HalfOpen(fault) => return Err(fault.refusal(None)),
        }
        Ok(Admission {
            breaker: self,
            rule,
            generation: state.generation,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.lock().circuit, CircuitState::Closed { .. })
    }

    pub(super) fn word(&self) -> &'static str {
        match self.lock().circuit {
            CircuitState::Closed { .. } => "closed",
            CircuitState::Open(_) => "open",
            CircuitState::HalfOpen(_) => "half-open",
        }
    }

    pub(super) fn open(&self, name: &str) -> Option<OpenCircuit> {
        let state = self.lock();
        let (state, fault) = match &state.circuit {
            CircuitState::Closed { .. } => return None,
            CircuitState::Open(fault) => ("open", fault),
            CircuitState::HalfOpen(fault) => ("half-open", fault),
        };
        Some(OpenCircuit {
            name: name.to_owned(),
            reason: format!(
                "its circuit breaker is {state} after {} failures; the last one: {}",
                fault.failures, fault.reason
            ),
            since: fault.since,
        })
    }

    fn turn(&self, state: &mut BreakerState, circuit: CircuitState) {
        self.meter.circuit(match &circuit {
            CircuitState::Closed { .. } => metrics::CircuitEvent::Closed,
            CircuitState::HalfOpen(_) => metrics::CircuitEvent::HalfOpen,
            CircuitState::Open(_) => metrics::CircuitEvent::Open,
        });
        state.circuit = circuit;
        state.generation += 1;
    }

    fn lock(&self) -> MutexGuard<'_, BreakerState> {
        self.state.lock()
    }
}

impl LastFault {
    fn new(failures: u32, reason: String, now: Instant) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            opened: now,
            since: since.map_or(0, |since| since.as_millis() as u64),
            failures,
            reason,
        }
    }

    fn refusal(&self, left: Option<Duration>) -> CallRefusal {
        CallRefusal {
            left,
            failures: self.failures,
            reason: self.reason.clone(),
        }
    }
}

impl Admission<'_> {
    /// Whether this call has closed an open circuit.
    pub(super) fn succeeded(self) -> bool {
        let mut state = self.breaker.lock();
        if state.generation != self.generation {
            return false;
        }
        match &mut state.circuit {
            CircuitState::Closed { failures } => {
                *failures = 0;
                false
            }
            CircuitState::HalfOpen(_) | CircuitState::Open(_) => {
                self.breaker.turn(&mut state, CircuitState::Closed { failures: 0 });
                true
            }
        }
    }

    /// Whether this call has opened the circuit.
    pub(super) fn failed(self, reason: &str, now: Instant) -> bool {
        let mut state = self.breaker.lock();
        if state.generation != self.generation {
            return false;
        }
        let failures = match &mut state.circuit {
            CircuitState::Closed { failures } => {
                *failures += 1;
                if *failures < self.rule.threshold {
                    return false;
                }
                *failures
            }
            CircuitState::HalfOpen(fault) | CircuitState::Open(fault) => fault.failures.saturating_add(1),
        };
        self.breaker.turn(
            &mut state,
            CircuitState::Open(LastFault::new(failures, reason.to_owned(), now)),
        );
        true
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let mut state = self.breaker.lock();
        if state.generation != self.generation {
            return;
        }
        // A try that was broken off has told nothing: the circuit is open as before, and the next call may try at once.
        if let CircuitState::HalfOpen(fault) = &state.circuit {
            let fault = fault.clone();
            self.breaker.turn(&mut state, CircuitState::Open(fault));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: BreakerRule = BreakerRule {
        threshold: 3,
        recovery: Duration::from_secs(10),
    };

    fn fail(breaker: &Breaker, now: Instant) -> bool {
        breaker.enter(RULE, now).unwrap().failed("502", now)
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_success_closes_it() {
        let (breaker, now) = (Breaker::new(Arc::default()), Instant::now());
        assert!(!fail(&breaker, now) && !fail(&breaker, now));
        assert!(!breaker.enter(RULE, now).unwrap().succeeded(), "it was closed");
        assert!(
            !fail(&breaker, now) && !fail(&breaker, now),
            "the success counts from anew"
        );
        assert!(fail(&breaker, now));
        assert_eq!(
            (breaker.word(), breaker.open("users").unwrap().since > 0),
            ("open", true)
        );
        let refusal = breaker.enter(RULE, now + Duration::from_secs(4)).err().unwrap();
        assert_eq!(
            refusal,
            CallRefusal {
                left: Some(Duration::from_secs(6)),
                failures: 3,
                reason: "502".into()
            }
        );
        let later = now + RULE.recovery;
        let trial = breaker.enter(RULE, later).unwrap();
        assert_eq!(breaker.word(), "half-open");
        assert_eq!(
            breaker.enter(RULE, later).err().unwrap().left,
            None,
            "one at a time tries"
        );
        assert!(trial.succeeded());
        assert_eq!((breaker.word(), breaker.open("users")), ("closed", None));
    }

    #[test]
    fn a_try_that_fails_opens_it_for_another_while() {
        let (breaker, now) = (Breaker::new(Arc::default()), Instant::now());
        for _ in 0..3 {
            fail(&breaker, now);
        }
        let later = now + RULE.recovery;
        assert!(fail(&breaker, later));
        let refusal = breaker.enter(RULE, later).err().unwrap();
        assert_eq!((refusal.left, refusal.failures), (Some(RULE.recovery), 4));
    }

    #[test]
    fn a_try_that_is_broken_off_leaves_its_place() {
        let (breaker, now) = (Breaker::new(Arc::default()), Instant::now());
        for _ in 0..3 {
            fail(&breaker, now);
        }
        let later = now + RULE.recovery;
        drop(breaker.enter(RULE, later).unwrap());
        assert_eq!(breaker.word(), "open");
        assert!(breaker.enter(RULE, later).unwrap().succeeded());
    }

    #[test]
    fn calls_from_before_say_nothing_about_after() {
        let (breaker, now) = (Breaker::new(Arc::default()), Instant::now());
        let (slow, slower) = (breaker.enter(RULE, now).unwrap(), breaker.enter(RULE, now).unwrap());
        for _ in 0..3 {
            fail(&breaker, now);
        }
        assert!(!slow.succeeded());
        assert_eq!(breaker.word(), "open");
        assert!(breaker.enter(RULE, now + RULE.recovery).unwrap().succeeded());
        assert!(!slower.failed("late", now));
        assert!(
            !fail(&breaker, now) && !fail(&breaker, now),
            "the late one was not counted"
        );
    }
}
