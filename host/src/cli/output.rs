//! What every command prints alike.

use std::{
    env,
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::AsFd,
    path::PathBuf,
    process,
    sync::OnceLock,
};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};
use tsk::{Diagnostic, SourceMap};

use super::{
    arguments::OutputFormat,
    sealed::{self, Sealed},
};
use crate::{
    observe::{log, otlp::OtlpLines, tasks},
    service::read::LoadError,
};

/// Why a command ends with exit code 1.
pub(super) enum CommandFailure {
    /// One line, and what to do about it.
    Message {
        message: String,
        help: Option<String>,
    },
    File(Box<LoadError>),
    /// Everything has been printed already.
    Printed,
}

impl CommandFailure {
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

impl From<LoadError> for CommandFailure {
    fn from(failed: LoadError) -> Self {
        Self::File(Box::new(failed))
    }
}

pub(super) fn print_failed(failed: &LoadError) {
    print_diagnostics(&failed.diagnostics, &failed.sources);
    let errors = failed
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    if errors > 1 && !is_json() {
        say(&format!("{errors} errors"));
    }
}

/// Diagnostics to stderr, as a person reads them, or each as a JSON object in a line of the log.
pub(super) fn print_diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) {
    let color = colors(&io::stderr());
    for diagnostic in diagnostics {
        if is_json() {
            let level = if diagnostic.is_error() { "ERROR" } else { "WARN" };
            say(&json_line(level, "diagnostic", diagnostic.to_json(sources)));
        } else {
            say(&sealed::lines(&diagnostic.render(sources, color), color));
        }
    }
}

/// A line of a JSON log beside those of `tracing`, and like them: whatever `TUSK_LOG` leaves out, this is told.
pub(super) fn json_line(level: &str, target: &str, fields: Value) -> String {
    let mut line = Map::new();
    line.insert("timestamp".to_owned(), format!("{:.6}", Timestamp::now()).into());
    line.insert("level".to_owned(), level.into());
    line.insert("target".to_owned(), target.into());
    if let Value::Object(fields) = fields {
        line.extend(fields);
    }
    sealed::lines(&Value::Object(line).to_string(), false)
}

/// How the log of this process is written, once it is started.
static FORMAT: OnceLock<OutputFormat> = OnceLock::new();

/// Whether each line on stderr, and what a service announces, is a JSON object.
pub(super) fn is_json() -> bool {
    FORMAT.get() == Some(&OutputFormat::Json)
}

/// A line, or several, to stderr: in their turn where the log goes there, too.
pub(super) fn say(text: &str) {
    let lines = format!("{text}\n");
    if !log::print(&lines) {
        // A closed or full stderr leaves nobody to tell.
        let _ = io::stderr().write_all(lines.as_bytes());
    }
}

/// What a command was asked for, to stdout. Nobody has to read it to its end: a pipe that is closed is no failure.
pub(super) fn print(text: &str) -> Result<(), CommandFailure> {
    match write(&format!("{text}\n")) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandFailure::new(format!("cannot write the output: {error}")))
        }
        _ => Ok(()),
    }
}

/// As [`print`], from a service: it runs whether or not somebody reads what it announces.
pub(super) fn announce(text: String) {
    let print = move || {
        if let Err(error) = write(&format!("{text}\n"))
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            tracing::warn!("where the service listens could not be printed: {error}");
        }
    };
    // A pipe may be full.
    if let Err(error) = tasks::thread("banner", print) {
        tracing::warn!("where the service listens could not be printed: {error}");
    }
}

/// Past the buffer of `std`, which would try again and again what it could not write.
fn write(text: &str) -> io::Result<()> {
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    out.write_all(text.as_bytes())
}

/// Whether colours are wanted on a stream: a terminal, and no `NO_COLOR`.
pub(super) fn colors(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The folder for what is compiled: an absolute path, since compilers work in folders of their own.
pub(super) fn cache_folder() -> PathBuf {
    // An empty variable is none.
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = || {
        let home = || variable("HOME").map(|home| home.join(".cache"));
        let caches = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
        caches.or_else(home).unwrap_or_else(own_temporary).join("tusk-host")
    };
    let folder = variable("TUSK_CACHE").unwrap_or_else(caches);
    // Fails only where this process's own folder is gone.
    std::path::absolute(&folder).unwrap_or(folder)
}

/// Without a home. Others know its name, too; what they put there is refused.
fn own_temporary() -> PathBuf {
    env::temp_dir().join(format!("tusk-host-{}", rustix::process::geteuid().as_raw()))
}

/// Sends log events to stderr, until the process ends. `default` is what `TUSK_LOG` replaces.
pub(super) fn start_log(format: OutputFormat, default: &str) -> Result<(), CommandFailure> {
    let format = *FORMAT.get_or_init(|| format);
    let filter = EnvFilter::try_from_env("TUSK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let colors = colors(&io::stderr());
    let lines = log::start().map_err(|error| CommandFailure::new(format!("the log cannot be started: {error}")))?;
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(Sealed::new(lines, colors))
        .with_ansi(colors);
    match format {
        OutputFormat::Text => {
            let layout = log::Layout::new(io::stderr().is_terminal());
            log.event_format(layout).finish().with(OtlpLines).init();
        }
        OutputFormat::Json => log
            .json()
            .flatten_event(true)
            .map_event_format(log::JsonLayout::new)
            .finish()
            .with(OtlpLines)
            .init(),
    }
    Ok(())
}

/// Ends the process at once, but for the last lines of its log.
#[expect(clippy::exit, reason = "the one place that does not lose the log")]
pub(super) fn exit(code: i32) -> ! {
    log::flush();
    process::exit(code)
}
