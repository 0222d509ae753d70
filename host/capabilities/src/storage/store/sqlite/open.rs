//! Opening a database: by SQLite, and by nobody else in this process.

use std::{
    ffi::c_int,
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, ffi, hooks::Wal, wal::CheckpointMode};

use super::Location;
use crate::{
    base::{limits, reserved},
    storage::store::own,
};

/// Opens a database for reading and writing; makes it where it is not there.
pub fn open(location: &Location) -> rusqlite::Result<Connection> {
    // Without `SQLITE_OPEN_URI` a path is a path, whatever it contains.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match location {
        Location::Memory(_) => Connection::open_in_memory_with_flags(flags),
        Location::File(path) => {
            reserved::reserve(path);
            if !own::is_own(path) {
                return Connection::open_with_flags(path, flags);
            }
            let path = prepare_own(path).map_err(cannot_open)?;
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NOFOLLOW)
        }
    }
}

fn prepare_own(path: &Path) -> io::Result<PathBuf> {
    own::make_own_folder(path)?;
    own::make_database(path)?;
    own::without_links(path)
}

fn cannot_open(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some(error.to_string()))
}

/// What every connection is told of a database in a file: to write ahead, and to keep what is written ahead short.
pub fn write_ahead(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Answers with a row, so it is read rather than updated.
    let limit = format!("PRAGMA journal_size_limit = {}", limits::SQL_WAL_KEPT);
    connection.query_row(&limit, [], |_| Ok(()))?;
    connection.wal_hook(Some(|wal: &mut Wal, pages: c_int| {
        let mode = match pages {
            0..limits::SQL_CHECKPOINT => return Ok(()),
            limits::SQL_CHECKPOINT..limits::SQL_WAL => CheckpointMode::PASSIVE,
            // Readers that overlap keep it from beginning anew: this writer waits for them, and so do those after it.
            _ => CheckpointMode::RESTART,
        };
        // What was written is committed, whatever becomes of this: a later commit tries again.
        let _ = wal.checkpoint_v2(mode);
        Ok(())
    }))
}

/// The files that a connection has open, to tell when others have taken their place: SQLite would go on and write to
/// what nobody finds any more.
#[derive(Debug, Default)]
pub struct FileIdentity {
    files: Vec<(PathBuf, (u64, u64))>,
}

impl FileIdentity {
    /// Of a database that has just been read.
    pub fn of(location: &Location) -> Self {
        let Location::File(path) = location else {
            return Self::default();
        };
        let parts = ["", "-wal", "-shm"].map(|part| reserved::with(path, part));
        let there = parts
            .into_iter()
            .filter_map(|path| reserved::identity(&path).map(|identity| (path, identity)));
        Self { files: there.collect() }
    }

    /// Says which file is no longer where it was.
    pub(crate) fn check(&self) -> Result<(), String> {
        let gone = |(path, identity): &&(PathBuf, (u64, u64))| reserved::identity(path) != Some(*identity);
        match self.files.iter().find(gone) {
            None => Ok(()),
            Some((path, _)) => Err(format!(
                "{} was moved, removed or replaced while the service has it open: put it back, or stop the service, put the \
                 database where it belongs, and start it again",
                path.display()
            )),
        }
    }
}
