//! A language's SDK, as it is embedded in this program.

use std::{
    fs,
    path::{Path, PathBuf},
};

use include_dir::Dir;
use sha2::{Digest, Sha256};

use crate::{
    cache::{hex, write_atomically},
    problem::Problem,
};

/// What modules of a language are compiled with: files that are written out before a compiler runs.
#[derive(Debug)]
pub(crate) struct SdkSource {
    files: Vec<(PathBuf, &'static [u8])>,
    fingerprint: [u8; 32],
}

impl SdkSource {
    /// Files one by one, and whole folders, by the paths that they get. `revision` changes when the way of compiling changes
    /// what comes out.
    pub(crate) fn embedded(
        revision: &str,
        files: &[(&str, &'static str)],
        folders: &[(&str, &'static Dir<'static>)],
    ) -> Self {
        let mut files: Vec<(PathBuf, &[u8])> = files
            .iter()
            .map(|(path, text)| (path.into(), text.as_bytes()))
            .collect();
        for (path, folder) in folders {
            collect(folder, Path::new(path), &mut files);
        }
        files.sort();
        let mut hash = Sha256::new_with_prefix(revision);
        for (path, bytes) in &files {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        Self {
            files,
            fingerprint: hash.finalize().into(),
        }
    }

    /// Everything beside the texts that decides a module.
    pub(crate) fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// Writes the files below a folder. One that is the same keeps its time, so that tools go on where they were stopped.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Problem> {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            if fs::read(&path).is_ok_and(|known| known == *bytes) {
                continue;
            }
            fs::create_dir_all(path.parent().unwrap_or(folder))
                .and_then(|()| write_atomically(&path, bytes))
                .map_err(|error| Problem::io(format!("write {}", path.display()), &error))?;
        }
        Ok(())
    }
}

fn collect(folder: &Dir<'static>, below: &Path, files: &mut Vec<(PathBuf, &'static [u8])>) {
    files.extend(folder.files().map(|file| (below.join(file.path()), file.contents())));
    for inner in folder.dirs() {
        collect(inner, below, files);
    }
}

/// A folder's name for what a hash decides.
pub(crate) fn named(what: &str, hash: &[u8]) -> String {
    let hash = hex(hash);
    format!("{what}-{}", hash.get(..16).unwrap_or(&hash))
}
