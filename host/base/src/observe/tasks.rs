//! All that runs beside the rest of the host, tasks and threads, is started here and nowhere else, so that the end of each is
//! watched. A panic is a bug: it is in the log once, with its place and the name of the task that it was in, and counted. What
//! is kept ([`keep`], [`kept`], [`keep_thread`]) is down for a pause, as `/health/ready` says, and starts again; all else ends
//! alone, and whoever waits for it learns that.

use std::{
    io,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind},
    thread::{self, Scope, ScopedJoinHandle},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use tokio::{
    runtime::Handle,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use crate::{
    base::backoff::Pauses,
    base::{escape, limits},
    observe::metrics::TASKS,
};

tokio::task_local! {
    static NAME: &'static str;
}

/// The task that this thread is at.
pub(crate) fn current() -> Option<&'static str> {
    NAME.try_get().ok()
}

/// Which task has panicked, where and why, in one line.
pub(crate) fn told(panic: &PanicHookInfo<'_>) -> String {
    let task = current().map(|name| format!("the task `{name}` "));
    let message = panic.payload_as_str().unwrap_or("no message");
    // That of an assertion has several lines.
    let message = escape::lines(message).replace('\n', " ");
    format!("{}panicked at {}: {message}", task.unwrap_or_default(), place(panic))
}

/// File, line and column of a panic.
pub(crate) fn place(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string);
    place.unwrap_or_else(|| "an unknown place".to_owned())
}

/// Keeps what `start` makes running until it ends by itself.
pub fn keep<F>(name: &'static str, start: impl FnMut() -> F + Send + 'static) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    run(name, kept(name, start))
}

/// As [`keep`], as a part of who waits for it. What `start` borrows outlives a panic.
pub async fn kept<F: Future<Output = ()>>(name: &'static str, mut start: impl FnMut() -> F) {
    let mut pauses = limits::TASK_PAUSE.pauses();
    loop {
        let started = Instant::now();
        // What it shares with others is behind locks that know poison, or atomic.
        let running = AssertUnwindSafe(NAME.scope(name, async { start().await }));
        if running.catch_unwind().await.is_ok() {
            return;
        }
        let _down = TASKS.panicked(name);
        sleep(pause(&mut pauses, started)).await;
        tracing::info!(target: "bug", task = name, "the task `{name}` starts again");
    }
}

/// As [`keep`], on a thread of its own.
pub fn keep_thread(name: &'static str, mut body: impl FnMut() + Send + 'static) -> io::Result<thread::JoinHandle<()>> {
    thread(name, move || {
        let mut pauses = limits::TASK_PAUSE.pauses();
        loop {
            let started = Instant::now();
            if catch_unwind(AssertUnwindSafe(&mut body)).is_ok() {
                return;
            }
            let _down = TASKS.panicked(name);
            thread::sleep(pause(&mut pauses, started));
            tracing::info!(target: "bug", task = name, "the thread `{name}` starts again");
        }
    })
}

/// Runs something that ends alone, whatever becomes of it.
#[expect(
    clippy::disallowed_methods,
    reason = "the panic is counted, and told by the hook, who knows the name"
)]
pub fn run<F>(name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::spawn(watched(name, future))
}

/// As [`run`], from a thread that may be none of the runtime's.
#[expect(clippy::disallowed_methods, reason = "as in `run`")]
pub fn run_on<F>(runtime: &Handle, name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    runtime.spawn(watched(name, future))
}

/// As [`run`], together with others.
#[expect(clippy::disallowed_methods, reason = "as in `run`")]
pub fn run_in<T: Send + 'static>(
    set: &mut JoinSet<T>,
    name: &'static str,
    future: impl Future<Output = T> + Send + 'static,
) {
    set.spawn(watched(name, future));
}

/// As [`run`], for what blocks.
#[expect(clippy::disallowed_methods, reason = "as in `run`")]
pub fn block<T: Send + 'static>(name: &'static str, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(move || counted(name, work))
}

/// As [`run`], on a thread of its own.
#[expect(clippy::disallowed_methods, reason = "as in `run`")]
pub fn thread<T: Send + 'static>(
    name: &'static str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<thread::JoinHandle<T>> {
    thread::Builder::new()
        .name(name.into())
        .spawn(move || counted(name, body))
}

/// As [`thread`], for a thread that whoever starts it waits for.
#[expect(clippy::disallowed_methods, reason = "as in `run`")]
pub fn scoped<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &'static str,
    body: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    scope.spawn(move || counted(name, body))
}

/// Does something on a thread of somebody else, who does not survive a panic.
pub fn shield(name: &'static str, work: impl FnOnce()) {
    // It is in the log and counted.
    let _ = catch_unwind(AssertUnwindSafe(|| counted(name, work)));
}

/// Runs what hyper runs beside a connection: the streams of HTTP/2.
#[derive(Clone, Copy)]
pub struct Executor;

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, future: F) {
        run("stream", future);
    }
}

