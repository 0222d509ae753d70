//! Signals that do not end a service: SIGHUP asks for the file to be read again; SIGUSR1 and SIGUSR2, whose default is to
//! end a process, ask for nothing. SIGPIPE is ignored by every Rust program.

use std::{fs::File, io};

use rustix::process::{Signal as Raised, getpid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) struct Signals {
    hangups: Signal,
    _ignored: [Signal; 2],
    /// Whether it was started at a terminal.
    at_terminal: bool,
}

impl Signals {
    /// From now on they end this process no longer. Programs that it starts have their defaults.
    pub(super) fn take() -> io::Result<Self> {
        Ok(Self {
            hangups: signal(SignalKind::hangup())?,
            _ignored: [
                signal(SignalKind::user_defined1())?,
                signal(SignalKind::user_defined2())?,
            ],
            at_terminal: has_terminal(),
        })
    }

    /// Waits for the next SIGHUP. The one of a terminal that was closed is a stop: nobody is left to press Ctrl-C.
    pub(super) async fn hangup(&mut self) {
        while self.hangups.recv().await.is_some() {
            if !self.at_terminal || has_terminal() {
                return;
            }
            // The process handles the signal, and there is always one to send it to.
            let _ = kill_process(getpid(), Raised::TERM);
        }
        std::future::pending().await
    }
}

fn has_terminal() -> bool {
    File::open("/dev/tty").is_ok()
}
