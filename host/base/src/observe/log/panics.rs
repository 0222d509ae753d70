//! A panic is a bug. It becomes one line of the log, with its place, instead of what `std` writes past the log.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic, thread,
};

use super::stderr::LOG;
use crate::observe::tasks;

/// From now on, for the whole process. `say` is for the time before the log is started.
pub fn report_panics(say: impl Fn(&str) + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |panic| {
        let told = tasks::told(panic);
        if LOG.get().is_none() {
            return say(&format!("a bug: {told}"));
        }
        let (place, thread, task) = (tasks::place(panic), thread::current(), tasks::current());
        let thread = thread.name().unwrap_or("unnamed");
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(target: "bug", task, place, thread, backtrace, "{told}");
    }));
}
