//! Whether a database can be read, asked by the host itself.

use std::{fs::File, io::Read, time::Instant};

use super::{Sql, guard::Control, statement};
use crate::{bindings::Error, store::sqlite::Location};

/// What every SQLite file begins with, unless nothing has been written to it yet.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

impl Sql {
    /// Whether a database answers by `deadline`. One whose connections are all in use does. Not counted among the
    /// service's own statements.
    pub(crate) async fn check(&self, name: &str, deadline: Instant) -> Result<(), Error> {
        let pool = &self.database(name)?.pool;
        let lease = match pool.lease(deadline).await {
            Ok(lease) => lease,
            Err(error) if error.code == "busy" => return Ok(()),
            Err(error) => return Err(error),
        };
        let location = pool.location().clone();
        let read = move |connection: &rusqlite::Connection, control: &Control| {
            // A connection may answer from its own memory, long after its file is gone.
            header(&location)?;
            statement::query(connection, control, "SELECT count(*) FROM sqlite_schema", &[]).map(drop)
        };
        lease.run(deadline, read).await
    }
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
