//! `tusk-host new`.

use std::{fs, path::Path};

use super::output::{self, CommandFailure};

/// `template` is the file of a service in some language.
pub(super) fn run(name: &str, template: &str) -> Result<(), CommandFailure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        let message = format!("`{name}` cannot be the name of a service");
        return Err(CommandFailure::help(message, "use letters, digits, `-` and `_`"));
    }
    let folder = Path::new(name);
    fs::create_dir(folder).map_err(|error| {
        CommandFailure::help(
            format!("cannot make the folder {name}: {error}"),
            "choose another name, or remove the folder",
        )
    })?;
    let file = folder.join("service.tsk");
    fs::write(&file, template.replace("SERVICE_NAME", name))
        .map_err(|error| CommandFailure::new(format!("cannot write {}: {error}", file.display())))?;
    let file = file.display();
    output::print(&format!("Made {file}. Now:\n\n  tusk-host {file}\n"))
}
