//! What the hooks of one connection look at, and what its users have of each other: nothing.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Instant,
};

use super::super::error::SqlError;
use crate::{
    base::limits,
    storage::store::sqlite::{FileIdentity, Location},
};
use parking_lot::Mutex;

/// The connection's thread and whoever waits for it share it.
#[derive(Default)]
pub(super) struct Control {
    /// When the statement that runs must be over.
    deadline: Mutex<Option<Instant>>,
    /// Nobody waits for the result any more.
    cancelled: AtomicBool,
    /// The host's own `BEGIN`, `COMMIT` and `ROLLBACK` run.
    own: AtomicBool,
    /// What the authorizer refused last.
    denied: Mutex<Option<String>>,
    /// What this user has written.
    written: Mutex<Written>,
    /// Rows that the last statement of this user has changed.
    changes: AtomicI64,
    /// Of the files, which the first connection to them knows.
    identity: OnceLock<Arc<FileIdentity>>,
}

impl Control {
    /// For a connection to files that others have open already, if they have.
    pub(super) fn of(identity: Option<Arc<FileIdentity>>) -> Self {
        let control = Self::default();
        if let Some(identity) = identity {
            let _ = control.identity.set(identity);
        }
        control
    }

    /// The connection is open, on this thread.
    pub(super) fn opened(&self, location: &Location) {
        self.identity.get_or_init(|| Arc::new(FileIdentity::of(location)));
        *self.written() = Written::of_this_thread();
    }

    pub(super) fn identity(&self) -> Option<Arc<FileIdentity>> {
        self.identity.get().cloned()
    }

    /// Begins a statement. Fails where nobody would find what it writes.
    pub(super) fn start(&self, deadline: Instant) -> Result<(), SqlError> {
        *self.deadline.lock() = Some(deadline);
        self.denied.lock().take();
        match self.identity.get().map(|identity| identity.check()) {
            Some(Err(why)) => Err(SqlError::Moved(why)),
            _ => Ok(()),
        }
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// What runs from now on is the host's own: no deadline, not cancelled.
    pub(super) fn release(&self) {
        self.cancelled.store(false, Ordering::Relaxed);
        *self.deadline.lock() = None;
    }

    /// Ready for the next user.
    pub(super) fn reset(&self) {
        self.release();
        self.changes.store(0, Ordering::Relaxed);
        self.written().restart();
    }

    pub(super) fn take_denied(&self) -> Option<String> {
        self.denied.lock().take()
    }

    pub(super) fn deny(&self, what: String) {
        *self.denied.lock() = Some(what);
    }

    pub(super) fn has_written_too_much(&self) -> bool {
        self.written().is_over
    }

    pub(super) fn changed(&self, rows: u64) {
        self.changes
            .store(i64::try_from(rows).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    pub(super) fn changes(&self) -> i64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Runs `work` with transaction statements allowed.
    pub(super) fn as_host<T>(&self, work: impl FnOnce() -> T) -> T {
        self.own.store(true, Ordering::Relaxed);
        let result = work();
        self.own.store(false, Ordering::Relaxed);
        result
    }

    /// Runs `work`, which may write what the database may hold.
    pub(super) fn unbounded<T>(&self, work: impl FnOnce() -> T) -> T {
        let meter = self.written().meter.take();
        let result = work();
        let mut written = self.written();
        written.meter = meter;
        written.restart();
        result
    }

    pub(super) fn is_own(&self) -> bool {
        self.own.load(Ordering::Relaxed)
    }

    /// Whether the statement that runs must stop.
    pub(super) fn is_over(&self) -> bool {
        let deadline = *self.deadline.lock();
        let now = Instant::now();
        self.cancelled.load(Ordering::Relaxed)
            || deadline.is_some_and(|deadline| now >= deadline)
            || self.written().look(now)
    }

    fn written(&self) -> parking_lot::MutexGuard<'_, Written> {
        self.written.lock()
    }
}

/// What a connection's thread writes, to whichever files.
#[derive(Default)]
struct Written {
    /// What the system counts of the thread (Linux); elsewhere nobody does, and only deadlines bound it.
    meter: Option<File>,
    /// What it said when this user came. Bytes.
    before: u64,
    looked: Option<Instant>,
    is_over: bool,
}

impl Written {
    fn of_this_thread() -> Self {
        let mut written = Self {
            meter: File::open("/proc/thread-self/io").ok(),
            ..Self::default()
        };
        written.restart();
        written
    }

    fn restart(&mut self) {
        self.before = self.read().unwrap_or(0);
        self.looked = None;
        self.is_over = false;
    }

    /// Whether it was too much, looked at now and then.
    fn look(&mut self, now: Instant) -> bool {
        if self
            .looked
            .is_none_or(|looked| now - looked >= limits::SQL_WRITTEN_LOOK)
        {
            self.looked = Some(now);
            let written = self.read().map_or(0, |all| all.saturating_sub(self.before));
            self.is_over |= written > limits::SQL_WRITTEN;
        }
        self.is_over
    }

    /// Bytes since the thread began.
    fn read(&self) -> Option<u64> {
        let mut page = [0; 512];
        let length = self.meter.as_ref()?.read_at(&mut page, 0).ok()?;
        let text = std::str::from_utf8(page.get(..length)?).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("wchar: "))?;
        line.trim().parse().ok()
    }
}
