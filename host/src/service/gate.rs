//! How many calls run at once, and how many requests may wait for their turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::{base::limits::Limits, observe::metrics::Counter};

/// Bounds the calls of one `App`. After a swap the version before finishes its own calls beside those of the new one.
pub struct Gate {
    places: Semaphore,
    concurrency: usize,
    waiting: AtomicUsize,
    queue: usize,
    patience: Duration,
    refused: Arc<Counter>,
}

/// The right to run one call; dropping it gives the place to the next.
#[must_use]
pub struct Pass<'a> {
    _place: SemaphorePermit<'a>,
    /// It was not given at once.
    pub has_waited: bool,
}

/// Every place is taken, and so is the queue; or waiting took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overloaded;

impl Gate {
    /// `refused` counts those that get no place.
    pub fn new(limits: &Limits, refused: Arc<Counter>) -> Self {
        Self {
            places: Semaphore::new(limits.concurrency),
            concurrency: limits.concurrency,
            waiting: AtomicUsize::new(0),
            queue: limits.queue,
            patience: limits.queue_wait,
            refused,
        }
    }

    /// How many calls run, and how many wait.
    pub fn load(&self) -> (usize, usize) {
        let running = self.concurrency - self.places.available_permits();
        (running, self.waiting.load(Relaxed).min(self.queue))
    }

    /// Waits for a place, first come first served.
    pub async fn enter(&self) -> Result<Pass<'_>, Overloaded> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(Pass {
                _place: place,
                has_waited: false,
            });
        }
        self.wait().await.inspect_err(|_| self.refused.add(1))
    }

    async fn wait(&self) -> Result<Pass<'_>, Overloaded> {
        let _waiting = Waiting::start(self)?;
        match timeout(self.patience, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(Pass {
                _place: place,
                has_waited: true,
            }),
            Ok(Err(_)) | Err(_) => Err(Overloaded),
        }
    }
}

/// A place in the queue, left when the client goes away, too.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn start(gate: &'a Gate) -> Result<Self, Overloaded> {
        let before = gate.waiting.fetch_add(1, Relaxed);
        let waiting = Self(&gate.waiting);
        if before < gate.queue {
            Ok(waiting)
        } else {
            Err(Overloaded)
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    fn gate(concurrency: usize, queue: usize) -> Gate {
        let limits = Limits {
            concurrency,
            queue,
            queue_wait: Duration::from_secs(5),
            ..Limits::default()
        };
        Gate::new(&limits, Arc::default())
    }

    #[tokio::test(start_paused = true)]
    async fn waits_within_the_queue_and_refuses_beyond_it() {
        let gate = gate(1, 1);
        let first = gate.enter().await.unwrap();
        let release = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(first);
        };
        let (second, third, ()) = tokio::join!(gate.enter(), gate.enter(), release);
        assert!(second.is_ok(), "it waits for its turn");
        assert_eq!(third.err(), Some(Overloaded), "the queue holds one");
        assert_eq!((gate.load(), gate.refused.get()), ((1, 0), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_after_the_patience_and_leaves_the_queue() {
        let gate = gate(1, 1);
        let pass = gate.enter().await.unwrap();
        assert_eq!(gate.enter().await.err(), Some(Overloaded));
        assert!(
            timeout(Duration::from_millis(1), gate.enter()).await.is_err(),
            "a cancelled wait"
        );
        assert_eq!(gate.waiting.load(Relaxed), 0);
        drop(pass);
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test]
    async fn never_runs_more_than_its_bound() {
        let (gate, running, most) = (gate(3, 100), AtomicUsize::new(0), AtomicUsize::new(0));
        join_all((0..50).map(|_| async {
            let _pass = gate.enter().await.unwrap();
            most.fetch_max(running.fetch_add(1, Relaxed) + 1, Relaxed);
            tokio::task::yield_now().await;
            running.fetch_sub(1, Relaxed);
        }))
        .await;
        assert_eq!(most.into_inner(), 3);
    }
}
