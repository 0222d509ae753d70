//! Calls of a dependency that may fail: a timeout, retries within a budget, a circuit breaker, a bound on how many at once.
//!
//! `Memory` (process) is what has happened, kept over swaps; `Policies` (App) is what `[resilience]` says. A `Guard` is
//! both for one dependency, and calls go through it. Capabilities use it; it knows none of them.

mod breaker;
mod budget;
mod policy;
mod run;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tsk::{Config, Diagnostic};

pub(crate) use self::run::{Retry, Verdict};
use self::{breaker::Breaker, budget::Budget, policy::Policy};
use crate::{
    base::limits,
    observe::{metrics, metrics::Metrics},
};

/// Made once per process: how each dependency has fared, whatever version of the file asked for it.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    dependencies: Arc<Mutex<BTreeMap<String, Arc<Record>>>>,
    metrics: Arc<Metrics>,
}

/// How one dependency has fared.
struct Record {
    breaker: Breaker,
    budget: Budget,
    meter: Arc<metrics::Guard>,
}

/// What the file says.
#[derive(Default)]
pub(crate) struct Policies {
    memory: Memory,
    named: BTreeMap<String, Arc<Policy>>,
    /// Of every dependency without one of its own: that of `"*"`.
    other: Option<Arc<Policy>>,
}

/// One dependency: what the file says of it, and how it has fared.
#[derive(Clone)]
pub(crate) struct Guard {
    name: Arc<str>,
    policy: Arc<Policy>,
    record: Arc<Record>,
}

/// A dependency whose circuit is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) name: String,
    pub(crate) reason: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) since: u64,
}

/// `user_service` and `user-service` are one service: keys of a file have underscores, names of services have hyphens.
pub(crate) fn same_name(name: &str) -> String {
    name.replace('_', "-")
}

impl Memory {
    pub(crate) fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            dependencies: Arc::default(),
            metrics: metrics.clone(),
        }
    }

    fn record(&self, name: &str) -> Arc<Record> {
        let mut dependencies = self.dependencies.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = dependencies.get(name) {
            return record.clone();
        }
        // Names come from files, and from guests where `"*"` has a policy: those that nobody uses make room.
        if dependencies.len() >= limits::GUARDS {
            dependencies.retain(|_, record| Arc::strong_count(record) > 1);
        }
        let meter = self.metrics.guard(name);
        let record = Arc::new(Record {
            breaker: Breaker::new(meter.clone()),
            budget: Budget::default(),
            meter,
        });
        dependencies.insert(name.to_owned(), record.clone());
        record
    }
}

impl Policies {
    /// Reads `[resilience]`.
    pub(crate) fn new(memory: &Memory, config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let (named, other) = policy::read(config)?;
        Ok(Self {
            memory: memory.clone(),
            named,
            other,
        })
    }

    /// None where the file says nothing of this dependency: its calls go out as they are.
    pub(crate) fn guard(&self, name: &str) -> Option<Guard> {
        let name = same_name(name);
        let policy = self.named.get(&name).or(self.other.as_ref())?.clone();
        Some(Guard {
            record: self.memory.record(&name),
            name: name.into(),
            policy,
        })
    }

    /// The dependencies that calls are kept from, among those that the file has a policy for.
    pub(crate) fn open(&self) -> Vec<Open> {
        let dependencies = self.memory.dependencies.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = dependencies
            .iter()
            .filter(|(name, _)| self.other.is_some() || self.named.contains_key(*name));
        mine.filter_map(|(name, record)| record.breaker.open(name)).collect()
    }

    /// `closed`, `open` or `half-open`; none without a policy.
    pub(crate) fn circuit(&self, name: &str) -> Option<&'static str> {
        let name = same_name(name);
        if self.other.is_none() && !self.named.contains_key(&name) {
            return None;
        }
        let dependencies = self.memory.dependencies.lock().unwrap_or_else(PoisonError::into_inner);
        Some(dependencies.get(&name).map_or("closed", |record| record.breaker.word()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::capability::fixture;

    #[test]
    fn dependencies_that_nobody_uses_make_room() {
        let memory = Memory::new(&Arc::default());
        let config = fixture::config(json!({"resilience": {"*": {"retries": 1}}}));
        let policies = Policies::new(&memory, &config).unwrap();
        let used = policies.guard("used").unwrap();
        for number in 0..limits::GUARDS + 10 {
            policies.guard(&format!("d{number}")).unwrap();
        }
        assert!(memory.dependencies.lock().unwrap().len() <= limits::GUARDS);
        assert!(Arc::ptr_eq(&used.record, &policies.guard("used").unwrap().record));
    }
}
