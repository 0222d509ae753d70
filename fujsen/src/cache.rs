//! Files that are written whole or not at all.
use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::{Component, Path, PathBuf},
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
    /// `folder` need not be there yet. It is the cache's alone: what is too much in it is removed.
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

    /// Keeps `content` under `key`, in the place of what was there. Makes the folder where there is none, and removes
    /// what was unused for longest where there is too much.
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
        for (_, path) in files.iter().take(files.len() - KEPT / 2) {
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
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Whether nobody but this user, and root, could have put something into a folder: what is there decides which programs
/// run. A folder that is not there is fine. Fails with a sentence for the user.
pub fn check(folder: &Path) -> Result<(), String> {
    let Ok(about) = fs::symlink_metadata(folder) else {
        return Ok(());
    };
    let shown = folder.display();
    if !about.is_dir() {
        return Err(format!("{shown} is a link or a file, not a folder"));
    }
    owned(folder, &about)?;
    if about.mode() & OTHERS_WRITE != 0 {
        return Err(format!(
            "others can write to {shown} (mode {:03o})",
            about.mode() & 0o777
        ));
    }
    check_way(folder)?;
    check_content(folder, 2)
}

const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;
/// Links on the way to a folder, at most: as many as Linux follows.
const LINKS: usize = 40;

/// All that decides which folder a path leads to: the folders above it, the links on the way, and the folders that the
/// links stand in and lead through. Whoever could change one of them could put another folder in its place.
fn check_way(folder: &Path) -> Result<(), String> {
    let unfound = |error: io::Error| format!("{} cannot be found: {error}", folder.display());
    let absolute = std::path::absolute(folder).map_err(unfound)?;
    let mut ahead: Vec<PathBuf> = steps(&absolute).collect();
    let (mut at, mut links) = (PathBuf::from("/"), 0);
    while let Some(step) = ahead.pop() {
        check_above(&at, folder)?;
        let next = at.join(&step);
        let about =
            fs::symlink_metadata(&next).map_err(|error| format!("{} cannot be read: {error}", next.display()))?;
        owned(&next, &about)?;
        if !about.is_symlink() {
            at = if step == Path::new("..") { parent(&at) } else { next };
            continue;
        }
        links += 1;
        if links > LINKS {
            return Err(format!("more than {LINKS} links lead to {}", folder.display()));
        }
        let target = fs::read_link(&next).map_err(unfound)?;
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        ahead.extend(steps(&target));
    }
    Ok(())
}

/// The names of a path, the last one first.
fn steps(path: &Path) -> impl Iterator<Item = PathBuf> {
    let named = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components()
        .rev()
        .filter(named)
        .map(|part| PathBuf::from(part.as_os_str()))
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_owned()
}

/// A folder on the way to `folder`: others could put another entry there in the place of the one that is meant.
fn check_above(above: &Path, folder: &Path) -> Result<(), String> {
    let about = fs::symlink_metadata(above).map_err(|error| format!("{} cannot be read: {error}", above.display()))?;
    owned(above, &about)?;
    // A sticky folder, such as /tmp, keeps others from replacing what is not theirs; a group may be this user's own.
    let by_others = about.mode() & if about.gid() == group() { 0o002 } else { OTHERS_WRITE };
    if by_others != 0 && about.mode() & STICKY == 0 {
        return Err(format!(
            "others can write to {}, so they can replace {}",
            above.display(),
            folder.display()
        ));
    }
    Ok(())
}

/// What was planted while the folder was open to others stays theirs. Deeper, all is made by this user's programs.
fn check_content(folder: &Path, depth: usize) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(());
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // Gone meanwhile: another host's.
        let Ok(about) = entry.metadata() else { continue };
        owned(&path, &about)?;
        if about.is_symlink() {
            return Err(format!("{} is a link", path.display()));
        }
        if about.is_dir() {
            check_content(&path, depth)?;
        }
    }
    Ok(())
}

