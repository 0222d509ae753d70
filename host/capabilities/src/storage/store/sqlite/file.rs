//! Databases that the host itself keeps.

#[cfg(any(test, feature = "fixture"))]
pub mod faulty;

use std::{
    collections::HashSet,
    iter,
    sync::{Arc, mpsc},
};

use futures_util::future::BoxFuture;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, config::DbConfig, ffi};
use tokio::sync::oneshot;

use super::{FileIdentity, Location, Thread, Trouble, look, open, write_ahead};
use crate::{
    base::limits,
    observe::tasks,
    storage::store::{Durability, StoreError},
};

/// A database that the host itself keeps: one connection, opened by its first use and closed with its last user.
///
/// Jobs that wait for it at the same time share one transaction, and with it one write to the disk: that of the job which
/// asks for the most. A committed job survives the end of the process; whether it survives that of the machine's power is for
/// its [`Durability`] to say. What is lost is lost whole, and nothing of what came before it.
pub struct File {
    location: Location,
    disk: Arc<dyn Disk>,
    open: tokio::sync::Mutex<Option<OpenFile>>,
}

struct OpenFile {
    worker: Arc<dyn StoreWorker>,
    /// What has been run by [`File::ensure`].
    schemas: HashSet<&'static str>,
}

/// Where databases are.
pub trait Disk: Send + Sync {
    /// Opens a database, which is made where it is not there, with a worker of its own.
    fn open<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<Arc<dyn StoreWorker>, StoreError>>;
}

/// Does the jobs of one open database, in their order.
pub trait StoreWorker: Send + Sync {
    /// False when no job is done any more.
    fn lives(&self) -> bool;

    /// Gives the job back when no job is done any more.
    fn send(&self, job: StoreJob) -> Result<(), StoreJob>;
}

/// The machine's own: each database has a thread that it may block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine;

impl Disk for Machine {
    fn open<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<Arc<dyn StoreWorker>, StoreError>> {
        Box::pin(async move {
            let (opened, served) = (location.clone(), location.clone());
            let connect = move || connect(&opened).map_err(|error| cannot_open(&opened, &error));
            let serve = move |connection, jobs| serve(connection, &served, jobs);
            Ok(Arc::new(Thread::start(connect, serve).await?) as Arc<dyn StoreWorker>)
        })
    }
}

impl StoreWorker for Thread<StoreJob> {
    fn lives(&self) -> bool {
        Self::lives(self)
    }

    fn send(&self, job: StoreJob) -> Result<(), StoreJob> {
        Self::send(self, job)
    }
}

/// Work on an open database, with who waits for it.
pub struct StoreJob {
    /// What it survives, if it writes.
    writes: Option<Durability>,
    work: TransactionWork,
}

/// Runs in a transaction, or hears why there is none.
type TransactionWork = Box<dyn FnOnce(Result<&Connection, &rusqlite::Error>) -> Acknowledge + Send>;

/// Tells whoever waits, once it is known whether the transaction was committed.
type Acknowledge = Box<dyn FnOnce(&rusqlite::Result<()>) + Send>;

impl File {
    pub fn new(location: Location, disk: Arc<dyn Disk>) -> Self {
        Self {
            location,
            disk,
            open: tokio::sync::Mutex::default(),
        }
    }

    /// Opens it now, unless it is open; otherwise its first use does.
    pub async fn open(&self) -> Result<(), StoreError> {
        self.worker().await.map(drop)
    }

    /// Whether it could be opened. Changes nothing.
    pub async fn look(&self) -> Result<(), StoreError> {
        let location = self.location.clone();
        let looking = move || look(&location).map_err(|error| cannot_open(&location, &error));
        tasks::block("look", looking).await.map_err(|_| StoreError::Gone)?
    }

    /// Runs `schema`, statements that may be run again, unless this process has done so. Opens the database.
    pub async fn ensure(&self, schema: &'static str) -> Result<(), StoreError> {
        let mut open = self.open.lock().await;
        let open = self.opened(&mut open).await?;
        if !open.schemas.contains(schema) {
            let work = move |connection: &Connection| connection.execute_batch(schema);
            self.run(&*open.worker, Some(Durability::Process), work).await?;
            open.schemas.insert(schema);
        }
        Ok(())
    }

    /// Runs `work` on one state of the data.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let worker = self.worker().await?;
        self.run(&*worker, None, work).await
    }

    /// Runs `work` in a transaction: all of it is kept when it succeeds, nothing when it fails. Work that nobody waits
    /// for any more when its turn comes is left out.
    pub async fn write<T: Send + 'static>(
        &self,
        durability: Durability,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let worker = self.worker().await?;
        self.run(&*worker, Some(durability), work).await
    }

    /// Where it is.
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    async fn worker(&self) -> Result<Arc<dyn StoreWorker>, StoreError> {
        let mut open = self.open.lock().await;
        Ok(self.opened(&mut open).await?.worker.clone())
    }

    async fn opened<'a>(&self, open: &'a mut Option<OpenFile>) -> Result<&'a mut OpenFile, StoreError> {
        let lives = open.as_ref().is_some_and(|open| open.worker.lives());
        let current = match open.take() {
            Some(current) if lives => current,
            _ => OpenFile {
                worker: self.disk.open(&self.location).await?,
                schemas: HashSet::new(),
            },
        };
        Ok(open.insert(current))
    }

    async fn run<T: Send + 'static>(
        &self,
        worker: &dyn StoreWorker,
        writes: Option<Durability>,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        let work = move |connection: Result<&Connection, &rusqlite::Error>| -> Acknowledge {
            let result = match connection {
                _ if answer.is_closed() => return Box::new(|_| {}),
                Err(error) => Err(copy(error)),
                Ok(connection) => alone(connection, work),
            };
            Box::new(move |committed| {
                let result = match committed {
                    Err(error) => result.and(Err(copy(error))),
                    Ok(()) => result,
                };
                // Nobody listens when the call has ended meanwhile.
                let _ = answer.send(result);
            })
        };
        let job = StoreJob {
            writes,
            work: Box::new(work),
        };
        worker.send(job).map_err(|_| StoreError::Gone)?;
        let result = result.await.map_err(|_| StoreError::Gone)?;
        result.map_err(|error| explain(&self.location, &error))
    }
}

