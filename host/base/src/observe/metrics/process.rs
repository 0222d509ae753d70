//! What the operating system says about this process. Linux tells it under /proc; elsewhere the figures that come
//! from there are missing.

use std::{fs, sync::OnceLock, thread, time::Duration};

use rustix::{
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

/// The figures that Prometheus' own clients give, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// Time that all threads have run, user and system.
    pub cpu: Duration,
    /// Memory that it holds.
    pub resident_bytes: Option<u64>,
    /// Address space that it has reserved.
    pub virtual_bytes: Option<u64>,
    /// Threads of the operating system.
    pub threads: Option<u64>,
    /// File descriptors that are open.
    pub open_files: Option<u64>,
    /// File descriptors that it may have open; none where there is no limit.
    pub max_files: Option<u64>,
}

impl Process {
    pub(super) fn read() -> Self {
        let memory = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let mut pages = memory.split(' ').map(|field| field.parse::<u64>().ok());
        let mut bytes = || Some(pages.next()?? * page_size());
        let (virtual_bytes, resident_bytes) = (bytes(), bytes());
        Self {
            cpu: cpu(),
            resident_bytes,
            virtual_bytes,
            threads: fs::read_dir("/proc/self/task").ok().map(|tasks| tasks.count() as u64),
            // The folder itself is open while it is read.
            open_files: fs::read_dir("/proc/self/fd")
                .ok()
                .map(|files| (files.count() as u64).saturating_sub(1)),
            max_files: max_files(),
        }
    }
}

/// Time that all threads have run, user and system.
pub(super) fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// The processors that this process may use.
pub(super) fn processors() -> f64 {
    static COUNT: OnceLock<f64> = OnceLock::new();
    *COUNT.get_or_init(|| thread::available_parallelism().map_or(1.0, |count| count.get() as f64))
}

/// The memory that this process may use: its control group's limit where it has one, else the machine's. Bytes.
pub(super) fn memory_limit() -> Option<u64> {
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max").or_else(|| number("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
    let machine = machine_memory();
    [group, machine].into_iter().flatten().min()
}

fn machine_memory() -> Option<u64> {
    let lines = fs::read_to_string("/proc/meminfo").ok()?;
    let total = lines.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

fn max_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn this_process_has_memory_files_and_time() {
        let process = Process::read();
        let resident = process.resident_bytes.unwrap();
        assert!(resident > 1 << 20 && resident < memory_limit().unwrap(), "{process:?}");
        assert!(process.virtual_bytes.unwrap() >= resident);
        assert!(process.threads.unwrap() >= 1);
        let file = fs::File::open("/proc/self/stat").unwrap();
        assert!(Process::read().open_files.unwrap() >= 3, "the three standard streams");
        assert!(process.max_files.unwrap() >= process.open_files.unwrap());
        drop(file);
        let before = cpu();
        let mut sum = 0u64;
        while cpu() == before {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(cpu() > before && processors() >= 1.0);
    }
}
