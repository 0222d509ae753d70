//! The AssemblyScript SDK, as it is embedded in this program.

use std::{
    fs,
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use crate::{cache::hex, problem::Problem};

static ASSEMBLY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/assemblyscript/assembly");
static TRANSFORM: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/assemblyscript/transform");
const PACKAGE: &str = include_str!("../../../guest-sdk/assemblyscript/package.json");
const LOCK: &str = include_str!("../../../guest-sdk/assemblyscript/package-lock.json");
/// One by one: the folder may also hold `node_modules`.
const FILES: &[(&str, &str)] = &[
    ("package.json", PACKAGE),
    ("package-lock.json", LOCK),
    ("index.ts", include_str!("../../../guest-sdk/assemblyscript/index.ts")),
    (super::worker::SCRIPT, include_str!("worker.mjs")),
];

/// The SDK and the worker's script as they are embedded in this program.
#[derive(Debug)]
pub(super) struct SdkSource {
    files: Vec<(PathBuf, &'static [u8])>,
    fingerprint: [u8; 32],
}

impl SdkSource {
    pub(super) fn embedded() -> Self {
        let mut files: Vec<(PathBuf, &[u8])> = FILES
            .iter()
            .map(|(path, text)| (path.into(), text.as_bytes()))
            .collect();
        collect(&ASSEMBLY, Path::new("assembly"), &mut files);
        collect(&TRANSFORM, Path::new("transform"), &mut files);
        files.sort();
        let mut hash = Sha256::new();
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

    /// Everything but the texts that decides a module.
    pub(super) fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }

    /// What decides the npm packages.
    pub(super) fn lock_fingerprint() -> String {
        let hash = Sha256::new_with_prefix(PACKAGE).chain_update(LOCK).finalize();
        hex(&hash).get(..16).unwrap_or_default().to_owned()
    }

    /// `package.json` and `package-lock.json`, for npm.
    pub(super) fn manifests() -> [(&'static str, &'static str); 2] {
        [("package.json", PACKAGE), ("package-lock.json", LOCK)]
    }

    /// Writes the files below `folder`, unless they are there; gives their own folder.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf, Problem> {
        let target = folder.join(format!("sdk-{}", hex(&self.fingerprint).get(..16).unwrap_or_default()));
        for (path, bytes) in &self.files {
            let path = target.join(path);
            if fs::read(&path).is_ok_and(|known| known == *bytes) {
                continue;
            }
            let written = fs::create_dir_all(path.parent().unwrap_or(&target))
                .and_then(|()| crate::cache::write_atomically(&path, bytes));
            written.map_err(|error| Problem::io(format!("write {}", path.display()), &error))?;
        }
        Ok(target)
    }
}

fn collect(folder: &Dir<'static>, below: &Path, files: &mut Vec<(PathBuf, &'static [u8])>) {
    files.extend(folder.files().map(|file| (below.join(file.path()), file.contents())));
    for inner in folder.dirs() {
        collect(inner, below, files);
    }
}
