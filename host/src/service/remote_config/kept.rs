//! The last good answer of a configuration service.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::document::Document;
use crate::storage::store::own;
use parking_lot::Mutex;

/// The last document that was good: in memory over swaps, in the service's own folder over restarts.
pub(crate) struct LastGood {
    file: PathBuf,
    document: Mutex<Option<Arc<Document>>>,
}

impl LastGood {
    /// `file` is the TSK file. Reads nothing yet.
    pub(crate) fn new(file: &Path) -> Self {
        Self {
            file: own::beside(file, ".remote.json"),
            document: Mutex::default(),
        }
    }

    /// The last good document of `source`. What is on disk and cannot be read is no document.
    pub(crate) fn get(&self, source: &str) -> Option<Arc<Document>> {
        let mut document = self.document.lock();
        if document.is_none() {
            *document = read(&self.file).map(Arc::new);
        }
        document.clone().filter(|document| document.source == source)
    }

    /// Blocks while it writes.
    pub(crate) fn put(&self, document: Arc<Document>) -> io::Result<()> {
        *self.document.lock() = Some(document.clone());
        write(&self.file, &document)
    }
}

fn read(file: &Path) -> Option<Document> {
    serde_json::from_slice(&own::read(file).ok()?).ok()
}

/// For nobody else's eyes: values may be secrets.
fn write(file: &Path, document: &Document) -> io::Result<()> {
    own::write(file, &serde_json::to_vec(document)?)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

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
        assert_eq!(LastGood::new(&file).get("here"), None);
        LastGood::new(&file).put(document.clone()).unwrap();
        let restarted = LastGood::new(&file);
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
        assert_eq!(LastGood::new(&file).get("here"), None, "half a document is none");
    }
}
