//! A panic is a bug. It becomes one line of the log, with its place, instead of what `std` writes past the log.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, PanicHookInfo},
    thread,
};

use super::LOG;

/// From now on, for the whole process. `say` is for the time before the log is started.
pub(crate) fn report_panics(say: impl Fn(&str) + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |panic| {
        let place = panic
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let (thread, message) = (thread::current(), message(panic));
        let thread = thread.name().unwrap_or("unnamed");
        if LOG.get().is_none() {
            return say(&format!("a bug: panicked at {place}: {message}"));
        }
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(target: "bug", place, thread, backtrace, "panicked at {place}: {message}");
    }));
}

fn message<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    panic.payload_as_str().unwrap_or("no message")
}
