use std::{
    io::{self, Read},
    path::Path,
};

use cap_std::{
    ambient_authority,
    fs::{Dir, MetadataExt},
};
use tsk::Environment;

use crate::reserved;

/// The folder of the TSK file: all that the file can read. No path, link or `..` leads out of it.
pub(crate) struct Folder {
    dir: Dir,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            dir: Dir::open_ambient_dir(path, ambient_authority())?,
        })
    }
}

impl Folder {
    /// A file's bytes, or an error when there are more than `most`.
    pub(crate) fn read_at_most(&self, path: &str, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.dir.open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
        let message = format!("it is longer than {} MiB", most >> 20);
        Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
    }
}

impl Environment for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let about = self.dir.metadata(path)?;
        reserved::refuse_file((about.dev(), about.ino()))?;
        self.dir.read(path)
    }

    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }
}

/// The folder that a file is in.
pub(crate) fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
