//! A circuit breaker of one's own, for what `[resilience]` cannot know about: a part of a database, a mail server behind
//! a fujsen, a step that must not be tried while it fails.
use std::time::Duration;

use crate::{Datum, Error, Result, fields, log, state, time};

/// Keeps calls from something that fails. What it knows is in the service's [`state`]: it outlives the call, the swap and
/// the restart, and holds for all calls and all hosts that share the state.
///
/// Closed, calls go through. After `failure_threshold` failures in a row it opens, and calls fail at once with 503, code
/// `circuit-open`. After `recovery_timeout` it is half open: one call at a time tries, and closes it or opens it again.
/// A failure is an error with a status of 500 or more.
///
/// ```no_run
/// use tusk::prelude::*;
///
/// # fn send() -> Result<()> {
/// let mail = CircuitBreaker::new("mail").failure_threshold(3).recovery_timeout(Duration::from_secs(30));
/// mail.call(|| fujsen::call::<Value>("mail.send", &[]).map(drop))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CircuitBreaker {
    name: String,
    failure_threshold: i64,
    recovery_timeout: Duration,
    trial: Duration,
}

impl CircuitBreaker {
    /// Five failures open it, for 60 s.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            failure_threshold: 5,
            recovery_timeout: Duration::from_secs(60),
            trial: Duration::from_secs(30),
        }
    }

    /// Failures in a row that open it; 1 at least.
    #[must_use]
    pub fn failure_threshold(mut self, failures: i64) -> Self {
        self.failure_threshold = failures.max(1);
        self
    }

    /// How long it stays open.
    #[must_use]
    pub fn recovery_timeout(mut self, timeout: Duration) -> Self {
        self.recovery_timeout = timeout;
        self
    }

    /// How long a call that tries may take before another one does; 30 s.
    #[must_use]
    pub fn trial(mut self, timeout: Duration) -> Self {
        self.trial = timeout;
        self
    }

    /// `CLOSED`, `OPEN` or `HALF_OPEN`.
    pub fn state(&self) -> Result<&'static str> {
        let opened: Option<u64> = state::get(&self.key("opened"))?;
        Ok(match opened {
            None => "CLOSED",
            Some(at) if time::now().saturating_sub(at) < self.recovery_timeout.as_millis() as u64 => "OPEN",
            Some(_) => "HALF_OPEN",
        })
    }

    /// Failures in a row.
    pub fn failure_count(&self) -> Result<i64> {
        Ok(state::get(&self.key("failures"))?.unwrap_or(0))
    }

    /// Calls `call` unless the circuit is open. What it gives is given back even where the state cannot take note of it: the call
    /// was made.
    pub fn call<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        self.enter()?;
        let result = call();
        let noted = match &result {
            Err(error) if error.status() >= 500 => self.failed(),
            _ => self.succeeded(),
        };
        if let Err(error) = noted {
            log::warn(
                "a circuit breaker could not take note of a call",
                fields! { breaker: self.name, reason: error.message() },
            );
        }
        result
    }

    /// Fails where a call must not be made now. [`Self::succeeded`] or [`Self::failed`] follows otherwise.
    pub fn enter(&self) -> Result<()> {
        match self.state()? {
            "CLOSED" => Ok(()),
            "HALF_OPEN" if state::compare_and_set_for(&self.key("trial"), Datum::Null, true, self.trial)? => Ok(()),
            _ => {
                let message = format!("Circuit breaker for {} is OPEN", self.name);
                Err(Error::unavailable(message).with_code("circuit-open"))
            }
        }
    }

    /// Notes that a call went well: the circuit is closed, and counts failures from 0 again. One that is open stays so: the call
    /// was made before it opened.
    pub fn succeeded(&self) -> Result<()> {
        if self.failure_count()? > 0 && self.state()? != "OPEN" {
            for what in ["failures", "opened", "trial"] {
                state::delete(&self.key(what))?;
            }
        }
        Ok(())
    }

    /// Notes that a call failed. With the failure that reaches the threshold the circuit opens; an open one stays so
    /// for `recovery_timeout` from now on.
    pub fn failed(&self) -> Result<()> {
        let failures = state::increment(&self.key("failures"), 1)?;
        if failures >= self.failure_threshold {
            state::set(&self.key("opened"), time::now())?;
            log::warn(
                "circuit breaker opens",
                fields! { breaker: self.name, failures: failures },
            );
        }
        state::delete(&self.key("trial")).map(drop)
    }

    fn key(&self, what: &str) -> String {
        format!("circuit_breaker:{}:{what}", self.name)
    }
}
