//! The slow lane: threads of lower priority for calls that have used up their first slice.
//!
//! A call begins on the thread that it came in on, where most end long before anybody notices. One that goes on is moved, as
//! it is, to the lane: few threads that the system prefers less, on which such calls take turns. So what a neighbour waits
//! for is a first slice at most, and timers, sockets and health, which stay where they are, do not wait at all. A function
//! of which several calls have been long begins in the lane.

use std::{
    any::Any,
    cell::Cell,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError,
        atomic::{
            AtomicBool, AtomicU8, AtomicU32,
            Ordering::{Relaxed, SeqCst},
        },
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use futures_util::FutureExt;
use rustix::{
    process::setpriority_process,
    time::{ClockId, clock_gettime},
};
use tokio::{runtime::Handle, sync::oneshot};

use crate::{base::limits, observe::tasks};

type LaneFuture = Pin<Box<dyn Future<Output = ()> + Send>>;
type Panicked = Box<dyn Any + Send>;

/// Threads that are started with the first call that needs them, and end with the lane.
#[derive(Default)]
pub(crate) struct Lane {
    queue: Arc<LaneQueue>,
    /// How many threads there are.
    threads: OnceLock<usize>,
}

impl Lane {
    /// Runs a call: here for its first slice, then in the lane. Dropping the future ends the call wherever it is.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        habit: &Habit,
        call: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let mut call = Box::pin(call);
        let mut used = Duration::ZERO;
        if !habit.is_long() {
            let here = std::future::poll_fn(|context| {
                let polled;
                (polled, used) = turn(used, || call.as_mut().poll(context));
                match polled {
                    Poll::Ready(result) => Poll::Ready(Some(result)),
                    Poll::Pending if used >= limits::FIRST_SLICE => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            });
            if let Some(result) = here.await {
                habit.note(used);
                return result;
            }
            habit.note(used);
        }
        if self.threads() == 0 {
            return call.await;
        }
        let began_here = !used.is_zero();
        let (answer, answered) = oneshot::channel();
        let work = async move {
            let result = AssertUnwindSafe(call).catch_unwind().await;
            // Nobody waits any more for a call that is past its deadline.
            let _ = answer.send((result, used_so_far()));
        };
        let _ticket = self.send(Box::pin(work), used);
        match answered.await {
            Ok((Ok(result), used)) => {
                if !began_here {
                    habit.note(used);
                }
                result
            }
            Ok((Err(panic), _)) => std::panic::resume_unwind(panic),
            Err(_) => std::panic::resume_unwind(Box::new("a thread of the slow lane ended")),
        }
    }

    /// Runs something in the lane while this thread waits for it. `None` when it takes longer than `time`.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        time: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<Result<T, Panicked>> {
        if self.threads() == 0 {
            return None;
        }
        let (answer, answered) = mpsc::channel();
        let work = async move {
            let result = AssertUnwindSafe(work).catch_unwind().await;
            // Nobody waits any more for what took too long.
            let _ = answer.send(result);
        };
        let _ticket = self.send(Box::pin(work), Duration::ZERO);
        answered.recv_timeout(time).ok()
    }

    fn send(&self, work: LaneFuture, used: Duration) -> Ticket {
        let job = Arc::new(LaneJob {
            state: AtomicU8::new(QUEUED),
            is_cancelled: AtomicBool::new(false),
            run: Mutex::new(Some(Run { work, used })),
            queue: self.queue.clone(),
            runtime: Handle::try_current().ok(),
        });
        self.queue.push(job.clone(), LaneTurn::Woken);
        Ticket(job)
    }

    fn threads(&self) -> usize {
        *self.threads.get_or_init(|| {
            let wanted = thread::available_parallelism().map_or(1, usize::from);
            let start = |_: &usize| {
                let queue = self.queue.clone();
                tasks::keep_thread("slow", move || work(&queue))
                    .inspect_err(|error| tracing::error!(%error, "a thread for long calls cannot be started"))
                    .is_ok()
            };
            (0..wanted).filter(start).count()
        })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        lock(&self.queue.lines).is_closed = true;
        self.queue.work.notify_all();
    }
}

/// Whether the calls of a function have been long lately: each long one weighs as much as several short ones.
#[derive(Debug, Default)]
pub(crate) struct Habit(AtomicU32);

impl Habit {
    const LONG: u32 = 8;
    /// Two long ones in a row.
    const IS_LONG: u32 = 2 * Self::LONG;
    const MOST: u32 = 4 * Self::LONG;

    fn is_long(&self) -> bool {
        self.0.load(Relaxed) >= Self::IS_LONG
    }

    /// Lost updates do no harm: it is a guess.
    fn note(&self, used: Duration) {
        let before = self.0.load(Relaxed);
        if used >= limits::FIRST_SLICE {
            self.0.store((before + Self::LONG).min(Self::MOST), Relaxed);
        } else if before > 0 {
            self.0.store(before - 1, Relaxed);
        }
    }
}

