//! Tells when one of a set of files has changed.
//!
//! What a file is now is compared with what it was, links followed to their end: so it does not matter whether it was
//! written, replaced by a rename, or is reached by a link that leads elsewhere now. The operating system's events only
//! say when to look, and who is still writing. Where they fail (other file systems, replaced folders, no watches left), it
//! is looked every second all the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, ModifyKind},
};
use parking_lot::{Mutex, MutexGuard};
use tokio::{sync::Notify, time::timeout};

use crate::{
    base::{folder::folder, limits},
    observe::tasks,
};

/// Looks at files that are set, until it is dropped.
pub(crate) struct Watch {
    /// None where the system gives no events.
    watcher: Option<RecommendedWatcher>,
    heard: Arc<Heard>,
    folders: BTreeSet<PathBuf>,
    /// As they were when they were last told of.
    files: WatchedFiles,
    /// What changed after this has not been told of.
    since: SystemTime,
}

type WatchedFiles = BTreeMap<PathBuf, Option<Fingerprint>>;

/// What a file is, at the end of all links.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fingerprint {
    device: u64,
    inode: u64,
    size: u64,
    /// Of the text and of all else. Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
}

/// What events said since it was last asked.
#[derive(Default)]
struct Heard {
    news: Notify,
    state: Mutex<Hearing>,
}

#[derive(Default)]
struct Hearing {
    /// The watched files, by all their names. Events of others are nobody's.
    names: HashSet<PathBuf>,
    /// Those that somebody has written to and not closed yet.
    unfinished: HashSet<PathBuf>,
}

impl Watch {
    /// Looks at no files yet. Where the system tells of no changes, the log says so, and it is looked every second.
    pub(crate) fn new() -> Self {
        let heard = Arc::<Heard>::default();
        let hearing = heard.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event {
                tasks::shield("file_events", || hearing.hear(&event));
            }
        });
        let watcher = watcher
            .inspect_err(
                |error| tracing::warn!(%error, "changes of files are seen a second later: the system tells of none"),
            )
            .ok();
        Self {
            watcher,
            heard,
            folders: BTreeSet::new(),
            files: WatchedFiles::new(),
            since: SystemTime::now(),
        }
    }

    /// From now on, these files. Call it after they were read: what has changed meanwhile is told of.
    pub(crate) fn set(&mut self, files: &[PathBuf]) {
        let known = std::mem::take(&mut self.files);
        let as_read = |file: &PathBuf| {
            let state = known.get(file).cloned().unwrap_or_else(|| state(file));
            state.filter(|state| known.contains_key(file) || state.is_before(self.since))
        };
        self.files = files.iter().map(|file| (file.clone(), as_read(file))).collect();
        self.listen();
    }

    /// Folders are watched rather than files, those of a link and of what it leads to: a file that is replaced by a
    /// rename is another file to the system. Anew each time, since a folder may have been replaced, too.
    fn listen(&mut self) {
        let names: HashSet<PathBuf> = self.files.keys().flat_map(|file| names(file)).collect();
        let folders: BTreeSet<PathBuf> = names.iter().map(|name| folder(name).to_owned()).collect();
        self.heard.lock().names = names;
        let Some(watcher) = &mut self.watcher else { return };
        for old in std::mem::take(&mut self.folders) {
            // A folder that was removed is no longer watched anyway.
            let _ = watcher.unwatch(&old);
        }
        for folder in folders {
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.folders.insert(folder)),
                // One that is not there is waited for.
                Err(error) if folder.exists() => {
                    tracing::debug!(folder = %folder.display(), %error, "changes in this folder are seen a second later");
                }
                Err(_) => {}
            }
        }
    }

    /// Waits until one of the files has changed, and the change has come to rest.
    pub(crate) async fn changed(&mut self) {
        loop {
            // Whoever is still writing will be heard when he closes the file, or is waited for long enough.
            let news = timeout(limits::WATCH_LOOK, self.heard.news.notified()).await;
            let now = look(&self.files).await;
            if now == self.files {
                if news.is_err() && self.is_deaf() {
                    self.listen();
                }
                continue;
            }
            self.files = self.settle(now).await;
            self.since = SystemTime::now();
            return;
        }
    }

    /// Editors write a file in several steps (truncate, write, rename). The wait for their end has one itself.
    async fn settle(&self, mut before: WatchedFiles) -> WatchedFiles {
        let started = Instant::now();
        loop {
            tokio::time::sleep(limits::WATCH_QUIET).await;
            let now = look(&self.files).await;
            let is_written = !self.heard.lock().unfinished.is_empty();
            // Some editors move the old file away first.
            let is_gone = now
                .iter()
                .any(|(file, state)| state.is_none() && self.files.get(file) != Some(&None));
            let most = if is_written {
                limits::WATCH_WRITER
            } else {
                limits::WATCH_SETTLE
            };
            if (now == before && !is_written && !is_gone) || started.elapsed() > most {
                self.heard.lock().unfinished.clear();
                return now;
            }
            before = now;
        }
    }

    /// A folder was replaced, or a link leads elsewhere: what is listened to is not what is there.
    fn is_deaf(&self) -> bool {
        self.watcher.is_some() && self.folders.is_empty()
    }
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Hearing> {
        self.state.lock()
    }

    fn hear(&self, event: &Event) {
        let mut hearing = self.lock();
        let ours: Vec<&PathBuf> = event
            .paths
            .iter()
            .filter(|path| hearing.names.contains(*path))
            .collect();
        if ours.is_empty() {
            return;
        }
        match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) | EventKind::Remove(_) => {
                for path in ours {
                    hearing.unfinished.remove(path);
                }
            }
            // Read, opened, or closed after reading.
            EventKind::Access(_) => return,
            EventKind::Modify(ModifyKind::Data(_)) => {
                hearing.unfinished.extend(ours.into_iter().cloned());
            }
            EventKind::Modify(ModifyKind::Name(_)) => {
                for path in ours {
                    hearing.unfinished.remove(path);
                }
            }
            _ => {}
        }
        drop(hearing);
        self.news.notify_one();
    }
}

