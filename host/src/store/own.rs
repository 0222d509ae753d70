//! The folder beside a TSK file that is the host's own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::folder::folder;

pub(crate) const OWN_FOLDER: &str = ".tusk";

/// `.tusk/NAME` and `ending`, beside the TSK file `NAME.tsk`.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = file.file_stem().unwrap_or_else(|| "service".as_ref());
    let mut path = folder(file).join(OWN_FOLDER).join(name);
    path.as_mut_os_string().push(ending);
    path
}

/// Makes the folder that `file` is in, if it is this one: other folders are their owner's to make.
pub(crate) fn make_own_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if folder.ends_with(OWN_FOLDER) && !folder.exists() => {
            fs::create_dir_all(folder)?;
            // What a service keeps is no part of its source.
            fs::write(folder.join(".gitignore"), "*\n")
        }
        _ => Ok(()),
    }
}
