//! A disk for simulations: its databases are in memory, take their time, and fail, as `fastrand` on this thread says.
#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use rusqlite::{Connection, ffi};
use tokio::{sync::mpsc, time::sleep};

use super::{Disk, Location, StoreError, StoreJob, StoreWorker, connect, failure, tasks, together};

/// Outlives the hosts that use it, as a disk does. What is committed is there, and nothing else.
#[derive(Default)]
pub struct Faulty {
    databases: Mutex<HashMap<Location, Database>>,
    /// How many of a thousand transactions go wrong in each of three ways.
    troubles: Arc<AtomicU32>,
}

type Database = Arc<Mutex<Connection>>;

impl Faulty {
    pub fn trouble(&self, troubles: u32) {
        self.troubles.store(troubles, Relaxed);
    }

    /// Looks at what is there, without trouble.
    pub fn look<T>(&self, location: &Location, look: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> T {
        look(&self.database(location).lock()).unwrap()
    }

    fn database(&self, location: &Location) -> Database {
        let make = || Arc::new(Mutex::new(connect(&Location::Memory(location.show())).unwrap()));
        self.databases
            .lock()
            .entry(location.clone())
            .or_insert_with(make)
            .clone()
    }
}

impl Disk for Faulty {
    fn open<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<Arc<dyn StoreWorker>, StoreError>> {
        Box::pin(async move {
            let (jobs, waiting) = mpsc::unbounded_channel();
            tasks::run("disk", serve(self.database(location), self.troubles.clone(), waiting));
            Ok(Arc::new(Slow(jobs)) as Arc<dyn StoreWorker>)
        })
    }
}

/// One process's way to a database.
struct Slow(mpsc::UnboundedSender<StoreJob>);

impl StoreWorker for Slow {
    fn lives(&self) -> bool {
        !self.0.is_closed()
    }

    fn send(&self, job: StoreJob) -> Result<(), StoreJob> {
        self.0.send(job).map_err(|mpsc::error::SendError(job)| job)
    }
}

/// Ends with the process. Between what is done and who learns of it time passes, in which the process may end.
async fn serve(database: Database, troubles: Arc<AtomicU32>, mut waiting: mpsc::UnboundedReceiver<StoreJob>) {
    let mut jobs = Vec::new();
    while waiting.recv_many(&mut jobs, 4).await > 0 {
        pause(&troubles).await;
        let (answers, committed) = Ending::choose(&troubles).bring(&mut database.lock(), std::mem::take(&mut jobs));
        pause(&troubles).await;
        for answer in answers {
            answer(&committed);
        }
    }
}

async fn pause(troubles: &AtomicU32) {
    let longest = match fastrand::u32(..1000) < 4 * troubles.load(Relaxed) {
        true => 700,
        false => 4,
    };
    match fastrand::u64(..longest) {
        0 | 1 => {}
        milliseconds => sleep(Duration::from_millis(milliseconds)).await,
    }
}

/// How a transaction ends.
enum Ending {
    Committed,
    /// It does not begin.
    Refused,
    /// Nothing of it is kept.
    TakenBack,
    /// All of it is kept, and those that wait are told that it failed.
    Unanswered,
}

impl Ending {
    fn choose(troubles: &AtomicU32) -> Self {
        let troubles = troubles.load(Relaxed);
        match fastrand::u32(..1000) {
            n if n < troubles => Self::Refused,
            n if n < 2 * troubles => Self::TakenBack,
            n if n < 3 * troubles => Self::Unanswered,
            _ => Self::Committed,
        }
    }

    fn bring(
        self,
        connection: &mut Connection,
        jobs: Vec<StoreJob>,
    ) -> (Vec<super::Acknowledge>, rusqlite::Result<()>) {
        let failed = |code| Err(failure(code, Some("simulated".to_owned())));
        match self {
            Self::Committed => together(connection, Ok(()), jobs, |transaction| transaction.commit()),
            Self::Refused => together(connection, failed(ffi::SQLITE_BUSY), jobs, |transaction| {
                transaction.commit()
            }),
            Self::TakenBack => together(connection, Ok(()), jobs, |transaction| {
                transaction.rollback()?;
                failed(ffi::SQLITE_FULL)
            }),
            Self::Unanswered => together(connection, Ok(()), jobs, |transaction| {
                transaction.commit()?;
                failed(ffi::SQLITE_IOERR)
            }),
        }
    }
}
