use std::{io, path::Path};

use cap_std::{ambient_authority, fs::Dir};
use tsk::Environment;

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

impl Environment for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
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