thread_local! {
    static TURN: Cell<Turn> = const { Cell::new(Turn::new(Duration::ZERO)) };
}

/// What the call that is being polled on this thread has used of its processor.
#[derive(Clone, Copy)]
struct Turn {
    /// In earlier polls.
    before: Duration,
    /// The thread's time at the first tick of this poll. Most polls see none, so that they never ask for the time.
    since: Option<Duration>,
}

impl Turn {
    const fn new(before: Duration) -> Self {
        Self { before, since: None }
    }

    fn used(self) -> Duration {
        self.before
            + self
                .since
                .map_or(Duration::ZERO, |since| processor_time().saturating_sub(since))
    }
}

/// Polls a call that has used `before`; what it has used afterwards.
fn turn<T>(before: Duration, poll: impl FnOnce() -> Poll<T>) -> (Poll<T>, Duration) {
    TURN.set(Turn::new(before));
    let polled = poll();
    (polled, used_so_far())
}

fn used_so_far() -> Duration {
    TURN.get().used()
}

/// What the epoch asks at each tick that finds a guest at work: whether it has to give its thread back.
pub(crate) fn is_turn_over() -> bool {
    let turn = TURN.get();
    if turn.since.is_none() {
        let since = Some(processor_time());
        TURN.set(Turn { since, ..turn });
        return false;
    }
    turn.used() >= limits::FIRST_SLICE
}

/// Of this thread; a thread that has to wait for its processor uses none.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// A call in the lane.
struct LaneJob {
    /// [`WAITING`], [`QUEUED`], [`RUNNING`] or [`WOKEN`].
    state: AtomicU8,
    is_cancelled: AtomicBool,
    /// Locked while it runs; `None` once it is over.
    run: Mutex<Option<Run>>,
    queue: Arc<LaneQueue>,
    /// The server's, whose threads drive the timers and sockets that the call waits for.
    runtime: Option<Handle>,
}

struct Run {
    work: LaneFuture,
    used: Duration,
}

const WAITING: u8 = 0;
const QUEUED: u8 = 1;
const RUNNING: u8 = 2;
/// Running, and to be run again.
const WOKEN: u8 = 3;

impl LaneJob {
    fn run(self: &Arc<Self>) {
        let mut held = lock(&self.run);
        let Some(run) = held.as_mut() else { return };
        self.state.store(RUNNING, SeqCst);
        let _runtime = self.runtime.as_ref().map(Handle::enter);
        let waker = Waker::from(self.clone());
        let polled;
        (polled, run.used) = turn(run.used, || run.work.as_mut().poll(&mut Context::from_waker(&waker)));
        if polled.is_ready() {
            *held = None;
        }
        drop(held);
        // Whoever cancelled it meanwhile found it locked.
        if self.is_cancelled.load(SeqCst) {
            lock(&self.run).take();
        }
        let has_ended_its_turn = self.state.compare_exchange(RUNNING, WAITING, SeqCst, SeqCst).is_err();
        if has_ended_its_turn && polled.is_pending() {
            self.state.store(QUEUED, SeqCst);
            self.queue.push(self.clone(), LaneTurn::Spent);
        }
    }

    fn cancel(&self) {
        self.is_cancelled.store(true, SeqCst);
        match self.run.try_lock() {
            Ok(mut run) => drop(run.take()),
            Err(TryLockError::Poisoned(run)) => drop(run.into_inner().take()),
            Err(TryLockError::WouldBlock) => {}
        }
    }
}

impl Wake for LaneJob {
    fn wake(self: Arc<Self>) {
        if self.state.compare_exchange(WAITING, QUEUED, SeqCst, SeqCst).is_ok() {
            let queue = self.queue.clone();
            queue.push(self, LaneTurn::Woken);
        } else {
            // Another state than this one means that it is queued already.
            let _ = self.state.compare_exchange(RUNNING, WOKEN, SeqCst, SeqCst);
        }
    }
}

