//! A program from its start to its end, within bounds.
use std::{
    io::{self, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{fate::Fate, group::Watch};
use crate::limits;

/// What a program left.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How it ended.
    pub(crate) fate: Fate,
    /// What it said on its error output. The end is missing when there was too much.
    pub(crate) said: String,
}

/// Starts a program, reads its error output and waits for its end. On time's end it is killed, with all that it started.
pub(crate) fn run(command: &mut Command, time: Duration) -> io::Result<Ended> {
    let end = Instant::now() + time;
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let folder = command.get_current_dir();
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
    let said = receive(&said, &child, folder, time);
    let bytes = said.as_ref().map_or(0, Vec::len) as u64;
    let cut_short = match &said {
        Err(fate) => Some(fate.unwrap_or(Fate::Time)),
        Ok(_) if bytes >= limits::COMPILER_OUTPUT => Some(Fate::Output),
        Ok(_) => None,
    };
    let said = String::from_utf8_lossy(&said.unwrap_or_default()).into_owned();
    let fate = match cut_short {
        Some(fate) => kill(&mut child).map(|_| fate),
        None => wait(
            &mut child,
            folder,
            end.saturating_duration_since(Instant::now()),
            || &said,
        ),
    }?;
    Ok(Ended { fate, said })
}

/// Waits for a message about a process, which is watched meanwhile, and the folder in which it writes. What is wrong with it
/// is None when nobody is left to send.
pub(crate) fn receive<T>(
    messages: &Receiver<T>,
    child: &Child,
    folder: Option<&Path>,
    time: Duration,
) -> Result<T, Option<Fate>> {
    let end = Instant::now() + time;
    let mut watch = Watch::new(child, folder);
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
pub(crate) fn wait<S: AsRef<str>>(
    child: &mut Child,
    folder: Option<&Path>,
    time: Duration,
    said: impl FnOnce() -> S,
) -> io::Result<Fate> {
    let end = Instant::now() + time;
    let mut watch = Watch::new(child, folder);
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
