//! Tells when one of a set of files may have changed.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use crate::folder::folder;

/// Editors write a file in several steps (truncate, write, rename): wait until they have been quiet this long.
const QUIET: Duration = Duration::from_millis(15);

/// Watches folders rather than files: a file that is replaced by a rename is another file to the operating system.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<Vec<PathBuf>>,
    folders: HashSet<PathBuf>,
    files: HashSet<PathBuf>,
}

impl Watch {
    pub(crate) fn new() -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                // The receiver is gone only when the watch is.
                let _ = sender.send(event.paths);
            }
        })?;
        Ok(Self {
            watcher,
            events,
            folders: HashSet::new(),
            files: HashSet::new(),
        })
    }

    /// From now on, these files.
    pub(crate) fn set(&mut self, files: &[PathBuf]) {
        self.files = files.iter().map(|file| absolute(file)).collect();
        let folders: HashSet<PathBuf> = self.files.iter().map(|file| folder(file).to_owned()).collect();
        for gone in self.folders.difference(&folders) {
            // A folder that was removed is no longer watched anyway.
            let _ = self.watcher.unwatch(gone);
        }
        for new in folders.difference(&self.folders) {
            if let Err(error) = self.watcher.watch(new, RecursiveMode::NonRecursive) {
                tracing::warn!(folder = %new.display(), %error, "changes in this folder will not be seen");
            }
        }
        self.folders = folders;
    }

    /// Waits until one of the files may have changed and the changes have come to rest.
    pub(crate) async fn changed(&mut self) {
        loop {
            let Some(paths) = self.events.recv().await else {
                return std::future::pending().await;
            };
            if self.concerns(&paths) {
                break;
            }
        }
        while tokio::time::timeout(QUIET, self.events.recv())
            .await
            .is_ok_and(|event| event.is_some())
        {}
    }

    fn concerns(&self, paths: &[PathBuf]) -> bool {
        paths.iter().any(|path| self.files.contains(path))
    }
}

/// The folder resolved, the file's own name kept: a link that is replaced still counts.
fn absolute(file: &Path) -> PathBuf {
    let folder = folder(file);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    file.file_name()
        .map_or_else(|| folder.clone(), |name| folder.join(name))
}
