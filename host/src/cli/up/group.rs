//! The process group of the services: one signal reaches them all, and a Ctrl-C at the terminal does not reach them
//! before `up` has passed it on.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering::Relaxed},
    },
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
    pub(super) fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        let parent = std::process::id();
        // SAFETY: between fork and exec only calls that are async-signal-safe.
        unsafe {
            command.pre_exec(move || {
                if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) != 0 {
                    return Err(io::Error::last_os_error());
                }
                // The parent may have ended before that.
                if libc::getppid() as u32 != parent {
                    libc::raise(libc::SIGTERM);
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
    pub(super) fn signal(&self, signal: i32) {
        let id = self.id.load(Relaxed);
        if id != 0 {
            // SAFETY: no memory is involved. A group that has ended is nobody to tell.
            unsafe { libc::kill(-id, signal) };
        }
    }

    /// Whether a process of the group runs.
    pub(super) fn is_alive(&self) -> bool {
        let id = self.id.load(Relaxed);
        // SAFETY: signal 0 only asks.
        id != 0 && unsafe { libc::kill(-id, 0) == 0 }
    }
}
