//! The connections of each database, with their users.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    time::Instant,
};

use rusqlite::Connection;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout_at,
};

use super::{
    error::{busy, explain, timeout as out_of_time},
    guard::{self, Control},
    statement,
};
use crate::{
    bindings::Error,
    limits,
    metrics::Metrics,
    store::{
        Kept,
        sqlite::{Location, Thread, gone},
    },
};

type Job = Box<dyn FnOnce(&Connection, &Control) + Send>;

/// Connection pools by database, kept across swaps.
#[derive(Default)]
pub struct Pools {
    by_location: Kept<Location, Pool>,
    pub(super) metrics: Arc<Metrics>,
}

impl Pools {
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            metrics: metrics.clone(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, location: Location) -> Arc<Pool> {
        let make = || Pool::new(location.clone());
        match location {
            Location::File(_) => self.by_location.get(&location, make),
            Location::Memory(_) => self.by_location.get_forever(&location, make),
        }
    }
}

/// The connections of one database.
pub(super) struct Pool {
    location: Location,
    idle: Mutex<Vec<Worker>>,
    permits: Arc<Semaphore>,
    /// The setup that has been run on it.
    setup: Mutex<Option<String>>,
}

/// A connection, and what says when its statement is over.
struct Worker {
    thread: Thread<Job>,
    control: Arc<Control>,
}

/// A connection in use. Dropping it stops what runs on it, rolls back, and gives it back.
pub(super) struct Lease {
    worker: Option<Worker>,
    permit: Option<OwnedSemaphorePermit>,
    pool: Weak<Pool>,
}

impl Pool {
    pub(super) fn new(location: Location) -> Self {
        // A database in memory lives in its one connection.
        let connections = if matches!(location, Location::Memory(_)) {
            1
        } else {
            limits::SQL_CONNECTIONS
        };
        Self {
            location,
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(connections)),
            setup: Mutex::default(),
        }
    }

    pub(super) fn has_run(&self, setup: &str) -> bool {
        self.setup.lock().unwrap_or_else(PoisonError::into_inner).as_deref() == Some(setup)
    }

    pub(super) fn ran(&self, setup: String) {
        *self.setup.lock().unwrap_or_else(PoisonError::into_inner) = Some(setup);
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// Waits for a free connection as long as it would for another writer.
    pub(super) async fn lease(self: &Arc<Self>, deadline: Instant) -> Result<Lease, Error> {
        let patience = deadline.min(Instant::now() + limits::SQL_BUSY);
        let Ok(permit) = timeout_at(patience.into(), self.permits.clone().acquire_owned()).await else {
            return Err(busy());
        };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::start(self.location.clone(), deadline).await?,
        };
        Ok(Lease {
            worker: Some(worker),
            permit: permit.ok(),
            pool: Arc::downgrade(self),
        })
    }
}

impl Worker {
    async fn start(location: Location, deadline: Instant) -> Result<Self, Error> {
        let control = Arc::new(Control::default());
        control.start(deadline);
        let (opening, serving) = (control.clone(), control.clone());
        let open = move || guard::open(&location, &opening).map_err(|error| explain(error, &opening));
        let start = Thread::start(open, move |connection, jobs: mpsc::Receiver<Job>| {
            for job in jobs {
                job(&connection, &serving);
            }
        });
        let thread = timeout_at(deadline.into(), start).await.map_err(|_| out_of_time())??;
        Ok(Self { thread, control })
    }
}

impl Lease {
    /// Runs `work` on the connection's thread, until `deadline`.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&Connection, &Control) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let worker = self.worker.as_ref().ok_or_else(gone)?;
        let (reply, result) = oneshot::channel();
        let job: Job = Box::new(move |connection, control| {
            control.start(deadline);
            // Nobody listens when the call was stopped meanwhile.
            let _ = reply.send(work(connection, control));
        });
        worker.thread.send(job).map_err(|_| gone())?;
        match timeout_at(deadline.into(), result).await {
            Ok(result) => result.map_err(|_| gone())?,
            Err(_) => Err(out_of_time()),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(worker) = self.worker.take() else { return };
        worker.control.cancel();
        worker.thread.interrupt();
        let (pool, permit, jobs) = (self.pool.clone(), self.permit.take(), worker.thread.sender());
        // Runs after whatever was stopped, so that a connection is never given to a second user too early.
        let give_back: Job = Box::new(move |connection, control| {
            control.reset();
            statement::rollback(connection, control);
            if let (Some(pool), true) = (pool.upgrade(), connection.is_autocommit()) {
                pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
            }
            drop(permit);
        });
        // The thread is gone only when it panicked; then its permit is free, and the next user starts another.
        let _ = jobs.send(give_back);
    }
}
