//! A folder with a TSK file, gone after the test.

use std::{fs, path::Path, path::PathBuf};

use tempfile::TempDir;

/// A folder with a TSK file, removed when dropped.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    /// A folder with `service.tsk`.
    pub(crate) fn new(text: &str) -> Self {
        let folder = Self {
            folder: TempDir::new().expect("a temporary folder can be made"),
        };
        folder.write("service.tsk", text);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes as an editor does: whole, by a rename.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let draft = self.file(&format!(".{name}.draft"));
        fs::write(&draft, text).expect("the folder can be written");
        fs::rename(draft, self.file(name)).expect("the draft can be renamed");
    }
}
