use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::document::Document;
use crate::store::own;

/// The last document that was good: in memory over swaps, in the service's own folder over restarts.
pub(crate) struct Kept {
    file: PathBuf,
    document: Mutex<Option<Arc<Document>>>,
}

impl Kept {
    /// `file` is the TSK file. Reads nothing yet.
    pub(crate) fn new(file: &Path) -> Self {
        Self {
            file: own::beside(file, ".remote.json"),
            document: Mutex::default(),
        }
    }

    /// The last good document of `source`. What is on disk and cannot be read is no document.
    pub(super) fn get(&self, source: &str) -> Option<Arc<Document>> {
        let mut document = self.document.lock().unwrap_or_else(PoisonError::into_inner);
        if document.is_none() {
            *document = read(&self.file).map(Arc::new);
        }
        document.clone().filter(|document| document.source == source)
    }

    /// Blocks while it writes.
    pub(super) fn put(&self, document: Arc<Document>) -> io::Result<()> {
        *self.document.lock().unwrap_or_else(PoisonError::into_inner) = Some(document.clone());
        write(&self.file, &document)
    }
}

fn read(file: &Path) -> Option<Document> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// Whole or not at all, and for nobody else's eyes: values may be secrets. Hosts that share the folder write the one after
/// the other.
fn write(file: &Path, document: &Document) -> io::Result<()> {
    own::make_own_folder(file)?;
    let mut draft = file.to_owned();
    draft.as_mut_os_string().push(format!(".{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut open| open.write_all(&serde_json::to_vec(document)?))
        .and_then(|()| fs::rename(&draft, file));
    if written.is_err() {
        // What is left of it is of no use; that it could not be written is what is told.
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_good_document_outlives_the_process_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("users.tsk");
        let document = Arc::new(Document {
            source: "here".to_owned(),
            etag: Some("\"1\"".to_owned()),
            values: json!({"a": {"b": 1}}),
        });
        assert_eq!(Kept::new(&file).get("here"), None);
        Kept::new(&file).put(document.clone()).unwrap();
        let restarted = Kept::new(&file);
        assert_eq!(restarted.get("elsewhere"), None);
        assert_eq!(restarted.get("here"), Some(document));
        let kept = folder.path().join(".tusk/users.remote.json");
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(folder.path().join(".tusk")).unwrap().count(),
            2,
            "it and .gitignore"
        );
        fs::write(&kept, "{\"source\": \"here").unwrap();
        assert_eq!(Kept::new(&file).get("here"), None, "half a document is none");
    }
}
