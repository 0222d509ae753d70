//! Tasks that run as long as the service does. One that panics has a bug: that is in the log with its place, the task is
//! down for a pause, as `/health/ready` says, and starts again.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use futures_util::FutureExt;
use tokio::{task::JoinHandle, time::sleep};

use crate::{limits, metrics::Tasks};

/// Runs what `start` makes until it ends by itself.
pub(crate) fn keep<F>(
    tasks: &Arc<Tasks>,
    name: &'static str,
    mut start: impl FnMut() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let tasks = tasks.clone();
    tokio::spawn(async move {
        let mut pause = limits::TASK_PAUSE.0;
        loop {
            let started = Instant::now();
            // What it shares with others is behind locks that know poison, or atomic.
            let ended = AssertUnwindSafe(async { start().await }).catch_unwind().await;
            if ended.is_ok() {
                return;
            }
            if started.elapsed() > limits::TASK_PAUSE.1 {
                pause = limits::TASK_PAUSE.0;
            }
            tasks.panicked(name);
            tracing::error!(target: "bug", task = name, "the task `{name}` has panicked and starts again in {pause:?}");
            sleep(pause).await;
            pause = (pause * 2).min(limits::TASK_PAUSE.1);
            tasks.restarted(name);
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_down_for_a_pause_and_starts_again() {
        let tasks = Arc::<Tasks>::default();
        let starts = Arc::<AtomicU32>::default();
        let seen = Arc::<Mutex<Vec<bool>>>::default();
        let (count, note, own) = (starts.clone(), seen.clone(), tasks.clone());
        let running = keep(&tasks, "test", move || {
            let is_up = own.down().is_empty();
            note.lock().unwrap_or_else(PoisonError::into_inner).push(is_up);
            let round = count.fetch_add(1, Relaxed);
            async move {
                tokio::task::yield_now().await;
                assert!(round >= 3, "a bug");
            }
        });
        while tasks.down().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(tasks.down()[0].0, "test");
        assert!(running.await.is_ok(), "the panic stays in the task");
        assert_eq!(starts.load(Relaxed), 4);
        assert!(tasks.down().is_empty(), "it has ended by itself");
        assert!(
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .iter()
                .all(|is_up| *is_up),
            "a task that runs is not down"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_in_the_making_of_a_task_is_caught_too() {
        let tasks = Arc::<Tasks>::default();
        let mut is_first = true;
        let running = keep(&tasks, "test", move || {
            assert!(!std::mem::take(&mut is_first), "a bug");
            std::future::ready(())
        });
        assert!(running.await.is_ok());
    }
}
