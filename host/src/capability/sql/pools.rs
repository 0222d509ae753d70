//! The databases that the process has open.

use std::sync::Arc;

use super::engine::{Engine, Target};
use crate::{observe::metrics::Metrics, storage::store::Kept};
use parking_lot::Mutex;

/// Every database that the process has open, kept across swaps.
#[derive(Default)]
pub struct Pools {
    by_target: Kept<Target, Opened>,
    pub(super) metrics: Arc<Metrics>,
}

/// One database of the process.
pub(super) struct Opened {
    pub(super) target: Target,
    pub(super) engine: Engine,
    /// The setup that has been run on it.
    setup: Mutex<Option<String>>,
}

impl Pools {
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            metrics: metrics.clone(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, target: &Target) -> Arc<Opened> {
        let make = || Opened {
            target: target.clone(),
            engine: Engine::new(target),
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
