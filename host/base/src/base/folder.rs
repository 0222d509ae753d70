//! Files that a TSK file may read.

use std::{
    fs,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, MetadataExt},
};
use tsk::Environment;

use crate::base::reserved;

/// What is read of a text that may be too long. Bytes.
pub const ENOUGH: u64 = tsk::FILE_BYTES as u64 + 1;

/// The folder of the TSK file: all that the file can read. No path, link or `..` leads out of it.
pub struct Folder {
    dir: Dir,
}

impl Folder {
    /// Opens a folder, from which all is read later, even if another takes its place. Fails where it is missing or is
    /// none.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            dir: Dir::open_ambient_dir(path, ambient_authority())?,
        })
    }
}

impl Folder {
    /// A file's bytes, or an error when there are more than `most`.
    pub fn read_at_most(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
        let message = format!("it is longer than {} MiB", most >> 20);
        Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
    }

    fn file(&self, path: &str) -> io::Result<cap_std::fs::File> {
        // Before it is opened: closing a database's file would drop SQLite's locks on it.
        let about = self.dir.metadata(path)?;
        reserved::refuse_file((about.dev(), about.ino()))?;
        let mut options = cap_std::fs::OpenOptions::new();
        cap_std::fs::OpenOptionsExt::custom_flags(options.read(true), libc::O_NONBLOCK);
        let file = self.dir.open_with(path, &options).map_err(of_a_socket)?;
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(not_regular())
        }
    }
}

/// Opens a regular file wherever it is. Anything else is refused, and not waited for: a pipe has no end that is known, and
/// reading a device may do anything.
pub fn open_regular(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    let file = options.open(path).map_err(of_a_socket)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(not_regular())
    }
}

fn not_regular() -> io::Error {
    let message = "it is a folder, a pipe, a socket or a device, and only regular files are read";
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// What the system says of a socket is that it has no device.
fn of_a_socket(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::ENXIO) => not_regular(),
        _ => error,
    }
}

impl Environment for Folder {
    /// One byte more than a file may have tells that there are more.
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file(path)?.take(ENOUGH).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }
}

/// The folder that a file is in.
pub fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn only_regular_files_are_read_and_nothing_is_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("file"), "text").unwrap();
        fs::create_dir(at("folder")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        assert!(made.success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        for name in ["file", "folder", "pipe", "socket"] {
            std::os::unix::fs::symlink(name, at(&format!("to-{name}"))).unwrap();
        }
        let folder = Folder::open(place.path()).unwrap();
        for name in ["file", "to-file"] {
            assert_eq!(folder.read(name).unwrap(), b"text");
            assert_eq!(folder.read_at_most(name, 4).unwrap(), b"text");
            assert!(open_regular(&at(name)).is_ok());
        }
        fs::File::create(at("long")).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(folder.read("long").unwrap().len(), tsk::FILE_BYTES + 1);
        for name in ["folder", "pipe", "socket", "to-folder", "to-pipe", "to-socket"] {
            let errors = [
                folder.read(name).unwrap_err(),
                folder.read_at_most(name, 4).unwrap_err(),
                open_regular(&at(name)).unwrap_err(),
            ];
            for error in errors {
                assert!(error.to_string().contains("only regular files"), "{name}: {error}");
            }
        }
        assert!(open_regular(Path::new("/dev/zero")).is_err());
    }
}