fn serve(mut connection: Connection, location: &Location, jobs: mpsc::Receiver<StoreJob>) {
    let identity = FileIdentity::of(location);
    let mut synchronous = Durability::Process;
    while let Ok(first) = jobs.recv() {
        let waiting = jobs.try_iter().take(limits::STORE_BATCH - 1);
        let jobs: Vec<StoreJob> = iter::once(first).chain(waiting).collect();
        let ready = identity
            .check()
            .map_err(|why| failure(ffi::SQLITE_READONLY_DBMOVED, Some(why)))
            .and_then(|()| synchronize(&connection, &jobs, &mut synchronous));
        let (answers, committed) = together(&mut connection, ready, jobs, |transaction| transaction.commit());
        for answer in answers {
            answer(&committed);
        }
    }
}

/// Has the next transaction written as safely as one of its jobs wants it.
fn synchronize(connection: &Connection, jobs: &[StoreJob], now: &mut Durability) -> rusqlite::Result<()> {
    let wanted = jobs.iter().filter_map(|job| job.writes).max();
    let Some(wanted) = wanted.filter(|wanted| wanted != now) else {
        return Ok(());
    };
    connection.pragma_update(None, "synchronous", wanted.synchronous())?;
    *now = wanted;
    Ok(())
}

/// Runs jobs in one transaction, which `end` ends, and gives what tells those that wait how it ended.
fn together(
    connection: &mut Connection,
    ready: rusqlite::Result<()>,
    jobs: Vec<StoreJob>,
    end: impl FnOnce(Transaction<'_>) -> rusqlite::Result<()>,
) -> (Vec<Acknowledge>, rusqlite::Result<()>) {
    let behavior = if jobs.iter().any(|job| job.writes.is_some()) {
        TransactionBehavior::Immediate
    } else {
        TransactionBehavior::Deferred
    };
    let transaction = ready.and_then(|()| connection.transaction_with_behavior(behavior));
    match transaction {
        Ok(transaction) => {
            let answers = jobs.into_iter().map(|job| (job.work)(Ok(&transaction))).collect();
            (answers, end(transaction))
        }
        Err(error) => {
            let answers = jobs.into_iter().map(|job| (job.work)(Err(&error))).collect();
            (answers, Err(error))
        }
    }
}

/// Runs one job of a transaction so that its failure takes back nothing of the others.
fn alone<T>(connection: &Connection, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    // SQLite rolls back by itself when a transaction cannot go on. What follows must not run outside of one.
    if connection.is_autocommit() {
        return Err(failure(ffi::SQLITE_ABORT_ROLLBACK, None));
    }
    let run = |statement| connection.prepare_cached(statement)?.execute([]);
    run("SAVEPOINT job")?;
    let result = work(connection);
    if result.is_err() && !connection.is_autocommit() {
        run("ROLLBACK TO job")?;
    }
    if !connection.is_autocommit() {
        run("RELEASE job")?;
    }
    result
}

fn connect(location: &Location) -> rusqlite::Result<Connection> {
    let mut connection = open(location)?;
    connection.busy_timeout(limits::STORE_BUSY)?;
    write_ahead(&mut connection)?;
    connection.pragma_update(None, "synchronous", Durability::Process.synchronous())?;
    // Where the system keeps writes in the disk's own memory unless told otherwise.
    connection.pragma_update(None, "fullfsync", true)?;
    // Answers with a row, so it is read rather than updated.
    let pages = format!("PRAGMA max_page_count = {}", limits::SQL_PAGES);
    connection.query_row(&pages, [], |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(limits::SQL_STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Takes the locks that it keeps from now on.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn cannot_open(location: &Location, error: &rusqlite::Error) -> StoreError {
    let remedy = match location {
        Location::File(path) => match path.parent() {
            _ if path.is_dir() => "it is a folder: name a file".to_owned(),
            Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => {
                format!("create its folder: mkdir -p {}", folder.display())
            }
            _ if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                "it is no SQLite database: name another file, or move this one away".to_owned()
            }
            _ => "check that this process may read and write it and its folder".to_owned(),
        },
        Location::Memory(_) => "free some memory".to_owned(),
    };
    StoreError::CannotOpen {
        file: location.show(),
        why: error.to_string(),
        remedy,
    }
}

/// SQLite's failure as whoever runs the service can act on it.
fn explain(location: &Location, error: &rusqlite::Error) -> StoreError {
    let file = location.show();
    match error {
        rusqlite::Error::SqliteFailure(failure, Some(why)) if failure.extended_code == ffi::SQLITE_READONLY_DBMOVED => {
            let why = why.clone();
            StoreError::Moved { file, why }
        }
        _ => StoreError::File {
            file,
            trouble: Trouble::of(error),
            why: error.to_string(),
        },
    }
}

fn failure(code: i32, message: Option<String>) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), message)
}

/// A failure that several jobs share.
fn copy(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(error, message) => rusqlite::Error::SqliteFailure(*error, message.clone()),
        other => failure(ffi::SQLITE_ERROR, Some(other.to_string())),
    }
}
