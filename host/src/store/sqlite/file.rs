use std::{
    collections::HashSet,
    iter,
    sync::{Arc, mpsc},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig, ffi};
use tokio::sync::oneshot;

use super::{Location, Thread, gone};
use crate::{bindings::Error, limits, store::own::make_own_folder};

/// A database that the host itself keeps: one connection, opened by its first use and closed with its last user.
///
/// Jobs that wait for it at the same time share one transaction, and with it one write to the disk. A committed job
/// survives the end of the process; the last ones may be lost, whole, when the machine loses its power.
pub(crate) struct File {
    location: Location,
    open: tokio::sync::Mutex<Option<Open>>,
}

struct Open {
    thread: Arc<Thread<Job>>,
    /// What has been run by [`File::ensure`].
    schemas: HashSet<&'static str>,
}

struct Job {
    writes: bool,
    work: Work,
}

/// Runs in a transaction, or hears why there is none.
type Work = Box<dyn FnOnce(Result<&Connection, &rusqlite::Error>) -> Answer + Send>;

/// Tells whoever waits, once it is known whether the transaction was committed.
type Answer = Box<dyn FnOnce(&rusqlite::Result<()>)>;

impl File {
    pub(super) fn new(location: Location) -> Self {
        Self {
            location,
            open: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) async fn open(&self) -> Result<(), Error> {
        self.thread().await.map(drop)
    }

    /// Runs `schema`, statements that may be run again, unless this process has done so. Opens the database.
    pub(crate) async fn ensure(&self, schema: &'static str) -> Result<(), Error> {
        let mut open = self.open.lock().await;
        let open = self.opened(&mut open).await?;
        if !open.schemas.contains(schema) {
            self.run(&open.thread, true, move |connection| connection.execute_batch(schema))
                .await?;
            open.schemas.insert(schema);
        }
        Ok(())
    }

    /// Runs `work` on one state of the data.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let thread = self.thread().await?;
        self.run(&thread, false, work).await
    }

    /// Runs `work` in a transaction: all of it is kept when it succeeds, nothing when it fails. Work that nobody waits
    /// for any more when its turn comes is left out.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let thread = self.thread().await?;
        self.run(&thread, true, work).await
    }

    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    async fn thread(&self) -> Result<Arc<Thread<Job>>, Error> {
        let mut open = self.open.lock().await;
        Ok(self.opened(&mut open).await?.thread.clone())
    }

    async fn opened<'a>(&self, open: &'a mut Option<Open>) -> Result<&'a mut Open, Error> {
        let lives = open.as_ref().is_some_and(|open| open.thread.lives());
        let current = match open.take() {
            Some(current) if lives => current,
            _ => {
                let location = self.location.clone();
                let connect = move || connect(&location).map_err(|error| cannot_open(&location, &error));
                Open {
                    thread: Arc::new(Thread::start(connect, serve).await?),
                    schemas: HashSet::new(),
                }
            }
        };
        Ok(open.insert(current))
    }

    async fn run<T: Send + 'static>(
        &self,
        thread: &Thread<Job>,
        writes: bool,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, result) = oneshot::channel();
        let work = move |connection: Result<&Connection, &rusqlite::Error>| -> Answer {
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
        let job = Job {
            writes,
            work: Box::new(work),
        };
        thread.send(job).map_err(|_| gone())?;
        let result = result.await.map_err(|_| gone())?;
        result.map_err(|error| explain(&self.location, &error))
    }
}

fn serve(mut connection: Connection, jobs: mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let waiting = jobs.try_iter().take(limits::STORE_BATCH - 1);
        together(&mut connection, iter::once(first).chain(waiting).collect());
    }
}

/// Runs jobs in one transaction.
fn together(connection: &mut Connection, jobs: Vec<Job>) {
    let behavior = if jobs.iter().any(|job| job.writes) {
        TransactionBehavior::Immediate
    } else {
        TransactionBehavior::Deferred
    };
    let (answers, committed): (Vec<Answer>, _) = match connection.transaction_with_behavior(behavior) {
        Ok(transaction) => {
            let answers = jobs.into_iter().map(|job| (job.work)(Ok(&transaction))).collect();
            (answers, transaction.commit())
        }
        Err(error) => {
            let answers = jobs.into_iter().map(|job| (job.work)(Err(&error))).collect();
            (answers, Err(error))
        }
    };
    for answer in answers {
        answer(&committed);
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
    // Without `SQLITE_OPEN_URI` a path is a path, whatever it contains.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match location {
        Location::Memory(_) => Connection::open_in_memory_with_flags(flags)?,
        Location::File(path) => {
            make_own_folder(path).map_err(|error| failure(ffi::SQLITE_CANTOPEN, Some(error.to_string())))?;
            Connection::open_with_flags(path, flags)?
        }
    };
    connection.busy_timeout(limits::STORE_BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Answers with a row, so it is read rather than updated.
    connection.query_row(
        &format!("PRAGMA max_page_count = {}", limits::SQL_PAGES),
        [],
        |_| Ok(()),
    )?;
    connection.set_prepared_statement_cache_capacity(limits::SQL_STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(connection)
}

fn cannot_open(location: &Location, error: &rusqlite::Error) -> Error {
    let help = match location {
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
    Error::new(
        503,
        "unavailable",
        format!("{} cannot be opened: {error}; {help}", location.show()),
    )
}

/// SQLite's failure as whoever runs the service can act on it.
fn explain(location: &Location, error: &rusqlite::Error) -> Error {
    let (status, code, what) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (503, "busy", "another process held it for too long")
        }
        Some(ErrorCode::DiskFull) => (503, "full", "it cannot grow"),
        Some(ErrorCode::ReadOnly) => (503, "unavailable", "it cannot be written"),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::OperationAborted) => {
            (503, "unavailable", "it cannot be used")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (500, "corrupt", "it is damaged"),
        _ => (500, "internal", "a statement failed"),
    };
    Error::new(status, code, format!("{}: {what}: {error}", location.show()))
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
