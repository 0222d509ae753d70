//! The process group of the services: one signal reaches them all, and a Ctrl-C at the terminal does not reach them
//! before `up` has passed it on.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering::Relaxed},
    },
};

use rustix::process::{
    Pid, Signal, getpid, getppid, kill_process, kill_process_group, set_parent_process_death_signal,
    test_kill_process_group,
};
use tokio::process::{Child, Command};

#[derive(Clone, Default)]
pub(super) struct Group {
    /// 0 while there is none.
    id: Arc<AtomicI32>,
}

impl Group {
    /// Starts a process in the group. It ends when the thread that called this does, however that happens: call it
    /// from the main thread.
    #[expect(unsafe_code, reason = "what runs between fork and exec has rules that no type tells")]
    pub(super) fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        let parent = getpid();
        // SAFETY: between fork and exec only calls that are async-signal-safe.
        unsafe {
            command.pre_exec(move || {
                set_parent_process_death_signal(Some(Signal::TERM))?;
                // The parent may have ended before that.
                if getppid() != Some(parent) {
                    kill_process(getpid(), Signal::TERM)?;
                }
                Ok(())
            });
        }
        let id = self.id.load(Relaxed);
        let child = match command.process_group(id).spawn() {
            // A group ends with its last process.
            Err(_) if id != 0 => command.process_group(0).spawn()?,
            spawned => spawned?,
        };
        if let Some(first) = child.id().filter(|_| !self.is_alive()) {
            self.id.store(first as i32, Relaxed);
        }
        Ok(child)
    }

    /// Sends a signal to every process of the group.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(group) = self.group() {
            // A group that has ended is nobody to tell.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Whether a process of the group runs.
    pub(super) fn is_alive(&self) -> bool {
        self.group().is_some_and(|group| test_kill_process_group(group).is_ok())
    }

    fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.id.load(Relaxed))
    }
}