impl Fingerprint {
    /// Whether the file was so before a time already.
    fn is_before(&self, time: SystemTime) -> bool {
        let time = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.changed <= (time.as_secs() as i64, i64::from(time.subsec_nanos()))
    }
}

/// The files as they are now. On a thread of its own: a file system may be slow to say.
async fn look(files: &WatchedFiles) -> WatchedFiles {
    let paths: Vec<PathBuf> = files.keys().cloned().collect();
    let looking = tasks::block("watch", move || {
        paths
            .into_iter()
            .map(|path| {
                let state = state(&path);
                (path, state)
            })
            .collect()
    });
    // It ends early only with the process.
    looking.await.unwrap_or_else(|_| files.clone())
}

/// None for a file that is not there.
fn state(file: &Path) -> Option<Fingerprint> {
    let data = fs::metadata(file).ok()?;
    Some(Fingerprint {
        device: data.dev(),
        inode: data.ino(),
        size: data.size(),
        modified: (data.mtime(), data.mtime_nsec()),
        changed: (data.ctime(), data.ctime_nsec()),
    })
}

/// What events call a file: its own name in its resolved folder, and that of what it leads to.
fn names(file: &Path) -> Vec<PathBuf> {
    let place = folder(file);
    let place = place.canonicalize().unwrap_or_else(|_| place.to_owned());
    let own = file.file_name().map_or_else(|| place.clone(), |name| place.join(name));
    let end = file.canonicalize().ok().filter(|end| *end != own);
    std::iter::once(own).chain(end).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write, os::unix::fs::symlink, time::Duration};

    use tempfile::TempDir;

    use super::*;

    /// Long enough for the slowest way to see a change on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    async fn is_told(watch: &mut Watch) -> bool {
        timeout(PATIENCE, watch.changed()).await.is_ok()
    }

    fn watch(file: &Path) -> Watch {
        let mut watch = Watch::new();
        watch.set(&[file.to_owned()]);
        watch
    }

    #[tokio::test]
    async fn every_way_to_change_a_file_is_told_of() {
        let place = TempDir::new().unwrap();
        let at = |name: &str| place.path().join(name);
        for folder in ["one", "two", "real"] {
            fs::create_dir(at(folder)).unwrap();
            fs::write(at(folder).join("file"), folder).unwrap();
        }
        symlink("one", at("current")).unwrap();
        fs::create_dir(at("links")).unwrap();
        symlink("../real/file", at("links/file")).unwrap();

        let (release, link) = (at("current/file"), at("links/file"));
        let mut watch = watch(&release);
        watch.set(&[release.clone(), link.clone()]);
        let files = [release, link];
        let changes: [(&str, &dyn Fn()); 8] = [
            ("written", &|| fs::write(at("one/file"), "written").unwrap()),
            ("renamed", &|| {
                fs::write(at("draft"), "renamed").unwrap();
                fs::rename(at("draft"), at("one/file")).unwrap();
            }),
            ("the folder's link leads elsewhere", &|| {
                symlink("two", at("next")).unwrap();
                fs::rename(at("next"), at("current")).unwrap();
            }),
            ("written there", &|| fs::write(at("two/file"), "there").unwrap()),
            ("the end of a link is written", &|| {
                fs::write(at("real/file"), "end").unwrap()
            }),
            ("the link leads elsewhere", &|| {
                fs::write(at("real/other"), "other").unwrap();
                symlink("../real/other", at("links/next")).unwrap();
                fs::rename(at("links/next"), at("links/file")).unwrap();
            }),
            ("its folder is another", &|| {
                fs::rename(at("two"), at("old")).unwrap();
                fs::create_dir(at("two")).unwrap();
                fs::write(at("two/file"), "another").unwrap();
            }),
            ("written in that", &|| fs::write(at("two/file"), "in that").unwrap()),
        ];
        for (what, change) in changes {
            change();
            assert!(is_told(&mut watch).await, "{what}");
            watch.set(&files);
        }
    }

    #[tokio::test]
    async fn who_writes_slowly_is_waited_for() {
        let place = TempDir::new().unwrap();
        let path = place.path().join("file");
        fs::write(&path, "before").unwrap();
        let mut watch = watch(&path);
        let mut file = File::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        let mut telling = std::pin::pin!(watch.changed());
        // Far longer than a file must be quiet, and shorter than a writer is waited for.
        assert!(timeout(limits::WATCH_QUIET * 20, telling.as_mut()).await.is_err());
        file.write_all(b", whole").unwrap();
        drop(file);
        assert!(timeout(PATIENCE, telling).await.is_ok());
        assert_eq!(fs::read_to_string(&path).unwrap(), "half, whole");
    }

    #[tokio::test]
    async fn what_others_write_beside_it_is_nobodys() {
        let place = TempDir::new().unwrap();
        let path = place.path().join("file");
        fs::write(&path, "before").unwrap();
        let mut watch = watch(&path);
        for round in 0..100 {
            fs::write(place.path().join("beside"), round.to_string()).unwrap();
        }
        assert!(timeout(limits::WATCH_LOOK * 2, watch.changed()).await.is_err());
        fs::write(&path, "after").unwrap();
        assert!(is_told(&mut watch).await);
    }

    #[tokio::test]
    async fn what_changed_while_it_was_read_is_told_of() {
        let place = TempDir::new().unwrap();
        let (first, included) = (place.path().join("first"), place.path().join("included"));
        fs::write(&first, "1").unwrap();
        let mut watch = watch(&first);
        // Found out about by reading the first, and changed since.
        tokio::time::sleep(Duration::from_millis(20)).await;
        fs::write(&included, "2").unwrap();
        watch.set(&[first, included]);
        assert!(is_told(&mut watch).await);
    }
}