fn owned(path: &Path, about: &fs::Metadata) -> Result<(), String> {
    let user = rustix::process::geteuid().as_raw();
    match about.uid() {
        // Root could put anything anywhere.
        0 => Ok(()),
        owner if owner == user => Ok(()),
        owner => Err(format!(
            "{} belongs to user {owner}, and the host runs as user {user}",
            path.display()
        )),
    }
}

fn group() -> u32 {
    rustix::process::getegid().as_raw()
}

/// Writes beside the file and renames: a reader sees the old content or the new, never a part.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Two lower-case hexadecimal digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn open_to(folder: &Path, mode: u32) {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_that_others_could_write_to_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("cache/fujsen");
        check(&folder).unwrap();
        private_folder(&folder).unwrap();
        check(&folder).unwrap();
        for mode in [0o777, 0o720, 0o702] {
            open_to(&folder, mode);
            assert!(check(&folder).unwrap_err().contains("others can write"), "{mode:o}");
        }
        open_to(&folder, 0o700);
        let above = root.path().join("cache");
        open_to(&above, 0o777);
        assert!(check(&folder).unwrap_err().contains("so they can replace"));
        open_to(&above, 0o1777);
        check(&folder).unwrap();
    }

    #[test]
    fn links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().join("real");
        private_folder(&real).unwrap();
        let link = root.path().join("fujsen");
        symlink(&real, &link).unwrap();
        assert!(check(&link).unwrap_err().contains("is a link"));
        symlink("/tmp", real.join("rust")).unwrap();
        assert!(check(&real).unwrap_err().contains("is a link"));
    }

    #[test]
    fn a_link_on_the_way_is_followed_when_nobody_else_can_turn_it() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().join("real/fujsen");
        private_folder(&real).unwrap();
        let open = root.path().join("open");
        private_folder(&open).unwrap();
        for (name, target) in [
            ("own", "real"),
            ("twice", "own"),
            ("back", "open/../real"),
            ("through", "open/link"),
        ] {
            symlink(target, root.path().join(name)).unwrap();
        }
        symlink(root.path().join("real"), open.join("link")).unwrap();
        for name in ["own", "twice", "back", "through"] {
            check(&root.path().join(name).join("fujsen")).unwrap();
        }

        open_to(&open, 0o777);
        for name in ["back", "through", "open/link"] {
            let refused = check(&root.path().join(name).join("fujsen")).unwrap_err();
            assert!(refused.contains("so they can replace"), "{name}: {refused}");
        }
        check(&root.path().join("twice/fujsen")).unwrap();

        symlink("circle", root.path().join("circle")).unwrap();
        // The system says so first.
        check(&root.path().join("circle/fujsen")).unwrap();
        assert!(
            check_way(&root.path().join("circle/fujsen"))
                .unwrap_err()
                .contains("more than 40 links")
        );
    }

    #[test]
    fn a_link_of_another_user_is_refused() {
        let root = tempfile::tempdir().unwrap();
        private_folder(&root.path().join("real/fujsen")).unwrap();
        let open = root.path().join("open");
        private_folder(&open).unwrap();
        open_to(&open, 0o1777);
        for link in [root.path().join("link"), open.join("link")] {
            symlink(root.path().join("real"), &link).unwrap();
            check(&link.join("fujsen")).unwrap();
            if std::os::unix::fs::lchown(&link, Some(12345), None).is_err() {
                // Only root can give a link away.
                return;
            }
            let refused = check(&link.join("fujsen")).unwrap_err();
            assert!(refused.contains("link belongs to user 12345"), "{refused}");
        }
    }

    #[test]
    fn what_another_user_planted_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let planted = root.path().join("rust/cargo");
        private_folder(&planted).unwrap();
        if std::os::unix::fs::chown(&planted, Some(12345), None).is_err() {
            // Only root can give a folder away.
            return;
        }
        assert!(check(root.path()).unwrap_err().contains("belongs to user 12345"));
        std::os::unix::fs::chown(root.path(), Some(12345), None).unwrap();
        assert!(check(root.path()).unwrap_err().contains("belongs to user 12345"));
    }
}
