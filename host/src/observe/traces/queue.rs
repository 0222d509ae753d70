//! Spans that wait to be sent.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::otlp;
use crate::base::limits;

/// Spans that wait to be sent, in the messages that they will be sent in.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// A batch is full, or no more will come.
    ready: Condvar,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Batch>,
    waiting: usize,
    /// No more come, and what is still there then is lost.
    end: Option<Instant>,
    /// Bytes of the batch that was full last: the next one will be about as long.
    usual: usize,
}

/// Spans of one message.
#[derive(Default)]
pub(super) struct Batch {
    /// As [`otlp::span`] writes them.
    pub(super) spans: Vec<u8>,
    pub(super) count: usize,
}

impl Queue {
    /// Takes a span, unless too many wait already. Never waits itself but for others who add one.
    pub(super) fn add(&self, span: &[u8]) -> bool {
        let mut state = self.lock();
        if state.waiting >= limits::SPANS_WAITING || state.end.is_some() {
            return false;
        }
        state.waiting += 1;
        let usual = state.usual;
        let batch = match state.batches.back_mut().filter(|batch| !batch.is_full()) {
            Some(batch) => batch,
            None => state.batches.push_back_mut(Batch {
                spans: Vec::with_capacity(usual),
                count: 0,
            }),
        };
        otlp::span(&mut batch.spans, span);
        batch.count += 1;
        if batch.is_full() {
            state.usual = batch.spans.len();
            drop(state);
            self.ready.notify_one();
        }
        true
    }

    /// Waits for a batch that is full, and for [`limits::SPANS_EVERY`] at most for one that is not. None: it is over.
    pub(super) fn take(&self) -> Option<Batch> {
        let mut due = Instant::now() + limits::SPANS_EVERY;
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if state.end.is_some_and(|end| state.batches.is_empty() || end <= now) {
                return None;
            }
            let is_due = due <= now || state.end.is_some();
            if state.batches.front().is_some_and(|batch| batch.is_full() || is_due) {
                let batch = state.batches.pop_front()?;
                state.waiting -= batch.count;
                return Some(batch);
            }
            if is_due {
                due = now + limits::SPANS_EVERY;
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

    /// How many nobody has taken.
    pub(super) fn left(&self) -> usize {
        self.lock().waiting
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    fn is_full(&self) -> bool {
        self.count >= limits::SPANS_BATCH || self.spans.len() >= limits::SPANS_MESSAGE
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_batch_is_bounded_by_its_bytes_too() {
        let (queue, span) = (Queue::default(), [7; 10_000]);
        for _ in 0..300 {
            assert!(queue.add(&span));
        }
        queue.close(Instant::now() + limits::SPANS_FLUSH);
        assert!(!queue.add(&span), "it is closed");
        let mut counts = Vec::new();
        while let Some(batch) = queue.take() {
            assert!(batch.spans.len() < limits::SPANS_MESSAGE + 2 * span.len());
            counts.push(batch.count);
        }
        assert_eq!((counts.iter().sum::<usize>(), counts.len()), (300, 3), "{counts:?}");
        assert_eq!(queue.left(), 0);
    }
}
