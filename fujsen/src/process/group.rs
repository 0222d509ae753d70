//! What a compiler and all that it started take together: the kernel's own limits count each process alone.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Child,
    time::Instant,
};

use super::fate::Fate;
use crate::limits;

/// Looks at the processes of a group from time to time.
#[derive(Debug)]
pub(super) struct Watch {
    group: u32,
    /// Where they write; none where they write nothing.
    folder: Option<PathBuf>,
    next: Instant,
}

impl Watch {
    /// Of a confined process and what it started, none of which can leave its group.
    pub(super) fn new(leader: &Child, folder: Option<&Path>) -> Self {
        Self {
            group: leader.id(),
            folder: folder.map(Path::to_owned),
            next: Instant::now() + limits::COMPILER_WATCH,
        }
    }

    /// Which bound they are beyond. Looks when it is time to, and says nothing in between.
    pub(super) fn look(&mut self) -> Option<Fate> {
        let now = Instant::now();
        if now < self.next {
            return None;
        }
        self.next = now + limits::COMPILER_WATCH;
        let (processes, memory) = taken(self.group);
        if memory > limits::COMPILER_MEMORY {
            return Some(Fate::Memory);
        }
        if processes > limits::COMPILER_PROCESSES {
            return Some(Fate::Processes);
        }
        let written = self.folder.as_deref().map_or(0, written);
        (written > limits::COMPILER_DISK).then_some(Fate::Disk)
    }
}

/// What the files of a folder hold, and those of the folders in it. Links lead nowhere. Bytes.
pub(super) fn written(folder: &Path) -> u64 {
    let mut ahead = vec![folder.to_owned()];
    let mut bytes = 0u64;
    while let Some(folder) = ahead.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => ahead.push(entry.path()),
                Ok(about) => bytes = bytes.saturating_add(about.len()),
                // Gone meanwhile.
                Err(_) => {}
            }
        }
    }
    bytes
}

/// How many processes of a group are alive, and their memory: what they wrote to, without files that are mapped. Bytes. What
/// is shared counts for each of them, and a system without `/proc` knows of none.
pub(super) fn taken(group: u32) -> (usize, u64) {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let own = numbers.filter(|process| group_of(*process) == Some(group));
    own.fold((0, 0), |(processes, memory), process| {
        (processes + 1, memory + memory_of(process))
    })
}

/// A process may end at any moment, and is in no group then.
fn group_of(process: u32) -> Option<u32> {
    let about = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // `number (name) state parent group`: the name may contain anything.
    let (_, rest) = about.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let is_alive = fields.next()? != "Z";
    fields.nth(1)?.parse().ok().filter(|_| is_alive)
}

fn memory_of(process: u32) -> u64 {
    let about = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes = |name: &str| -> Option<u64> {
        let line = about.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    };
    let parts = ["RssAnon:", "RssShmem:", "VmSwap:"];
    parts.iter().filter_map(|name| kilobytes(name)).sum::<u64>() << 10
}
