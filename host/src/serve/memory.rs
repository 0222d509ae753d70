//! Memory that was freed goes back to the system: glibc's allocator keeps what was needed at once in a load, and some of it
//! for ever.
//!
//! It learns from each large piece that is freed to keep the next ones, up to 32 MiB each, gives back what lies at the end of
//! its heaps alone, and has up to eight heaps for each processor, each with gaps of its own. Other allocators have rules of
//! their own: with them nothing of this happens.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::{sync::watch, time::interval};

use crate::{base::limits, observe::tasks};

/// Tells the allocator to have one heap for each processor, and to take large pieces from the system by themselves, so that
/// they go back when they are freed. To be called before there are threads.
#[expect(unsafe_code, reason = "nobody else offers the settings of glibc's allocator")]
pub(crate) fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let heaps = i32::try_from(processors.max(2)).unwrap_or(i32::MAX);
        // SAFETY: these only set numbers of the allocator's, under its own lock.
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, heaps);
            libc::mallopt(libc::M_MMAP_THRESHOLD, limits::LARGE_PIECE);
            libc::mallopt(libc::M_TRIM_THRESHOLD, limits::LARGE_PIECE);
        }
    }
}

/// Gives freed memory back now and then, as long as the process does something.
pub(crate) async fn run(mut stop: watch::Receiver<bool>) {
    let mut clock = interval(limits::TRIM_LOOK);
    let mut used = Duration::ZERO;
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if is_due(used, processor_time()) {
            // It goes through all that is free, which takes milliseconds. Nothing in it can panic.
            let _ = tasks::block("memory", trim).await;
            used = processor_time();
        }
    }
}

/// Whether enough was done since the last time that there can be something to give back: what is freed stays in memory, so
/// that its size says nothing about it, and only who runs frees.
fn is_due(used_before: Duration, used: Duration) -> bool {
    used.saturating_sub(used_before) >= limits::TRIM_WORK
}

#[expect(unsafe_code, reason = "nobody else offers what glibc's allocator has for it")]
fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes the allocator's own locks.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Of all threads of the process.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_trimmed_after_work_and_not_while_idle() {
        let second = Duration::from_secs(1);
        assert!(!is_due(second, second));
        assert!(!is_due(second, second + limits::TRIM_WORK / 2));
        assert!(is_due(second, second + limits::TRIM_WORK));
        assert!(is_due(Duration::ZERO, second), "what loading took");
        let before = processor_time();
        let mut sum = 0u64;
        while !is_due(before, processor_time()) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(sum > 0);
    }
}
