//! What to write instead of a database that cannot be opened.

use super::super::error::SqlError;
use crate::storage::store::sqlite::Location;

/// What to do about a database that cannot be opened.
pub(in super::super) fn help(location: &Location, error: &SqlError) -> String {
    match location {
        Location::File(path) => match path.parent() {
            _ if path.is_dir() => format!(
                "{0} is a folder: name a file in it, such as `sqlite:{0}/data.db`",
                path.display()
            ),
            Some(folder) if !folder.exists() => format!("create its folder: mkdir -p {}", folder.display()),
            _ if matches!(error, SqlError::Corrupt(_)) => {
                format!("{} is no SQLite database: name another file", path.display())
            }
            _ => format!(
                "check that this process may read and write {} and its folder",
                path.display()
            ),
        },
        Location::Memory(_) => "free some memory".into(),
    }
}
