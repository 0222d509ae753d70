//! Whether a database can be read, asked by the host itself.

use std::{fs::File, io::Read};

use super::{guard::Control, statement};
use crate::{bindings::Error, store::sqlite::Location};

/// What every SQLite file begins with, unless nothing has been written to it yet.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

pub(super) fn read(location: &Location, connection: &rusqlite::Connection, control: &Control) -> Result<(), Error> {
    // A connection may answer from its own memory, long after its file is gone.
    header(location)?;
    statement::query(connection, control, "SELECT count(*) FROM sqlite_schema", &[]).map(drop)
}

fn header(location: &Location) -> Result<(), Error> {
    let Location::File(path) = location else { return Ok(()) };
    let mut start = Vec::with_capacity(MAGIC.len());
    let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start));
    let unreadable = |why: String| Error::new(503, "unavailable", format!("{}: {why}", location.show()));
    match read {
        Err(error) => Err(unreadable(error.to_string())),
        Ok(_) if start.is_empty() || start == MAGIC => Ok(()),
        Ok(_) => Err(unreadable("this is no SQLite database any more".to_owned())),
    }
}
