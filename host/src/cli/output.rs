//! What every command prints alike.

use std::{
    env,
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use tracing_subscriber::{EnvFilter, fmt};
use tsk::{Diagnostic, SourceMap};

use super::{
    Format,
    sealed::{self, Sealed},
};
use crate::load::Failed;

/// Why a command ends with exit code 1.
pub(super) enum Failure {
    /// One line, and what to do about it.
    Message {
        message: String,
        help: Option<String>,
    },
    File(Box<Failed>),
    /// Everything has been printed already.
    Printed,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::Message {
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Message {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    pub(super) fn print(&self) {
        match self {
            Self::Message { message, help } => {
                let mut diagnostic = Diagnostic::error("failed", message.clone());
                diagnostic.help.clone_from(help);
                print_diagnostics(&[diagnostic], &SourceMap::default());
            }
            Self::File(failed) => print_failed(failed),
            Self::Printed => {}
        }
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        Self::File(Box::new(failed))
    }
}

pub(super) fn print_failed(failed: &Failed) {
    print_diagnostics(&failed.diagnostics, &failed.sources);
    let errors = failed
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    if errors > 1 {
        eprintln!("{errors} errors");
    }
}

/// Diagnostics to stderr, as a person reads them.
pub(super) fn print_diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) {
    let color = colors(&io::stderr());
    let mut err = io::stderr().lock();
    for diagnostic in diagnostics {
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(err, "{}", sealed::lines(&diagnostic.render(sources, color), color));
    }
}

/// Whether colours are wanted on a stream: a terminal, and no `NO_COLOR`.
pub(super) fn colors(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The folder for what is compiled.
pub(super) fn cache_folder() -> PathBuf {
    if let Some(folder) = env::var_os("TUSK_CACHE") {
        return folder.into();
    }
    let caches = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    caches.unwrap_or_else(env::temp_dir).join("tusk-host")
}

/// Sends log events to stderr. `default` is what `TUSK_LOG` replaces.
pub(super) fn start_log(format: Format, default: &str) {
    let filter = EnvFilter::try_from_env("TUSK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(Sealed::new(io::stderr, colors(&io::stderr())))
        .with_ansi(colors(&io::stderr()));
    match format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).init(),
    }
}
