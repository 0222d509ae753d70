//! Files that are written whole or not at all.
use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use sha2::{Digest, Sha256};

/// How many modules are kept; beyond, the ones unused for longest go.
const KEPT: usize = 1000;
const HASH: usize = 32;

/// Modules by the hash of what they were made from.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What was put under `key`. A file that was damaged is none.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let path = self.path(key);
        let mut bytes = fs::read(&path).ok()?;
        let (hash, content) = bytes.split_at_checked(HASH)?;
        if hash != Sha256::digest(content).as_slice() {
            return None;
        }
        // A failure makes the file older than it is, which costs a compile at worst.
        let _ = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        bytes.drain(..HASH);
        Some(bytes)
    }

    pub(crate) fn put(&self, key: &[u8], content: &[u8]) -> io::Result<()> {
        private_folder(&self.folder)?;
        write_atomically(&self.path(key), &[Sha256::digest(content).as_slice(), content].concat())?;
        self.trim()
    }

    fn path(&self, key: &[u8]) -> PathBuf {
        self.folder.join(format!("{}.module", hex(key)))
    }

    fn trim(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            files.push((
                entry.metadata().and_then(|metadata| metadata.modified()).ok(),
                entry.path(),
            ));
        }
        if files.len() <= KEPT {
            return Ok(());
        }
        files.sort();
        for (_, path) in &files[..files.len() - KEPT / 2] {
            // Another process may have removed it.
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Makes a folder that only this user can enter.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes beside the file and renames: a reader sees the old content or the new, never a part.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
