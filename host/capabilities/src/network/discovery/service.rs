//! The instances of one service, and whose turn it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::{
    answer::NamedInstance,
    instance::{Instance, InstanceLease},
    settings::Balance,
};
use parking_lot::{Mutex, MutexGuard};

/// One service: its instances, whose turn it is, and when its registry is asked again.
pub(crate) struct DiscoveredService {
    name: String,
    turn: AtomicUsize,
    state: Mutex<RoundState>,
    /// Held by the one who asks the registry while nothing is known.
    pub(crate) first: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct RoundState {
    instances: Vec<Arc<Instance>>,
    /// When the registry is to be asked again.
    ask_at: Option<Instant>,
    is_known: bool,
    warned: Option<String>,
}

impl DiscoveredService {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            turn: AtomicUsize::new(0),
            state: Mutex::default(),
            first: tokio::sync::Mutex::default(),
        }
    }

    /// Another one of this name, with the same instances.
    pub(super) fn beside(&self) -> Self {
        let service = Self::new(&self.name);
        service.lock().instances = self.lock().instances.clone();
        service
    }

    /// Whether these are its instances.
    pub(super) fn has(&self, named: &[NamedInstance]) -> bool {
        let state = self.lock();
        let mut pairs = state.instances.iter().zip(named);
        state.instances.len() == named.len() && pairs.all(|(instance, named)| instance.is(named))
    }

    /// Its name, with hyphens for underscores.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether anybody has ever said where it is.
    pub(crate) fn is_known(&self) -> bool {
        self.lock().is_known
    }

    /// Whether it is time to ask the registry again; the caller does, and nobody else for another `every`.
    pub(crate) fn takes_refresh(&self, every: Duration, now: Instant) -> bool {
        let mut state = self.lock();
        let is_due = state.ask_at.is_none_or(|due| due <= now);
        if is_due {
            state.ask_at = Some(now + every);
        }
        is_due
    }

    /// The registry has answered, or failed to: it is asked again then, and not before.
    pub(crate) fn ask_again_at(&self, due: Instant) {
        self.lock().ask_at = Some(due);
    }

    /// These are the instances now. What is known of one that was there before stays known.
    pub(super) fn set(&self, named: Vec<NamedInstance>) {
        let mut state = self.lock();
        let before = std::mem::take(&mut state.instances);
        let instance = |named: &NamedInstance| match before.iter().find(|one| one.is(named)) {
            Some(known) => {
                known.told(named.healthy);
                known.clone()
            }
            None => Arc::new(Instance::new(named)),
        };
        state.instances = named.iter().map(instance).collect();
        state.is_known = true;
    }

    /// The next instance, other than those of `tried`. One that fails is left out, unless all do: then it is as good as
    /// any. None when there is none.
    pub(crate) fn pick(&self, balance: Balance, tried: &[Arc<Instance>]) -> Option<InstanceLease> {
        let instances = self.lock().instances.clone();
        let untried = || {
            instances
                .iter()
                .filter(|one| !tried.iter().any(|other| Arc::ptr_eq(one, other)))
        };
        let sound: Vec<_> = untried().filter(|one| one.is_in()).collect();
        // A second try is for those that are likely to answer.
        let candidates = if sound.is_empty() && tried.is_empty() {
            untried().collect()
        } else {
            sound
        };
        let count = candidates.len();
        if count == 0 {
            return None;
        }
        let turn = self.turn.fetch_add(1, Relaxed);
        let chosen = match balance {
            Balance::RoundRobin => turn % count,
            Balance::Random => fastrand::usize(..count),
            // Turns among equals: otherwise the first would get every call of a quiet service.
            Balance::LeastConnections => {
                let in_turn = candidates.iter().enumerate().cycle().skip(turn % count).take(count);
                in_turn.min_by_key(|(_, one)| one.calls()).map_or(0, |(index, _)| index)
            }
        };
        candidates.get(chosen).map(|chosen| InstanceLease::new(chosen))
    }

    /// The instances that are to be probed now.
    pub(crate) fn probes(&self, now: Instant) -> Vec<Arc<Instance>> {
        let state = self.lock();
        state
            .instances
            .iter()
            .filter(|one| one.takes_probe(now))
            .cloned()
            .collect()
    }

    /// Nothing is wrong any more: what [`Self::warn_once`] said last, it may say again.
    pub(crate) fn forget_warning(&self) {
        self.lock().warned = None;
    }

    /// Says what is wrong, until something else is or nothing.
    pub(crate) fn warn_once(&self, message: &str) {
        let mut state = self.lock();
        if state.warned.as_deref() != Some(message) {
            tracing::warn!(target: "discovery", service = %self.name, "{message}");
            state.warned = Some(message.to_owned());
        }
    }

    fn lock(&self) -> MutexGuard<'_, RoundState> {
        self.state.lock()
    }
}
