//! The one log that the process has, on stderr.

use std::{io, sync::OnceLock};

use tracing_subscriber::fmt::MakeWriter;

use super::writer::Writer;
use crate::{base::limits, observe::metrics};

/// The log of the process, once it is started.
pub(super) static LOG: OnceLock<Writer> = OnceLock::new();

/// Starts the way to stderr, once in a process, whose end is to [`flush`]. What is returned is for the subscriber of `tracing`.
pub fn start() -> io::Result<StderrLines> {
    let tell = |lines: u64, why: &str| tracing::warn!(target: "log", lines, "lines of the log were lost: {why}");
    let writer = Writer::start(io::stderr(), &metrics::LOG_DROPPED, tell)?;
    Ok(StderrLines(LOG.get_or_init(|| writer)))
}

/// Puts lines among those of the log; whether there is one.
pub fn print(lines: &str) -> bool {
    let writer = LOG.get();
    if let Some(writer) = writer {
        writer.push(lines.as_bytes());
    }
    writer.is_some()
}

/// Waits until all lines are written, for a bounded time.
pub fn flush() {
    if let Some(writer) = LOG.get() {
        writer.flush(limits::LOG_FLUSH);
    }
}

/// Where events of `tracing` are handed in, each as one line.
pub struct StderrLines(&'static Writer);

impl<'a> MakeWriter<'a> for StderrLines {
    type Writer = &'a Writer;

    fn make_writer(&'a self) -> Self::Writer {
        self.0
    }
}

impl io::Write for &Writer {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
