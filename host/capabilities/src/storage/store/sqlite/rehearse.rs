//! What opening a database would say, found out without opening it for writing: nothing is made and nothing is changed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rusqlite::{Connection, OpenFlags, backup::Backup, ffi};
use rustix::fs::{Access, access};

use super::Location;
use crate::{
    base::{limits, reserved},
    storage::store::own::{self, OWN_FOLDER},
};

/// What would end a path in a URL.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// How much of a database was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// All of it, rows included.
    All,
    /// It is too large: its tables without their rows.
    Tables,
}

/// Whether a database could be opened, and made where it is not there.
pub fn look(location: &Location) -> rusqlite::Result<()> {
    let Location::File(path) = location else { return Ok(()) };
    own::look(path).map_err(cannot_open)?;
    let mut folder = path.parent().unwrap_or_else(|| Path::new(""));
    if folder.ends_with(OWN_FOLDER) && !folder.exists() {
        folder = folder.parent().unwrap_or(folder);
    }
    if folder.as_os_str().is_empty() {
        folder = Path::new(".");
    }
    // SQLite writes beside the database, too.
    allowed(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    if !path.exists() {
        return Ok(());
    }
    allowed(path, Access::READ_OK | Access::WRITE_OK)?;
    read(path)?.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// Copies what is in a database, as it is now, to one in memory.
pub fn copy(location: &Location, to: &mut Connection) -> rusqlite::Result<Copied> {
    let Location::File(path) = location else {
        return Ok(Copied::All);
    };
    if !path.exists() {
        return Ok(Copied::All);
    }
    let from = read(path)?;
    let size: i64 = from.query_row(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        [],
        |row| row.get(0),
    )?;
    if size > limits::SQL_COPIED as i64 {
        copy_tables(&from, to)?;
        return Ok(Copied::Tables);
    }
    // All pages in one step: a writer may come in between two of them.
    let backup = Backup::new(&from, to)?;
    backup.step(-1)?;
    Ok(Copied::All)
}

fn copy_tables(from: &Connection, to: &Connection) -> rusqlite::Result<()> {
    let statement = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite^_%' ESCAPE '^' \
                     AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow') \
                     ORDER BY type <> 'table', rowid";
    let mut statement = from.prepare(statement)?;
    let texts: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    texts.iter().try_for_each(|text| to.execute_batch(text))
}

/// A database that nobody has open has nothing written ahead, and is read as it lies there: SQLite makes files beside one
/// that it takes to be in use.
fn read(path: &Path) -> rusqlite::Result<Connection> {
    reserved::reserve(path);
    let is_in_use = fs::metadata(reserved::with(path, "-wal")).is_ok_and(|about| about.len() > 0);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if is_in_use {
        return Connection::open_with_flags(path, flags);
    }
    let absolute: PathBuf = path.canonicalize().map_err(cannot_open)?;
    let absolute = absolute
        .to_str()
        .ok_or_else(|| cannot_open(io::ErrorKind::InvalidFilename.into()))?;
    let url = format!("file://{}?immutable=1", utf8_percent_encode(absolute, ESCAPED));
    Connection::open_with_flags(url, flags | OpenFlags::SQLITE_OPEN_URI)
}

fn allowed(path: &Path, how: Access) -> rusqlite::Result<()> {
    access(path, how).map_err(|error| cannot_open(error.into()))
}

fn cannot_open(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some(error.to_string()))
}
