//! Whether a database can be read, asked by the host itself: through SQLite's own descriptor, and no other.

use super::{super::error::SqlError, control::Control, error::explain, statement};

pub(super) fn read(connection: &rusqlite::Connection, control: &Control) -> Result<(), SqlError> {
    // A connection may answer from its own memory, long after somebody has written over its file.
    connection.release_memory().map_err(|error| explain(error, control))?;
    statement::query(connection, control, "SELECT count(*) FROM sqlite_schema", &[]).map(drop)
}
