//! `tusk-host fmt`.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use super::output::CommandFailure;
use crate::{
    base::folder::folder,
    service::read::{self, LoadError},
};

/// Rewrites files in the standard layout; with `check`, only says whether they have it. What is wrong with one keeps none of
/// the others from it.
pub(super) fn run(files: &[PathBuf], check: bool) -> Result<(), CommandFailure> {
    let failed = files.iter().filter_map(|file| format(file, check).err());
    let failed = failed.inspect(CommandFailure::print).count();
    if failed == 0 {
        Ok(())
    } else {
        Err(CommandFailure::Printed)
    }
}

fn format(file: &Path, check: bool) -> Result<(), CommandFailure> {
    let name = file.display();
    let text = read::text_of(file)?;
    let formatted = tsk::format(&text).map_err(|failure| {
        // Reading it as a file says the same with the file's name.
        read::read(file).err().unwrap_or(LoadError {
            diagnostics: failure.diagnostics,
            sources: failure.sources,
            watch: Vec::new(),
        })
    })?;
    if formatted == text {
        return Ok(());
    }
    if check {
        return Err(CommandFailure::help(
            format!("{name} is not formatted"),
            format!("run `tusk-host fmt {name}`"),
        ));
    }
    replace(file, &formatted).map_err(|error| CommandFailure::new(format!("cannot write {name}: {error}")))
}

/// Whole or not at all: a service that watches the file never sees a half of it. A link stays, and what it leads to is written.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let file = fs::canonicalize(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder(&file).join(format!(".{name}.{}", std::process::id()));
    let written = write(&draft, text, &fs::metadata(&file)?).and_then(|()| fs::rename(&draft, &file));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Writes a new file that others can do with what they could with the one before, and no more at any time.
fn write(path: &Path, text: &str, before: &fs::Metadata) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    // Only root can give files away; for others, the new one is theirs.
    let _ = fchown(&file, Some(before.uid()), Some(before.gid()));
    file.set_permissions(before.permissions())?;
    file.sync_all()
}