fn watched<F: Future>(name: &'static str, future: F) -> impl Future<Output = F::Output> {
    let caught = AssertUnwindSafe(NAME.scope(name, future)).catch_unwind();
    caught.map(move |result| result.unwrap_or_else(|panic| ended(name, panic)))
}

fn counted<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let result = catch_unwind(AssertUnwindSafe(|| NAME.sync_scope(name, work)));
    result.unwrap_or_else(|panic| ended(name, panic))
}

/// Whoever waits for it learns of the panic, too.
fn ended(name: &'static str, panic: Box<dyn std::any::Any + Send>) -> ! {
    drop(TASKS.panicked(name));
    resume_unwind(panic)
}

/// Before what has panicked starts again; what ran for long since `started` begins with the first pause.
fn pause(pauses: &mut Pauses, started: Instant) -> Duration {
    if started.elapsed() > limits::TASK_PAUSE.longest {
        pauses.reset();
    }
    pauses.after_another()
}

/// What tests of panics look at.
#[cfg(any(test, feature = "fixture"))]
pub mod fixture {
    use std::{
        panic,
        sync::{Mutex, Once, PoisonError},
    };

    use super::TASKS;

    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

    /// From now on, what the log tells of panics is kept for [`told`].
    pub fn listen() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                let line = super::told(panic);
                TOLD.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                before(panic);
            }));
        });
    }

    /// What the log has told of panics with these words.
    pub fn told(words: &str) -> Vec<String> {
        let told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().filter(|line| line.contains(words)).cloned().collect()
    }

    /// Whether a task of this name is down.
    pub fn is_down(name: &str) -> bool {
        TASKS.down().iter().any(|(down, _)| *down == name)
    }

    /// How often tasks of this name have panicked.
    pub fn panics(name: &str) -> u64 {
        let all = TASKS.panics();
        all.iter().find(|(one, _)| *one == name).map_or(0, |(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    };

    use super::{
        fixture::{is_down, listen, panics, told},
        *,
    };

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_down_for_a_pause_and_starts_again() {
        listen();
        let (starts, seen) = (Arc::<AtomicU32>::default(), Arc::<Mutex<Vec<bool>>>::default());
        let (count, note) = (starts.clone(), seen.clone());
        let running = keep("again", move || {
            note.lock().unwrap().push(is_down("again"));
            let round = count.fetch_add(1, Relaxed);
            async move {
                tokio::task::yield_now().await;
                assert!(round >= 3, "a bug in again");
            }
        });
        while !is_down("again") {
            tokio::task::yield_now().await;
        }
        assert!(running.await.is_ok(), "the panic stays in the task");
        assert_eq!((starts.load(Relaxed), panics("again")), (4, 3));
        assert!(!is_down("again"), "it has ended by itself");
        assert_eq!(*seen.lock().unwrap(), [false; 4], "a task that runs is not down");
        let told = told("a bug in again");
        assert_eq!(told.len(), 3, "once for each panic: {told:?}");
        let place = format!("the task `again` panicked at {}:", file!());
        assert!(told.iter().all(|line| line.contains(&place)), "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_in_the_making_of_a_task_is_caught_too() {
        let mut is_first = true;
        let running = keep("making", move || {
            assert!(!std::mem::take(&mut is_first), "a bug");
            std::future::ready(())
        });
        assert!(running.await.is_ok());
        assert_eq!(panics("making"), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_is_given_up_during_its_pause_is_not_down_for_ever() {
        let running = keep("given up", || async { panic!("a bug") });
        while !is_down("given up") {
            tokio::task::yield_now().await;
        }
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        assert!(!is_down("given up"));
    }

    #[test]
    fn a_thread_that_panics_starts_again_with_what_it_has() {
        listen();
        let mut rounds = 0;
        let (note, noted) = std::sync::mpsc::channel();
        let running = keep_thread("turning", move || {
            rounds += 1;
            note.send(rounds).unwrap();
            assert!(rounds > 1, "a bug in turning");
        });
        running.unwrap().join().unwrap();
        assert_eq!(noted.iter().collect::<Vec<_>>(), [1, 2]);
        assert_eq!((panics("turning"), is_down("turning")), (1, false));
        assert_eq!(told("a bug in turning").len(), 1);
    }

    #[tokio::test]
    async fn what_ends_alone_is_told_of_by_name_and_counted() {
        listen();
        let bug = || panic!("a bug alone");
        assert!(run("alone-task", async move { bug() }).await.unwrap_err().is_panic());
        assert!(block("alone-blocking", bug).await.unwrap_err().is_panic());
        assert!(thread("alone-thread", bug).unwrap().join().is_err());
        shield("alone-shielded", bug);
        let mut set = JoinSet::new();
        run_in(&mut set, "alone-set", async move { bug() });
        assert!(set.join_next().await.unwrap().is_err());
        for name in [
            "alone-task",
            "alone-blocking",
            "alone-thread",
            "alone-shielded",
            "alone-set",
        ] {
            assert_eq!((panics(name), is_down(name)), (1, false), "{name}");
            assert_eq!(told(&format!("the task `{name}` panicked at ")).len(), 1, "{name}");
        }
    }
}
