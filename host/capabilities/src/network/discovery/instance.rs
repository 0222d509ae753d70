//! One place where a service is, and how its calls have ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};
use url::Url;

use super::answer::NamedInstance;
use crate::base::backoff::Pauses;
use crate::base::limits;

/// One place where a service is: its address, the calls in flight, and whether it is left out.
pub(crate) struct Instance {
    url: Url,
    health: String,
    /// Calls of this host in flight.
    calls: AtomicU64,
    state: Mutex<InstanceState>,
}

#[derive(Default)]
struct InstanceState {
    /// In a row.
    failures: u32,
    /// Left out until it has answered a probe; the next one is due then.
    out: Option<Out>,
    /// What the registry said last.
    unhealthy: bool,
}

struct Out {
    probe_at: Instant,
    pause: Duration,
    pauses: Pauses,
}

/// How a call of an instance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstanceOutcome {
    /// It answered, and works.
    Well,
    /// It answered 502, 503 or 504, not in time, or not to the end.
    Badly,
    /// Nobody is there.
    Unreachable,
}

/// A call of an instance, counted for as long as it lasts.
pub(crate) struct InstanceLease(pub(super) Arc<Instance>);

impl Instance {
    pub(super) fn new(named: &NamedInstance) -> Self {
        let state = InstanceState {
            unhealthy: !named.healthy,
            ..InstanceState::default()
        };
        Self {
            url: named.url.clone(),
            health: named.health.clone(),
            calls: AtomicU64::new(0),
            state: Mutex::new(state),
        }
    }

    /// Its address; paths of requests are appended to that of the address.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// What a probe asks for.
    pub(crate) fn health_url(&self) -> Url {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_path(&format!("{}{}", self.url.path().trim_end_matches('/'), self.health));
        url
    }

    pub(super) fn is(&self, named: &NamedInstance) -> bool {
        self.url == named.url && self.health == named.health
    }

    pub(super) fn told(&self, healthy: bool) {
        self.lock().unhealthy = !healthy;
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    pub(super) fn is_in(&self) -> bool {
        let state = self.lock();
        state.out.is_none() && !state.unhealthy
    }

    /// Whether a probe is due; the caller makes it, and nobody else until its result or the next pause.
    pub(super) fn takes_probe(&self, now: Instant) -> bool {
        match &mut self.lock().out {
            Some(out) if out.probe_at <= now => {
                out.probe_at = now + limits::PROBE_TIMEOUT + out.pause;
                true
            }
            _ => false,
        }
    }

    /// Takes in a probe's result. One that answered has calls again; one that did not is probed after a longer pause.
    pub(crate) fn probed(&self, answered: bool, now: Instant) {
        let mut state = self.lock();
        if answered {
            if state.out.take().is_some() {
                tracing::info!(target: "discovery", "{} is back", self.url.origin().ascii_serialization());
            }
            state.failures = 0;
        } else if let Some(out) = &mut state.out {
            out.pause = out.pauses.after_another();
            out.probe_at = now + out.pause;
        }
    }

    fn ended(&self, ended: InstanceOutcome, now: Instant) {
        let mut state = self.lock();
        state.failures = match ended {
            InstanceOutcome::Well => 0,
            InstanceOutcome::Badly | InstanceOutcome::Unreachable => state.failures.saturating_add(1),
        };
        let is_out = ended == InstanceOutcome::Unreachable || state.failures >= limits::INSTANCE_FAILURES;
        if ended != InstanceOutcome::Well && is_out && state.out.is_none() {
            let mut pauses = limits::PROBE_PAUSE.pauses();
            let pause = pauses.after_another();
            state.out = Some(Out {
                probe_at: now + pause,
                pause,
                pauses,
            });
            let shown = self.url.origin().ascii_serialization();
            tracing::warn!(target: "discovery", "{shown} fails and is left out until it answers again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, InstanceState> {
        self.state.lock()
    }
}

impl InstanceLease {
    pub(super) fn new(instance: &Arc<Instance>) -> Self {
        instance.calls.fetch_add(1, Relaxed);
        Self(instance.clone())
    }

    /// The address of the instance.
    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    /// The instance itself.
    pub(crate) fn instance(&self) -> &Arc<Instance> {
        &self.0
    }

    /// The call has ended so. Too many failures in a row, or one where nobody is there, and the instance is left out.
    pub(crate) fn end(self, ended: InstanceOutcome) {
        self.0.ended(ended, Instant::now());
    }
}

impl Drop for InstanceLease {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Relaxed);
    }
}
