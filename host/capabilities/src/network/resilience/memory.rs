//! How dependencies have fared, for as long as the process runs.

use std::{collections::BTreeMap, sync::Arc};

use super::{breaker::Breaker, budget::RetryBudget};
use crate::{
    base::limits,
    observe::{metrics, metrics::Metrics},
};
use parking_lot::Mutex;

/// Made once per process: how each dependency has fared, whatever version of the file asked for it.
#[derive(Clone, Default)]
pub struct GuardMemory {
    pub(super) dependencies: Arc<Mutex<BTreeMap<String, Arc<Record>>>>,
    metrics: Arc<Metrics>,
}

/// How one dependency has fared.
pub(super) struct Record {
    pub(super) breaker: Breaker,
    pub(super) budget: RetryBudget,
    pub(super) meter: Arc<metrics::GuardMeter>,
}

impl GuardMemory {
    /// Nothing is known yet. `metrics` has the meters of the dependencies.
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            dependencies: Arc::default(),
            metrics: metrics.clone(),
        }
    }

    pub(super) fn record(&self, name: &str) -> Arc<Record> {
        let mut dependencies = self.dependencies.lock();
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
            budget: RetryBudget::default(),
            meter,
        });
        dependencies.insert(name.to_owned(), record.clone());
        record
    }
}
