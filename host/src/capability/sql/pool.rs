//! Connections, each on a thread of its own: SQLite blocks, the server must not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread,
    time::Instant,
};

use rusqlite::{Connection, InterruptHandle};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout_at,
};

use super::{
    error::{busy, explain, timeout as out_of_time},
    guard::{self, Control},
    statement,
    target::Target,
};
use crate::{bindings::Error, limits, metrics::Metrics};

type Job = Box<dyn FnOnce(&Connection, &Control) + Send>;

/// Connection pools by database, kept across swaps.
#[derive(Default)]
pub struct Pools {
    by_target: Mutex<HashMap<Target, Weak<Pool>>>,
    /// What is in memory would be lost with its last connection.
    in_memory: Mutex<Vec<Arc<Pool>>>,
    pub(super) metrics: Arc<Metrics>,
}

impl Pools {
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            metrics: metrics.clone(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, target: Target) -> Arc<Pool> {
        let mut pools = self.by_target.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&target).and_then(Weak::upgrade) {
            return pool;
        }
        pools.retain(|_, pool| pool.strong_count() > 0);
        let pool = Arc::new(Pool::new(target.clone()));
        if matches!(target, Target::Memory(_)) {
            self.in_memory
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(pool.clone());
        }
        pools.insert(target, Arc::downgrade(&pool));
        pool
    }
}

/// The connections of one database.
pub(super) struct Pool {
    target: Target,
    idle: Mutex<Vec<Worker>>,
    permits: Arc<Semaphore>,
    /// The setup that has been run on it.
    setup: Mutex<Option<String>>,
}

/// A connection's thread. It ends when this is dropped.
struct Worker {
    jobs: mpsc::Sender<Job>,
    interrupt: InterruptHandle,
    control: Arc<Control>,
}

/// A connection in use. Dropping it stops what runs on it, rolls back, and gives it back.
pub(super) struct Lease {
    worker: Option<Worker>,
    permit: Option<OwnedSemaphorePermit>,
    pool: Weak<Pool>,
}

impl Pool {
    pub(super) fn new(target: Target) -> Self {
        // A database in memory lives in its one connection.
        let connections = if matches!(target, Target::Memory(_)) {
            1
        } else {
            limits::SQL_CONNECTIONS
        };
        Self {
            target,
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

    pub(super) fn target(&self) -> &Target {
        &self.target
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
            None => Worker::start(self.target.clone(), deadline).await?,
        };
        Ok(Lease {
            worker: Some(worker),
            permit: permit.ok(),
            pool: Arc::downgrade(self),
        })
    }
}

impl Worker {
    async fn start(target: Target, deadline: Instant) -> Result<Self, Error> {
        let (opened, is_open) = oneshot::channel();
        let (jobs, received) = mpsc::channel::<Job>();
        let control = Arc::new(Control::default());
        control.start(deadline);
        let own_control = control.clone();
        let serve = move || {
            let connection = match guard::open(&target, &own_control) {
                Ok(connection) => connection,
                Err(error) => return drop(opened.send(Err(explain(error, &own_control)))),
            };
            if opened.send(Ok(connection.get_interrupt_handle())).is_err() {
                return;
            }
            for job in received {
                job(&connection, &own_control);
            }
        };
        thread::Builder::new()
            .name("sqlite".into())
            .spawn(serve)
            .map_err(|error| Error::new(503, "unavailable", format!("no thread for a connection: {error}")))?;
        let is_open = timeout_at(deadline.into(), is_open).await.map_err(|_| out_of_time())?;
        let interrupt = is_open.map_err(|_| gone())??;
        Ok(Self {
            jobs,
            interrupt,
            control,
        })
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
        worker.jobs.send(job).map_err(|_| gone())?;
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
        worker.interrupt.interrupt();
        let (pool, permit, jobs) = (self.pool.clone(), self.permit.take(), worker.jobs.clone());
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

fn gone() -> Error {
    Error::new(500, "internal", "a database connection ended unexpectedly")
}
