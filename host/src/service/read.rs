//! From the bytes of a file to its values. Compiles nothing and connects to nothing.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use tsk::{Config, Diagnostic, SourceMap};

use crate::base::{
    folder::{ENOUGH, Folder, folder, open_regular},
    reserved,
};

/// A file that cannot be served, and all that could be found out about why.
#[derive(Debug)]
pub struct LoadError {
    /// Errors, one at least, and the warnings beside them.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into; empty when the file itself could not be read.
    pub sources: SourceMap,
    /// The file and what it reads: a change of these may mend it.
    pub watch: Vec<PathBuf>,
}

/// Reads a file and what it includes. Compiles nothing and connects to nothing.
pub fn read(file: &Path) -> Result<Config, LoadError> {
    read_with(file, fujsen::options())
}

/// [`read`], as the options say. What lenient mode keeps is for looking at, not for serving.
pub fn read_with(file: &Path, options: tsk::Options) -> Result<Config, LoadError> {
    let name = file.display().to_string();
    let text = text_of(file)?;
    let folder = folder(file);
    let environment =
        Folder::open(folder).map_err(|error| alone(file, unreadable(&folder.display().to_string(), &error)))?;
    tsk::load(&name, &text, &environment, options).map_err(|failure| LoadError {
        diagnostics: failure.diagnostics,
        sources: failure.sources,
        watch: std::iter::once(file.to_owned())
            .chain(failure.files.iter().map(|path| folder.join(path)))
            .collect(),
    })
}

/// The text of a file as it stands there; of one that is too long, so much that it still is.
pub(crate) fn text_of(file: &Path) -> Result<String, LoadError> {
    let name = file.display().to_string();
    let mut bytes = Vec::new();
    open_regular(file)
        .and_then(|file| file.take(ENOUGH).read_to_end(&mut bytes))
        .map_err(|error| alone(file, unreadable(&name, &error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let line = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        let diagnostic = Diagnostic::error("not-utf8", format!("{name}:{line} is not UTF-8"));
        alone(file, diagnostic.help("save the file as UTF-8"))
    })
}

fn alone(file: &Path, diagnostic: Diagnostic) -> LoadError {
    LoadError {
        diagnostics: vec![diagnostic],
        sources: SourceMap::default(),
        watch: vec![file.to_owned()],
    }
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "check the path, or make a new service with `tusk-host new NAME`",
        _ => "check the path and its permissions",
    };
    Diagnostic::error("unreadable", format!("cannot read {name}: {error}")).help(help)
}

/// A file that the host reads for another purpose than SQLite: once the databases are open, reading it would drop their locks.
pub(super) fn no_databases(config: &Config, folder: &Path) -> Result<(), Vec<Diagnostic>> {
    let wrong = |file: &String| {
        let error = reserved::refuse(&folder.join(file)).err()?;
        Some(
            Diagnostic::error("unreadable", format!("cannot read {file}: {error}"))
                .help("read it through `[databases]`, or name another file"),
        )
    };
    let wrong: Vec<_> = config.files.iter().filter_map(wrong).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The name of a file without its folder and its last ending: what a service is called whose file does not say it.
pub(crate) fn stem(file: &Path) -> String {
    file.file_stem()
        .map_or_else(|| "service".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