/// Ends its job when it is dropped: at once when it waits, else with its turn.
struct Ticket(Arc<LaneJob>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[derive(Default)]
struct LaneQueue {
    lines: Mutex<LaneQueues>,
    work: Condvar,
}

/// Those that have just come or were woken by what they waited for, and those that gave their thread back. They are
/// served in turns, so that the few that only wait do not wait for all that spin.
#[derive(Default)]
struct LaneQueues {
    woken: VecDeque<Arc<LaneJob>>,
    spent: VecDeque<Arc<LaneJob>>,
    was_woken: bool,
    is_closed: bool,
}

enum LaneTurn {
    Woken,
    Spent,
}

impl LaneQueue {
    fn push(&self, job: Arc<LaneJob>, line: LaneTurn) {
        let mut lines = lock(&self.lines);
        match line {
            LaneTurn::Woken => lines.woken.push_back(job),
            LaneTurn::Spent => lines.spent.push_back(job),
        }
        drop(lines);
        self.work.notify_one();
    }

    /// The next job; `None` when the lane is gone.
    fn next(&self) -> Option<Arc<LaneJob>> {
        let mut lines = lock(&self.lines);
        loop {
            if lines.is_closed {
                return None;
            }
            if let Some(job) = lines.next() {
                return Some(job);
            }
            lines = self.work.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl LaneQueues {
    fn next(&mut self) -> Option<Arc<LaneJob>> {
        self.was_woken = !self.was_woken;
        if self.was_woken {
            self.woken.pop_front().or_else(|| self.spent.pop_front())
        } else {
            self.spent.pop_front().or_else(|| self.woken.pop_front())
        }
    }
}

fn work(queue: &LaneQueue) {
    // On Linux the priority is the thread's own, elsewhere the process's.
    if cfg!(target_os = "linux")
        && let Err(error) = setpriority_process(None, limits::LANE_PRIORITY)
    {
        tracing::warn!(%error, "long calls run at the priority of all others");
    }
    while let Some(job) = queue.next() {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job.run())) {
            // Nobody would poll it again, and its caller would wait for it.
            job.cancel();
            resume_unwind(panic);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Instant};

    use super::*;

    /// A call that does as a busy guest does: it goes on until its turn is over, `turns` times. The names of the threads that
    /// it ran on.
    async fn spin(turns: usize) -> Vec<String> {
        let mut threads = Vec::new();
        poll_fn(|context| {
            threads.push(thread::current().name().unwrap_or_default().to_owned());
            if threads.len() > turns {
                return Poll::Ready(());
            }
            while !is_turn_over() {
                std::hint::spin_loop();
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        threads
    }

    #[tokio::test]
    async fn a_call_that_uses_up_its_first_slice_goes_on_in_the_lane() {
        let (lane, habit) = (Lane::default(), Habit::default());
        let threads = lane.run(&habit, spin(5)).await;
        assert_ne!(threads[0], "slow");
        assert!(threads[1..].iter().all(|thread| thread == "slow"), "{threads:?}");
        let threads = lane.run(&habit, spin(0)).await;
        assert_ne!(threads[0], "slow", "one long call is no habit");
    }

    #[tokio::test]
    async fn a_function_with_the_habit_begins_there_until_it_has_lost_it() {
        let (lane, habit) = (Lane::default(), Habit::default());
        for _ in 0..2 {
            lane.run(&habit, spin(2)).await;
        }
        assert_eq!(lane.run(&habit, spin(0)).await, ["slow"]);
        for _ in 0..Habit::MOST {
            lane.run(&habit, spin(0)).await;
        }
        assert_ne!(lane.run(&habit, spin(0)).await, ["slow"]);
    }

    #[tokio::test]
    async fn a_call_that_waits_is_woken_wherever_it_is() {
        let (lane, habit) = (Lane::default(), Habit::default());
        let call = async {
            spin(2).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
            tokio::spawn(async { 7 }).await.unwrap()
        };
        assert_eq!(lane.run(&habit, call).await, 7);
    }

    #[tokio::test]
    async fn dropping_ends_a_call_that_never_ends_itself() {
        let (lane, habit) = (Lane::default(), Habit::default());
        let held = Arc::new(());
        let calls = (0..8).map(|_| {
            let own = held.clone();
            lane.run(&habit, async move {
                spin(usize::MAX).await;
                drop(own);
            })
        });
        let all = futures_util::future::join_all(calls);
        assert!(tokio::time::timeout(Duration::from_millis(100), all).await.is_err());
        let started = Instant::now();
        while Arc::strong_count(&held) > 1 {
            assert!(started.elapsed() < Duration::from_secs(30), "calls are left");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_panic_in_the_lane_is_that_of_its_caller() {
        let (lane, habit) = (Arc::new(Lane::default()), Habit::default());
        let call = {
            let lane = lane.clone();
            async move {
                lane.run(&habit, async {
                    spin(2).await;
                    panic!("in the lane");
                })
                .await
            }
        };
        let panic = tokio::spawn(call).await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"in the lane"));
        assert_eq!(lane.run(&Habit::default(), async { 1 }).await, 1, "the lane lives");
    }

    #[test]
    fn a_thread_waits_for_the_lane_no_longer_than_it_says() {
        let lane = Lane::default();
        assert!(lane.wait(Duration::from_millis(50), spin(usize::MAX)).is_none());
        let threads = lane.wait(Duration::from_secs(30), spin(0)).unwrap().unwrap();
        assert_eq!(threads, ["slow"]);
    }
}
