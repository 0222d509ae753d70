//! What waits to be sent.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{address::Batches, message};
use crate::base::limits;

/// Parts that wait to be sent, in the messages that they will be sent in.
pub(super) struct ExportQueue {
    bounds: Batches,
    state: Mutex<QueueState>,
    /// A batch is full, or no more will come.
    ready: Condvar,
}

#[derive(Default)]
struct QueueState {
    batches: VecDeque<ExportBatch>,
    waiting: usize,
    /// No more come, and what is still there then is lost.
    end: Option<Instant>,
    /// Bytes of the batch that was full last: the next one will be about as long.
    usual: usize,
}

/// The parts of one message.
#[derive(Default)]
pub(super) struct ExportBatch {
    /// As [`message::part`] writes them.
    pub(super) parts: Vec<u8>,
    pub(super) count: usize,
}

impl ExportQueue {
    pub(super) fn new(bounds: Batches) -> Self {
        Self {
            bounds,
            state: Mutex::default(),
            ready: Condvar::new(),
        }
    }

    /// Takes a part, unless too many wait already. Never waits itself but for others who add one.
    pub(super) fn add(&self, part: &[u8]) -> bool {
        let mut state = self.lock();
        if state.waiting >= self.bounds.waiting || state.end.is_some() {
            return false;
        }
        state.waiting += 1;
        let usual = state.usual;
        let batch = match state.batches.back_mut().filter(|batch| !self.is_full(batch)) {
            Some(batch) => batch,
            None => state.batches.push_back_mut(ExportBatch {
                parts: Vec::with_capacity(usual),
                count: 0,
            }),
        };
        message::part(&mut batch.parts, part);
        batch.count += 1;
        if self.is_full(batch) {
            state.usual = batch.parts.len();
            drop(state);
            self.ready.notify_one();
        }
        true
    }

    /// Waits for a batch that is full, and for [`Batches::every`] at most for one that is not. None: it is over.
    pub(super) fn take(&self) -> Option<ExportBatch> {
        let mut due = Instant::now() + self.bounds.every;
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if state.end.is_some_and(|end| state.batches.is_empty() || end <= now) {
                return None;
            }
            let is_due = due <= now || state.end.is_some();
            if state.batches.front().is_some_and(|batch| is_due || self.is_full(batch)) {
                let batch = state.batches.pop_front()?;
                state.waiting -= batch.count;
                return Some(batch);
            }
            if is_due {
                due = now + self.bounds.every;
            }
            let woken = self.ready.wait_timeout(state, due - now);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// No more come; what is there can be taken until `end`.
    pub(super) fn close(&self, end: Instant) {
        self.lock().end.get_or_insert(end);
        self.ready.notify_all();
    }

    /// Waits before something is sent again; whether no end has come meanwhile.
    pub(super) fn pause(&self, pause: Duration) -> bool {
        let open = |state: &mut QueueState| state.end.is_none();
        let waited = self.ready.wait_timeout_while(self.lock(), pause, open);
        waited.unwrap_or_else(PoisonError::into_inner).0.end.is_none()
    }

    /// How many nobody has taken.
    pub(super) fn left(&self) -> usize {
        self.lock().waiting
    }

    fn is_full(&self, batch: &ExportBatch) -> bool {
        batch.count >= self.bounds.full || batch.parts.len() >= limits::SPANS_MESSAGE
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_batch_is_bounded_by_its_bytes_too() {
        let (queue, span) = (ExportQueue::new(Batches::default()), [7; 10_000]);
        for _ in 0..300 {
            assert!(queue.add(&span));
        }
        queue.close(Instant::now() + limits::SPANS_FLUSH);
        assert!(!queue.add(&span), "it is closed");
        let mut counts = Vec::new();
        while let Some(batch) = queue.take() {
            assert!(batch.parts.len() < limits::SPANS_MESSAGE + 2 * span.len());
            counts.push(batch.count);
        }
        assert_eq!((counts.iter().sum::<usize>(), counts.len()), (300, 3), "{counts:?}");
        assert_eq!(queue.left(), 0);
    }
}
