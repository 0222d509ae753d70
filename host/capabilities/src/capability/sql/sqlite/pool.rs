//! The connections of each database, with their users.

use std::{
    sync::{Arc, Weak, mpsc},
    time::Instant,
};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout_at,
};

use super::{
    super::{
        error::SqlError,
        rows::{Changes, Rows},
    },
    check,
    control::Control,
    error::explain,
    guard, statement,
};
use crate::{
    base::{limits, value::Value},
    storage::store::{
        Durability, StoreError,
        sqlite::{FileIdentity, Location, Thread},
    },
};

type PoolJob = Box<dyn FnOnce(&Connection, &Control) + Send>;

/// The connections of one database.
pub(in super::super) struct SqlitePool {
    location: Location,
    durability: Durability,
    /// Of the files, while a connection has them open: another one opens these, or none. What is made anew in the place of a
    /// database that was moved away is not it.
    identity: Mutex<Weak<FileIdentity>>,
    idle: Mutex<Vec<PoolWorker>>,
    permits: Arc<Semaphore>,
}

/// A connection, and what says when its statement is over.
struct PoolWorker {
    thread: Thread<PoolJob>,
    control: Arc<Control>,
}

/// A connection in use. Dropping it stops what runs on it, rolls back, and gives it back.
pub(in super::super) struct SqliteLease {
    worker: Option<PoolWorker>,
    permit: Option<OwnedSemaphorePermit>,
    pool: Weak<SqlitePool>,
    /// `begin` was called: what runs here belongs to its transaction, and to nothing else.
    in_transaction: bool,
}

impl SqlitePool {
    pub(in super::super) fn new(location: Location, durability: Durability) -> Self {
        // A database in memory lives in its one connection.
        let connections = if matches!(location, Location::Memory(_)) {
            1
        } else {
            limits::SQL_CONNECTIONS
        };
        Self {
            location,
            durability,
            identity: Mutex::default(),
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(connections)),
        }
    }

    /// Waits for a free connection as long as it would for another writer.
    pub(in super::super) async fn lease(self: &Arc<Self>, deadline: Instant) -> Result<SqliteLease, SqlError> {
        let patience = deadline.min(Instant::now() + limits::SQL_BUSY);
        let Ok(permit) = timeout_at(patience.into(), self.permits.clone().acquire_owned()).await else {
            return Err(SqlError::Busy);
        };
        let idle = self.idle.lock().pop();
        let worker = match idle {
            Some(worker) => worker,
            None => self.start(deadline).await?,
        };
        Ok(SqliteLease {
            worker: Some(worker),
            permit: permit.ok(),
            pool: Arc::downgrade(self),
            in_transaction: false,
        })
    }
}

impl SqlitePool {
    async fn start(&self, deadline: Instant) -> Result<PoolWorker, SqlError> {
        let known = self.identity.lock().upgrade();
        let is_first = known.is_none();
        let worker = PoolWorker::start(self.location.clone(), self.durability, known, deadline).await?;
        if let (true, Some(identity)) = (is_first, worker.control.identity()) {
            *self.identity.lock() = Arc::downgrade(&identity);
        }
        Ok(worker)
    }
}

impl PoolWorker {
    async fn start(
        location: Location,
        durability: Durability,
        identity: Option<Arc<FileIdentity>>,
        deadline: Instant,
    ) -> Result<Self, SqlError> {
        let control = Arc::new(Control::of(identity));
        control.start(deadline)?;
        let (opening, serving) = (control.clone(), control.clone());
        let open = move || guard::open(&location, durability, &opening).map_err(|error| explain(error, &opening));
        let start = Thread::start(open, move |connection, jobs: mpsc::Receiver<PoolJob>| {
            for job in jobs {
                job(&connection, &serving);
            }
        });
        let thread = timeout_at(deadline.into(), start).await.map_err(|_| SqlError::Late)??;
        Ok(Self { thread, control })
    }
}

impl SqliteLease {
    pub(in super::super) async fn query(
        &self,
        deadline: Instant,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Rows, SqlError> {
        let work = move |connection: &_, control: &_| statement::query(connection, control, &sql, &parameters);
        self.run_inside(deadline, work).await
    }

    pub(in super::super) async fn execute(
        &self,
        deadline: Instant,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Changes, SqlError> {
        let work = move |connection: &_, control: &_| statement::execute(connection, control, &sql, &parameters);
        self.run_inside(deadline, work).await
    }

    /// Runs the statements of a database's setup, whole or not at all.
    pub(in super::super) async fn setup(&self, deadline: Instant, sql: String) -> Result<(), SqlError> {
        let work = move |connection: &_, control: &_| statement::setup(connection, control, &sql);
        self.run(deadline, work).await
    }

    pub(in super::super) async fn check(&self, deadline: Instant) -> Result<(), SqlError> {
        self.run(deadline, check::read).await
    }

    pub(in super::super) async fn begin(&mut self, deadline: Instant) -> Result<(), SqlError> {
        self.run(deadline, statement::begin).await?;
        self.in_transaction = true;
        Ok(())
    }

    /// A commit that fails leaves the transaction open, so that it can be tried again.
    pub(in super::super) async fn commit(&self, deadline: Instant) -> Result<(), SqlError> {
        self.run_inside(deadline, statement::commit).await
    }

    pub(in super::super) async fn rollback(self, deadline: Instant) -> Result<(), SqlError> {
        let rollback = |connection: &_, control: &_| {
            statement::rollback(connection, control);
            Ok(())
        };
        self.run(deadline, rollback).await
    }

    /// Runs `work` in the transaction, if one was begun.
    async fn run_inside<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&Connection, &Control) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, SqlError> {
        let in_transaction = self.in_transaction;
        self.run(deadline, move |connection, control| {
            if in_transaction {
                statement::still_open(connection)?;
            }
            work(connection, control)
        })
        .await
    }

    /// Runs `work` on the connection's thread, until `deadline`.
    async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&Connection, &Control) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, SqlError> {
        let worker = self.worker.as_ref().ok_or(StoreError::Gone)?;
        let (reply, result) = oneshot::channel();
        let job: PoolJob = Box::new(move |connection, control| {
            let result = control.start(deadline).and_then(|()| work(connection, control));
            // Nobody listens when the call was stopped meanwhile.
            let _ = reply.send(result);
        });
        worker.thread.send(job).map_err(|_| StoreError::Gone)?;
        match timeout_at(deadline.into(), result).await {
            Ok(result) => result.map_err(|_| StoreError::Gone)?,
            Err(_) => Err(SqlError::Late),
        }
    }
}

impl Drop for SqliteLease {
    fn drop(&mut self) {
        let Some(worker) = self.worker.take() else { return };
        worker.control.cancel();
        worker.thread.interrupt();
        let (pool, permit, jobs) = (self.pool.clone(), self.permit.take(), worker.thread.sender());
        // Runs after whatever was stopped, so that a connection is never given to a second user too early.
        let give_back: PoolJob = Box::new(move |connection, control| {
            control.release();
            statement::rollback(connection, control);
            statement::forget_row_id(connection);
            control.reset();
            if let (Some(pool), true) = (pool.upgrade(), connection.is_autocommit()) {
                pool.idle.lock().push(worker);
            }
            drop(permit);
        });
        // The thread is gone only when it panicked; then its permit is free, and the next user starts another.
        let _ = jobs.send(give_back);
    }
}
