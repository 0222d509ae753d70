//! A program from its start to its end, within bounds.
use std::{
    io::{self, Read},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::group::Watch;
use crate::limits;

/// What a program left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) fate: Fate,
    /// What it said on its error output. The end is missing when there was too much.
    pub(crate) said: String,
}

/// Why a program came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// By itself, with this code.
    Exit(i32),
    Memory,
    Time,
    /// It started more processes than it may.
    Processes,
    /// It wrote a larger file than it may.
    File,
    /// It said more than anybody reads.
    Output,
    /// By a fault of its own: the signal.
    Crash(i32),
}

/// Starts a program, reads its error output and waits for its end. On time's end it is killed, with all that it started.
pub(crate) fn run(command: &mut Command, time: Duration) -> io::Result<Ended> {
    let end = Instant::now() + time;
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let (sender, said) = channel();
    let stderr = child.stderr.take();
    // Ends with the process and what it started, none of which is left when this returns.
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stderr) = stderr {
            // What was read before an error counts.
            let _ = stderr.take(limits::COMPILER_OUTPUT).read_to_end(&mut bytes);
        }
        // Nobody waits for what comes late.
        let _ = sender.send(bytes);
    });
    let said = receive(&said, &child, time);
    let bytes = said.as_ref().map_or(0, Vec::len) as u64;
    let cut_short = match &said {
        Err(fate) => Some(fate.unwrap_or(Fate::Time)),
        Ok(_) if bytes >= limits::COMPILER_OUTPUT => Some(Fate::Output),
        Ok(_) => None,
    };
    let said = String::from_utf8_lossy(&said.unwrap_or_default()).into_owned();
    let fate = match cut_short {
        Some(fate) => kill(&mut child).map(|_| fate),
        None => wait(&mut child, end.saturating_duration_since(Instant::now()), || &said),
    }?;
    Ok(Ended { fate, said })
}

/// Waits for a message about a process, which is watched meanwhile. What is wrong with it is None when nobody is left to send.
pub(crate) fn receive<T>(messages: &Receiver<T>, child: &Child, time: Duration) -> Result<T, Option<Fate>> {
    let end = Instant::now() + time;
    let mut watch = Watch::new(child);
    loop {
        let rest = end.saturating_duration_since(Instant::now());
        match messages.recv_timeout(rest.min(limits::COMPILER_WATCH)) {
            Ok(message) => return Ok(message),
            Err(RecvTimeoutError::Disconnected) => return Err(None),
            Err(RecvTimeoutError::Timeout) if rest.is_zero() => return Err(Some(Fate::Time)),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(fate) = watch.look() {
                    return Err(Some(fate));
                }
            }
        }
    }
}

/// How a process ends that closed its output, and so is about to; nothing of what it started is left.
pub(crate) fn wait<S: AsRef<str>>(child: &mut Child, time: Duration, said: impl FnOnce() -> S) -> io::Result<Fate> {
    let end = Instant::now() + time;
    let mut watch = Watch::new(child);
    while state(child) == State::Running {
        let cut_short = watch.look().or_else(|| (Instant::now() >= end).then_some(Fate::Time));
        if let Some(fate) = cut_short {
            return kill(child).map(|_| fate);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    kill(child).map(|status| Fate::of(status, said().as_ref()))
}

/// Ends a confined process and what it started, unless it has ended.
pub(crate) fn kill(child: &mut Child) -> io::Result<ExitStatus> {
    if state(child) != State::Reaped {
        // The process was not waited for, so its number, which is its group's, is nobody else's.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    child.wait()
}

/// Whether a process has ended.
pub(crate) fn has_ended(child: &Child) -> bool {
    state(child) != State::Running
}

#[derive(PartialEq, Eq)]
enum State {
    Running,
    /// It is still to be waited for.
    Ended,
    Reaped,
}

fn state(child: &Child) -> State {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(Pid::from_child(child)), options) {
        Ok(None) => State::Running,
        Ok(Some(_)) => State::Ended,
        Err(_) => State::Reaped,
    }
}

impl Fate {
    /// `said` decides where a signal alone does not: who gets no memory aborts.
    fn of(status: ExitStatus, said: &str) -> Self {
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
