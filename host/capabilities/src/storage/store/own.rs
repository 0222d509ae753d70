//! The folder beside a TSK file that is the host's own, and what is in it: for this user's eyes, and reached through no link.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::base::{
    folder::folder,
    reserved::{self, PARTS},
};

/// What the folder is called.
pub(crate) const OWN_FOLDER: &str = ".tusk";

/// `.tusk/NAME` and `ending`, beside the TSK file `NAME.tsk`.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = file.file_stem().unwrap_or_else(|| "service".as_ref());
    let mut path = folder(file).join(OWN_FOLDER).join(name);
    path.as_mut_os_string().push(ending);
    path
}

/// Whether `file` is in a folder of this kind. Other folders are their owner's to make, and their links to follow.
pub(crate) fn is_own(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with(OWN_FOLDER))
}

/// Makes the folder that `file` is in, if it is this one, and looks whether what is there is what this host made: a
/// link may lead anywhere. What others could read they can read no more.
pub(crate) fn make_own_folder(file: &Path) -> io::Result<()> {
    look(file)?;
    let (Some(own), true) = (file.parent(), is_own(file)) else {
        return Ok(());
    };
    match fs::symlink_metadata(own) {
        Err(_) => make(own)?,
        Ok(about) => close(own, &about, 0o700)?,
    }
    for path in PARTS.map(|part| reserved::with(file, part)) {
        if let Ok(about) = fs::symlink_metadata(&path) {
            close(&path, &about, 0o600)?;
        }
    }
    Ok(())
}

/// Whether what is in the place of the host's own folder and of `file` in it is what this host makes there. Changes nothing.
pub(crate) fn look(file: &Path) -> io::Result<()> {
    let (Some(own), true) = (file.parent(), is_own(file)) else {
        return Ok(());
    };
    match fs::symlink_metadata(own) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(about) if !about.is_dir() => return Err(not_own(own, "a folder")),
        Ok(_) => {}
    }
    for path in PARTS.map(|part| reserved::with(file, part)) {
        if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
            return Err(not_own(&path, "a file"));
        }
    }
    Ok(())
}

/// The file by a path without links, so that a link which is put there later can be told from it.
pub(crate) fn without_links(file: &Path) -> io::Result<PathBuf> {
    match (file.parent(), file.file_name()) {
        (Some(own), Some(name)) => Ok(folder(own).canonicalize()?.join(OWN_FOLDER).join(name)),
        _ => Ok(file.to_owned()),
    }
}

/// Makes an empty file for a database that is the host's own, readable by this user alone; SQLite gives its `-wal` and
/// `-shm` the same permissions. What is there stays as it is. The draft is closed before it has the database's name.
pub(crate) fn make_database(file: &Path) -> io::Result<()> {
    if fs::symlink_metadata(file).is_ok() {
        return Ok(());
    }
    let draft = draft(file);
    create(&draft)?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        // Another host was faster, or the file system knows no second names: then SQLite makes it.
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound) => Ok(()),
        other => other,
    }
}

/// Writes one of the host's own files whole or not at all. Hosts that share the folder write the one after the other.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    make_own_folder(file)?;
    let draft = draft(file);
    let written = create(&draft)
        .and_then(|mut open| open.write_all(bytes))
        .and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        // What is left of it is of no use; that it could not be written is what is told.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Reads one of the host's own files.
pub fn read(file: &Path) -> io::Result<Vec<u8>> {
    make_own_folder(file)?;
    fs::read(file)
}

fn make(own: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(own) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => {
            // What a service keeps is no part of its source. Another host may have said so already.
            let _ = create(&own.join(".gitignore")).and_then(|mut file| file.write_all(b"*\n"));
            Ok(())
        }
    }
}

/// A new file: never one that is there, and so never what a link leads to.
fn create(file: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

/// A name beside `file` that nobody else has: hosts in containers that share the folder may all be process 1.
fn draft(file: &Path) -> PathBuf {
    reserved::with(file, &format!(".{:016x}", fastrand::u64(..)))
}

fn close(path: &Path, about: &fs::Metadata, mode: u32) -> io::Result<()> {
    if about.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
}

fn not_own(path: &Path, what: &str) -> io::Error {
    let is = match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => "a symbolic link",
        _ => "something else",
    };
    let message = format!(
        "{} is {is}, which is not followed: what the host keeps is {what} of its own; move it away, and where the data \
         should be elsewhere, name its place (`[state] url`, `[message_queue] url`)",
        path.display()
    );
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = beside(&folder.path().join("users.tsk"), ".json");
        write(&file, b"one").unwrap();
        write(&file, b"two").unwrap();
        assert_eq!(read(&file).unwrap(), b"two");
        let own = file.parent().unwrap();
        assert_eq!(
            (mode(own), mode(&file), mode(&own.join(".gitignore"))),
            (0o700, 0o600, 0o600)
        );
        let names = fs::read_dir(own).unwrap().count();
        assert_eq!(names, 2, "no draft is left");
    }

    #[test]
    fn what_others_could_read_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let file = beside(&folder.path().join("users.tsk"), ".db");
        let own = file.parent().unwrap();
        fs::create_dir(own).unwrap();
        let paths = PARTS.map(|part| reserved::with(&file, part));
        for path in &paths {
            fs::write(path, "").unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        }
        fs::set_permissions(own, Permissions::from_mode(0o755)).unwrap();
        make_own_folder(&file).unwrap();
        assert_eq!(mode(own), 0o700);
        assert!(paths.iter().all(|path| mode(path) == 0o600));
    }

    #[test]
    fn no_link_is_followed() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tsk = folder.path().join("users.tsk");
        let own = folder.path().join(OWN_FOLDER);
        symlink(elsewhere.path(), &own).unwrap();
        let file = beside(&tsk, ".db");
        let error = write(&file, b"data").unwrap_err().to_string();
        assert!(error.contains(".tusk is a symbolic link"), "{error}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        fs::remove_file(&own).unwrap();
        for part in PARTS {
            make_own_folder(&file).unwrap();
            let target = elsewhere.path().join("target");
            fs::write(&target, "theirs").unwrap();
            symlink(&target, reserved::with(&file, part)).unwrap();
            for error in [
                write(&file, b"data").err(),
                read(&file).err(),
                make_own_folder(&file).err(),
            ] {
                assert!(error.unwrap().to_string().contains("is a symbolic link"));
            }
            assert_eq!(fs::read(&target).unwrap(), b"theirs");
            fs::remove_file(reserved::with(&file, part)).unwrap();
        }
    }
}
