//! The database files of this process. Nobody but SQLite opens them.
//!
//! POSIX drops every lock that a process has on a file when it closes *any* descriptor of it, and SQLite's locks are such. After
//! one look at a database file through another descriptor, the next program that closes the database takes itself for its last
//! user and unlinks `-wal` and `-shm` under this host, with all that is written from then on. So whatever reads a file that
//! others name asks here first. What `stat` tells needs no descriptor, and is safe.

use std::{
    collections::BTreeSet,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use parking_lot::Mutex;

/// What SQLite keeps of a database: the file, and what it puts beside it.
pub const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// For good: a file that was a database once is closed by nobody who knows whether it still is.
static DATABASES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// From now on, `database` is SQLite's alone.
pub fn reserve(database: &Path) {
    let mut databases = DATABASES.lock();
    databases.insert(database.to_owned());
}

/// Fails where `path` leads to a database of this process, by whatever name. What is not there leads nowhere.
pub fn refuse(path: &Path) -> io::Result<()> {
    identity(path).map_or(Ok(()), refuse_file)
}

/// As [`refuse`], of a file by its device and number.
pub(crate) fn refuse_file(file: (u64, u64)) -> io::Result<()> {
    let databases = DATABASES.lock();
    for database in databases.iter() {
        if PARTS.iter().any(|part| identity(&with(database, part)) == Some(file)) {
            let message = format!("it is the database {}, which only SQLite may open", database.display());
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
        }
    }
    Ok(())
}

/// What a path leads to: device and number. Opens nothing.
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    let about = fs::metadata(path).ok()?;
    Some((about.dev(), about.ino()))
}

/// The path of a part of a database.
pub fn with(database: &Path, part: &str) -> PathBuf {
    let mut path = database.to_owned();
    path.as_mut_os_string().push(part);
    path
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_database_is_known_by_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a.db", "a.db-wal", "a.db-shm", "other.txt"] {
            fs::write(at(name), "").unwrap();
        }
        symlink(at("a.db"), at("link")).unwrap();
        fs::hard_link(at("a.db-shm"), at("second-name")).unwrap();
        refuse(&at("a.db")).unwrap();
        reserve(&at("a.db"));
        for name in ["a.db", "a.db-wal", "a.db-shm", "link", "second-name", "../"] {
            let path = at(name);
            assert_eq!(refuse(&path).is_err(), name != "../", "{name}");
        }
        refuse(&at("other.txt")).unwrap();
        refuse(&at("nothing")).unwrap();
    }
}
