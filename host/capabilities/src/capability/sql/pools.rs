//! The databases that the process has open.

use std::sync::Arc;

use super::engine::{DatabaseTarget, SqlEngine};
use crate::{observe::metrics::Metrics, storage::store::SharedValues};
use parking_lot::Mutex;

/// Every database that the process has open, kept across swaps.
#[derive(Default)]
pub struct Pools {
    by_target: SharedValues<DatabaseTarget, Opened>,
    pub(super) metrics: Arc<Metrics>,
}

/// One database of the process.
pub(super) struct Opened {
    pub(super) target: DatabaseTarget,
    pub(super) engine: SqlEngine,
    /// The setup that has been run on it.
    setup: Mutex<Option<String>>,
}

impl Pools {
    /// Nothing is open yet. `metrics` has the meters of the databases.
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            metrics: metrics.clone(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, target: &DatabaseTarget) -> Arc<Opened> {
        let make = || Opened {
            target: target.clone(),
            engine: SqlEngine::new(target),
            setup: Mutex::default(),
        };
        if target.is_in_memory() {
            self.by_target.get_forever(target, make)
        } else {
            self.by_target.get(target, make)
        }
    }
}

impl Opened {
    pub(super) fn has_run(&self, setup: &str) -> bool {
        self.setup.lock().as_deref() == Some(setup)
    }

    pub(super) fn ran(&self, setup: &str) {
        *self.setup.lock() = Some(setup.to_owned());
    }
}
