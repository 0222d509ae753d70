use std::{fs, path::Path};

use super::output::Failure;
use crate::{
    folder::folder,
    load::{self, Failed},
};

/// Rewrites a file in the standard layout; with `check`, only says whether it has it.
pub(super) fn run(file: &Path, check: bool) -> Result<(), Failure> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::new(format!("cannot read {name}: {error}")))?;
    let formatted = tsk::format(&text).map_err(|failure| {
        // Reading it as a file says the same with the file's name.
        load::read(file).err().unwrap_or(Failed {
            diagnostics: failure.diagnostics,
            sources: failure.sources,
            watch: Vec::new(),
        })
    })?;
    if formatted == text {
        return Ok(());
    }
    if check {
        return Err(Failure::help(
            format!("{name} is not formatted"),
            format!("run `tusk-host fmt {name}`"),
        ));
    }
    replace(file, &formatted).map_err(|error| Failure::new(format!("cannot write {name}: {error}")))
}

/// Whole or not at all: a service that watches the file never sees a half of it.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder(file).join(format!(".{name}.{}", std::process::id()));
    fs::write(&draft, text)?;
    fs::set_permissions(&draft, fs::metadata(file)?.permissions())?;
    fs::rename(&draft, file)
}
