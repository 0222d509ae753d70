//! Tasks of the host that a bug has ended, and that are started again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::recent::now;

#[derive(Default)]
pub struct Tasks(Mutex<BTreeMap<&'static str, Task>>);

#[derive(Clone, Copy, Default)]
struct Task {
    panics: u64,
    /// When it ended, while it does not run. Milliseconds since the Unix epoch.
    down_since: Option<u64>,
}

impl Tasks {
    pub fn panicked(&self, name: &'static str) {
        let mut all = self.lock();
        let task = all.entry(name).or_default();
        task.panics += 1;
        task.down_since = Some(now());
    }

    pub fn restarted(&self, name: &'static str) {
        self.lock().entry(name).or_default().down_since = None;
    }

    /// Those that do not run now, and since when.
    pub fn down(&self) -> Vec<(&'static str, u64)> {
        let all = self.lock();
        all.iter()
            .filter_map(|(name, task)| Some((*name, task.down_since?)))
            .collect()
    }

    /// How often each has panicked.
    pub(super) fn panics(&self) -> Vec<(&'static str, u64)> {
        self.lock().iter().map(|(name, task)| (*name, task.panics)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
