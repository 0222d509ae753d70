//! The way to one dependency: calls of it, with all that its policy does for them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout_at};

use super::{
    breaker::{Admission, CallRefusal},
    error::ResilienceError,
    memory::Record,
    policy::CallPolicy,
};
use crate::{
    base::backoff::{Backoff, jittered},
    base::limits,
    observe::metrics::Withheld,
};

/// One dependency: what the file says of it, and how it has fared.
#[derive(Clone)]
pub struct Guard {
    pub(super) name: Arc<str>,
    pub(super) policy: Arc<CallPolicy>,
    pub(super) record: Arc<Record>,
}

/// What an attempt's result says about the dependency.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// It works, whatever it answered.
    Works,
    /// It failed, and why.
    Failed(String, Retry),
    /// Nothing: the attempt never reached it.
    Nothing,
}

/// Whether an attempt that failed may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// No call may.
    Never,
    /// Only a call that does the same when it is done twice.
    IfRepeatable,
    /// Nothing was sent.
    Always,
}

impl Guard {
    /// Makes a call by `end`: attempts of `attempt`, each told when to end. `is_repeatable` says that doing it twice
    /// does the same.
    pub(crate) async fn run<T, E, F>(
        &self,
        is_repeatable: bool,
        end: Instant,
        judge: impl Fn(&Result<T, E>) -> Verdict,
        mut attempt: impl FnMut(Instant) -> F,
    ) -> Result<T, E>
    where
        E: From<ResilienceError>,
        F: Future<Output = Result<T, E>>,
    {
        let _place = GuardPermit::take(self)?;
        self.record.budget.earn(self.policy.retry_budget);
        let mut retries = 0;
        loop {
            let until = self.until(end);
            let (result, verdict) = self.tried(until, end, &judge, attempt(until)).await?;
            let Some(pause) = self.pause(&verdict, is_repeatable, retries, end) else {
                return result;
            };
            sleep(pause).await;
            retries += 1;
            self.record.meter.retried();
        }
    }

    /// When an attempt that begins now has to end.
    fn until(&self, end: Instant) -> Instant {
        end.min(Instant::now() + self.policy.timeout)
    }

    /// One attempt and what it says; the error is that there was none.
    async fn tried<T, E: From<ResilienceError>>(
        &self,
        until: Instant,
        end: Instant,
        judge: &impl Fn(&Result<T, E>) -> Verdict,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<(Result<T, E>, Verdict), ResilienceError> {
        let admission = self.enter()?;
        let result = timeout_at(until.into(), work).await;
        let result = result.unwrap_or_else(|_| Err(self.timed_out(until < end).into()));
        let verdict = judge(&result);
        self.tell(admission, &verdict);
        Ok((result, verdict))
    }

    fn enter(&self) -> Result<Admission<'_>, ResilienceError> {
        let entered = self.record.breaker.enter(self.policy.rule(), Instant::now());
        entered.map_err(|refusal| {
            self.record.meter.kept(Withheld::Circuit);
            self.is_open(refusal)
        })
    }

    fn timed_out(&self, by_policy: bool) -> ResilienceError {
        let name = self.name.clone();
        match by_policy {
            true => ResilienceError::Slow {
                name,
                time: self.policy.timeout,
            },
            false => ResilienceError::Late(name),
        }
    }

    fn tell(&self, admission: Admission<'_>, verdict: &Verdict) {
        let name = &*self.name;
        match verdict {
            Verdict::Works => {
                if admission.succeeded() {
                    tracing::info!(target: "resilience", dependency = name, "`{name}` works again: its circuit breaker closes");
                }
            }
            Verdict::Failed(reason, _) => {
                if admission.failed(reason, Instant::now()) {
                    let recovery = self.policy.recovery_timeout;
                    tracing::warn!(
                        target: "resilience", dependency = name,
                        "`{name}` fails: its circuit breaker opens for {recovery:?}; the last failure: {reason}"
                    );
                }
            }
            Verdict::Nothing => {}
        }
    }

    /// How long to wait before the next attempt; none where there is none.
    fn pause(&self, verdict: &Verdict, is_repeatable: bool, retries: u32, end: Instant) -> Option<Duration> {
        let Verdict::Failed(_, retry) = verdict else {
            return None;
        };
        let may = match retry {
            Retry::Never => false,
            Retry::IfRepeatable => is_repeatable,
            Retry::Always => true,
        };
        if !may || retries == self.policy.retries || !self.record.breaker.is_closed() {
            return None;
        }
        let backoff = Backoff::new(self.policy.backoff, limits::RETRY_BACKOFF);
        let pause = jittered(backoff.after(retries + 1));
        if Instant::now() + pause >= end {
            return None;
        }
        if !self.record.budget.spend() {
            self.record.meter.kept(Withheld::Budget);
            return None;
        }
        Some(pause)
    }

    fn is_open(&self, refusal: CallRefusal) -> ResilienceError {
        let CallRefusal { left, failures, reason } = refusal;
        ResilienceError::Open {
            name: self.name.clone(),
            left,
            failures,
            reason,
        }
    }
}

/// One of the calls that a dependency may have at once.
struct GuardPermit<'a>(&'a Guard);

impl<'a> GuardPermit<'a> {
    fn take(guard: &'a Guard) -> Result<Self, ResilienceError> {
        let (most, meter) = (guard.policy.concurrency, &guard.record.meter);
        if meter.enter(most) {
            return Ok(Self(guard));
        }
        meter.kept(Withheld::Concurrency);
        let name = guard.name.clone();
        Err(ResilienceError::Crowded { name, most })
    }
}

impl Drop for GuardPermit<'_> {
    fn drop(&mut self) {
        self.0.record.meter.leave();
    }
}
