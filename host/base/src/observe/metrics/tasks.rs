//! Tasks of the host that a bug has ended, and that are started again.

use std::collections::BTreeMap;

use super::recent::now;
use parking_lot::{Mutex, MutexGuard};

/// The tasks and threads that have panicked, by their names.
#[derive(Default)]
pub struct Tasks(Mutex<BTreeMap<&'static str, Task>>);

#[derive(Clone, Copy, Default)]
struct Task {
    panics: u64,
    /// How many of this name do not run now.
    down: u32,
    /// When the first of those ended. Milliseconds since the Unix epoch.
    since: u64,
}

/// A task that does not run, for as long as this lives.
#[must_use = "the task is down until this is dropped"]
pub struct Down<'a> {
    tasks: &'a Tasks,
    name: &'static str,
}

impl Tasks {
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Counts a panic. The task is down for as long as the result lives.
    pub fn panicked(&self, name: &'static str) -> Down<'_> {
        let mut all = self.lock();
        let task = all.entry(name).or_default();
        task.panics += 1;
        if task.down == 0 {
            task.since = now();
        }
        task.down += 1;
        Down { tasks: self, name }
    }

    /// Those that do not run now, and since when.
    pub fn down(&self) -> Vec<(&'static str, u64)> {
        let all = self.lock();
        let down = all.iter().filter(|(_, task)| task.down > 0);
        down.map(|(name, task)| (*name, task.since)).collect()
    }

    /// How often each has panicked.
    pub fn panics(&self) -> Vec<(&'static str, u64)> {
        self.lock().iter().map(|(name, task)| (*name, task.panics)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Task>> {
        self.0.lock()
    }
}

impl Drop for Down<'_> {
    fn drop(&mut self) {
        if let Some(task) = self.tasks.lock().get_mut(self.name) {
            task.down = task.down.saturating_sub(1);
        }
    }
}
