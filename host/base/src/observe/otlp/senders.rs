//! The threads that send to collectors.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Instant,
};

use crate::{base::limits, observe::tasks};
use parking_lot::{Mutex, MutexGuard};

/// Their name, as a task.
pub(super) const SENDER: &str = "otlp";

/// The threads that send, those of exporters that nobody uses any more among them.
#[derive(Clone, Debug, Default)]
pub(super) struct Senders(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Senders {
    pub(super) fn start(&self, send: impl FnMut() + Send + 'static) {
        // Without a thread for it, what waits is lost with whatever else such a machine loses.
        if let Ok(sending) = tasks::keep_thread(SENDER, send) {
            let mut all = self.lock();
            all.retain(|one| !one.is_finished());
            all.push(sending);
        }
    }

    pub(super) fn wait(&self, end: Instant) {
        while Instant::now() < end && self.lock().iter().any(|one| !one.is_finished()) {
            thread::sleep(limits::SPANS_LOOK);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.0.lock()
    }
}
