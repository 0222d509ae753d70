//! How a program came to its end, and what its author is told about that.
use std::{os::unix::process::ExitStatusExt as _, process::ExitStatus};

use crate::limits;

/// Why a program came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// By itself, with this code.
    Exit(i32),
    /// It needed more memory than it may have.
    Memory,
    /// It took longer than it may.
    Time,
    /// It started more processes than it may.
    Processes,
    /// It wrote a larger file than it may.
    File,
    /// It wrote more files than it may, in all.
    Disk,
    /// It said more than anybody reads.
    Output,
    /// By a fault of its own: the signal.
    Crash(i32),
}

impl Fate {
    /// `said` decides where a signal alone does not: who gets no memory aborts.
    pub(super) fn of(status: ExitStatus, said: &str) -> Self {
        if let Some(code) = status.code() {
            return if code != 0 && is_about_memory(said) {
                Self::Memory
            } else {
                Self::Exit(code)
            };
        }
        match status.signal().unwrap_or_default() {
            libc::SIGXCPU => Self::Time,
            libc::SIGXFSZ => Self::File,
            // The host kills nothing that is still within its bounds: this was the kernel, for want of memory.
            libc::SIGKILL => Self::Memory,
            _ if is_about_memory(said) => Self::Memory,
            signal => Self::Crash(signal),
        }
    }

    /// What happened, and what to do about it; nothing for an end like any other. `who` begins the sentence.
    pub(crate) fn complaint(self, who: &str) -> Option<(String, &'static str)> {
        let memory = limits::COMPILER_MEMORY >> 20;
        Some(match self {
            Self::Exit(_) => return None,
            Self::Memory => (
                format!("{who} needed more than {memory} MiB of memory and was stopped"),
                "look for a macro, a type or a constant that grows without end or is very large, or split the section",
            ),
            Self::Time => (
                format!(
                    "{who} took longer than {} seconds and was stopped",
                    limits::COMPILE.as_secs()
                ),
                "look for a `const`, a macro or a type that does not end, or split the section",
            ),
            Self::Processes => (
                format!(
                    "{who} started more than {} processes and was stopped",
                    limits::COMPILER_PROCESSES
                ),
                "compilers start one or two: report this text, and do not serve it if you do not trust it",
            ),
            Self::File => (
                format!(
                    "{who} wrote a file of more than {} MiB and was stopped",
                    limits::COMPILER_FILE >> 20
                ),
                "look for a very large constant: data belongs into a database or a value",
            ),
            Self::Disk => (
                format!(
                    "{who} wrote files of more than {} MiB in all and was stopped",
                    limits::COMPILER_DISK >> 20
                ),
                "look for very large constants: data belongs into a database or a value",
            ),
            Self::Output => (
                format!(
                    "{who} had more than {} MiB to say and was stopped",
                    limits::COMPILER_OUTPUT >> 20
                ),
                "look for a macro that repeats an error, and mend that first",
            ),
            Self::Crash(signal) => (
                format!("{who} crashed on this text (signal {signal})"),
                "look for code that is nested very deeply, such as a long chain of operators: split it into functions",
            ),
        })
    }
}

/// What allocators, linkers and V8 say.
pub(crate) fn is_about_memory(said: &str) -> bool {
    let words = [
        "memory allocation of",
        "out of memory",
        "Out of memory",
        "Cannot allocate memory",
        "heap out of memory",
        "failed to allocate",
        "bad_alloc",
    ];
    words.iter().any(|word| said.contains(word))
}
