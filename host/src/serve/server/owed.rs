//! Answers that are made and not yet taken. A client decides how fast it takes them, by TCP or by the windows of HTTP/2, and
//! until then they lie in memory: so a connection waits with further requests while it is owed much, and ends when its
//! client takes next to nothing. `debts` bounds what all of them are owed.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    sync::{Mutex, MutexGuard, Notify},
    time::Instant,
};

use super::{
    debts::{Creditor, Debts},
    idle::Patience,
};
use crate::base::limits;

/// What the client of one connection is owed.
pub(super) struct Owed {
    opened: Instant,
    bytes: AtomicUsize,
    /// Since when there has been something all the time. Milliseconds since `opened`.
    since: AtomicU64,
    /// Bytes of answers that the client has taken since the connection began; the same at the time of `since`.
    taken: AtomicU64,
    taken_before: AtomicU64,
    /// When it took the last of them. Milliseconds since `opened`.
    last: AtomicU64,
    paid: Notify,
    turn: Mutex<()>,
    /// What all clients are owed.
    all: Arc<Debts>,
    is_cut: AtomicBool,
    cut: Notify,
}

impl Owed {
    pub(super) fn new(all: Arc<Debts>) -> Self {
        Self {
            opened: Instant::now(),
            bytes: AtomicUsize::new(0),
            since: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            taken_before: AtomicU64::new(0),
            last: AtomicU64::new(0),
            paid: Notify::new(),
            turn: Mutex::new(()),
            all,
            is_cut: AtomicBool::new(false),
            cut: Notify::new(),
        }
    }

    /// Waits until the connection is to end, since others need what it holds.
    pub(super) async fn cut_off(&self) {
        self.cut.notified().await;
    }

    pub(super) fn is_something(&self) -> bool {
        self.bytes.load(Relaxed) > 0
    }

    /// Some bytes of answers have gone to the client.
    pub(super) fn took(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Relaxed);
        self.last.store(self.now(), Relaxed);
    }

    /// Waits until the client, and all of them, are owed little enough for one more answer. Those that have waited for their
    /// own client go on one by one, each when the one before has given back its turn: what it is owed then counts.
    pub(super) async fn room(&self) -> Option<MutexGuard<'_, ()>> {
        self.all.room().await;
        if self.bytes.load(Relaxed) <= limits::OWED {
            return None;
        }
        let turn = self.turn.lock().await;
        while self.bytes.load(Relaxed) > limits::OWED {
            // A payment that comes before the wait ends it.
            self.paid.notified().await;
        }
        Some(turn)
    }

    /// The body of an answer, which is owed until all of it is taken or given up.
    pub(super) fn body(self: &Arc<Self>, body: Full<Bytes>) -> OwedBody {
        let bytes = body.size_hint().exact().unwrap_or_default() as usize;
        let before = self.bytes.fetch_add(bytes, Relaxed);
        if before == 0 {
            self.since.store(self.now(), Relaxed);
            self.taken_before.store(self.taken.load(Relaxed), Relaxed);
        }
        self.all.add(bytes);
        OwedBody {
            body,
            debt: Some(Debt {
                owed: self.clone(),
                bytes,
            }),
        }
    }

    fn now(&self) -> u64 {
        self.opened.elapsed().as_millis() as u64
    }
}

impl Creditor for Owed {
    fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// First who has taken nothing for longest, then those that are slow, the slowest first. None where nothing is owed, or
    /// the client has had next to no time.
    fn rank(&self) -> Option<(bool, u64)> {
        let (now, since) = (self.now(), self.since.load(Relaxed));
        let for_long = |time: u64, limit: Duration| time >= limit.as_millis() as u64;
        if !self.is_something() {
            return None;
        }
        let still = now.saturating_sub(self.last.load(Relaxed).max(since));
        if for_long(still, limits::OWED_STILL) {
            return Some((false, u64::MAX - still));
        }
        let elapsed = now.saturating_sub(since);
        let taken = self.taken.load(Relaxed).saturating_sub(self.taken_before.load(Relaxed));
        let rate = taken.saturating_mul(1000).checked_div(elapsed)?;
        for_long(elapsed, limits::OWED_SLOW).then_some((true, rate))
    }

    fn cut(&self) {
        self.is_cut.store(true, Relaxed);
        self.cut.notify_one();
    }

    fn is_cut(&self) -> bool {
        self.is_cut.load(Relaxed)
    }
}

struct Debt {
    owed: Arc<Owed>,
    bytes: usize,
}

impl Drop for Debt {
    fn drop(&mut self) {
        self.owed.bytes.fetch_sub(self.bytes, Relaxed);
        self.owed.all.remove(self.bytes);
        self.owed.paid.notify_one();
    }
}

/// The body of an answer, with the debt that it is.
pub(super) struct OwedBody {
    body: Full<Bytes>,
    debt: Option<Debt>,
}

impl Body for OwedBody {
    type Data = Bytes;
    type Error = <Full<Bytes> as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let debt = &mut self.debt;
        polled.map_ok(|frame| {
            frame.map_data(|bytes| match debt.take() {
                // The debt ends with the last of these bytes, wherever they are kept until then.
                Some(debt) => Bytes::from_owner(OwedBytes { bytes, _debt: debt }),
                None => bytes,
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

struct OwedBytes {
    bytes: Bytes,
    _debt: Debt,
}

impl AsRef<[u8]> for OwedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// How fast a client takes what it is owed.
pub(super) struct Pace {
    /// Milliseconds since the connection was opened.
    since: u64,
    /// What had been taken then.
    taken: u64,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { since: 0, taken: 0 }
    }

    /// Whether it has taken enough of it lately.
    pub(super) fn look(&mut self, owed: &Owed) -> Patience {
        let (now, taken) = (owed.now(), owed.taken.load(Relaxed));
        // What was owed before is paid.
        if !owed.is_something() || owed.since.load(Relaxed) > self.since {
            (self.since, self.taken) = (now, taken);
            return Patience::Left;
        }
        if now - self.since < limits::OWED_TIME.as_millis() as u64 {
            return Patience::Left;
        }
        let enough = limits::OWED_RATE * (now - self.since) / 1000;
        if taken - self.taken < enough {
            return Patience::Spent;
        }
        (self.since, self.taken) = (now, taken);
        Patience::Left
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tokio::time::{advance, timeout};

    use super::{super::debts::Debtor, *};

    fn owed() -> Arc<Owed> {
        Arc::new(Owed::new(Arc::new(Debts::new(limits::OWED_ALL))))
    }

    fn answer(owed: &Arc<Owed>, bytes: usize) -> OwedBody {
        owed.body(Full::from(vec![7; bytes]))
    }

    /// For how many seconds a client lasts that takes so many bytes in each; at most an hour.
    async fn lasts(rate: usize) -> u64 {
        let owed = owed();
        let _answer = answer(&owed, 100 << 20);
        let mut pace = Pace::new();
        for second in 0..3600 {
            if second % 5 == 0 && pace.look(&owed) == Patience::Spent {
                return second;
            }
            advance(Duration::from_secs(1)).await;
            owed.took(rate);
        }
        3600
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_next_to_nothing_is_cut_and_who_is_slow_is_not() {
        let allowed = limits::OWED_TIME.as_secs();
        assert_eq!(lasts(0).await, allowed);
        assert_eq!(lasts(1).await, allowed);
        assert_eq!(lasts(limits::OWED_RATE as usize - 1).await, allowed);
        assert_eq!(lasts(limits::OWED_RATE as usize).await, 3600);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_small_answers_at_once_is_never_cut() {
        let (owed, mut pace) = (owed(), Pace::new());
        for _ in 0..1000 {
            let one = answer(&owed, 5);
            assert_eq!(pace.look(&owed), Patience::Left, "it is owed, but not for long");
            drop(one);
            advance(Duration::from_secs(5)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_owed_ends_with_its_last_byte_or_with_its_body() {
        let owed = owed();
        let body = answer(&owed, 1000);
        assert_eq!(body.size_hint().exact(), Some(1000));
        let mut bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(bytes.len(), 1000);
        let last = bytes.split_off(999);
        drop(bytes);
        assert_eq!(owed.bytes.load(Relaxed), 1000);
        drop(last);
        assert_eq!(owed.bytes.load(Relaxed), 0);
        drop(answer(&owed, 9));
        drop(answer(&owed, 0));
        assert_eq!(owed.bytes.load(Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn further_answers_wait_for_room() {
        let owed = owed();
        let (first, second) = (answer(&owed, limits::OWED), answer(&owed, 1));
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let owed = owed.clone();
                tokio::spawn(async move {
                    let turn = owed.room().await;
                    let answer = answer(&owed, 1);
                    drop(turn);
                    answer
                })
            })
            .collect();
        let soon = Duration::from_secs(9);
        assert!(timeout(soon, owed.room()).await.is_err());
        drop(second);
        tokio::time::sleep(soon).await;
        let went_on = waiting.iter().filter(|one| one.is_finished()).count();
        assert_eq!(went_on, 1, "one answer more is over the bound again");
        drop(first);
        for one in waiting {
            timeout(soon, one).await.unwrap().unwrap();
        }
        assert!(timeout(soon, owed.room()).await.unwrap().is_none());
    }

    const MIB: usize = 1 << 20;

    fn debts() -> Arc<Debts> {
        Arc::new(Debts::new(10 * MIB))
    }

    fn client(debts: &Arc<Debts>) -> (Arc<Owed>, Debtor) {
        let owed = Arc::new(Owed::new(debts.clone()));
        let debtor = debts.join(owed.clone());
        (owed, debtor)
    }

    fn large(mebibytes: usize) -> Full<Bytes> {
        Full::from(vec![7; mebibytes * MIB])
    }

    fn cut(clients: &[(Arc<Owed>, Debtor)]) -> Vec<bool> {
        clients.iter().map(|(owed, _)| owed.is_cut()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_are_cut_and_no_more_of_them_than_needed() {
        let debts = debts();
        let clients: Vec<_> = (0..5).map(|_| client(&debts)).collect();
        let bodies: Vec<_> = clients.iter().map(|(owed, _)| owed.body(large(2))).collect();
        let (new, _debtor) = client(&debts);
        for _ in 0..limits::OWED_SLOW.as_millis() / 100 {
            for (rate, (owed, _)) in clients.iter().enumerate() {
                owed.took(1 + ((rate + 3) % 5));
            }
            drop(new.body(large(3)));
            assert_eq!(cut(&clients), [false; 5], "they take, and have not had much time");
            advance(Duration::from_millis(100)).await;
        }
        let _three = new.body(large(3));
        assert_eq!(cut(&clients), [false, false, true, true, false], "two are enough");
        assert!(!new.is_cut(), "it has had no time");
        drop(bodies);
        assert!(timeout(Duration::from_millis(1), debts.room()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_at_all_is_the_first() {
        let debts = debts();
        let clients: Vec<_> = (0..5).map(|_| client(&debts)).collect();
        let _bodies: Vec<_> = clients.iter().map(|(owed, _)| owed.body(large(2))).collect();
        for step in 0..9 {
            for (at, (owed, _)) in clients.iter().enumerate() {
                // The system takes much at once for those who never read.
                if step == 0 && at >= 3 {
                    owed.took(MIB);
                }
                if at < 3 {
                    owed.took(1);
                }
            }
            advance(Duration::from_millis(100)).await;
        }
        let (new, _debtor) = client(&debts);
        let _one = new.body(large(1));
        assert_eq!(cut(&clients).iter().filter(|is_cut| **is_cut).count(), 1);
        assert_eq!(cut(&clients)[..3], [false; 3], "they go on taking");
    }

    #[tokio::test(start_paused = true)]
    async fn further_answers_wait_until_somebody_can_be_cut() {
        let debts = debts();
        let (owed, _debtor) = client(&debts);
        let body = owed.body(large(11));
        let room = {
            let debts = debts.clone();
            tokio::spawn(async move { debts.room().await })
        };
        let cut = owed.cut_off();
        assert!(
            timeout(limits::OWED_STILL * 3, cut).await.is_ok(),
            "nobody else is there to be cut"
        );
        assert!(!room.is_finished());
        drop(body);
        timeout(Duration::from_secs(1), room).await.unwrap().unwrap();
        assert!(timeout(Duration::from_millis(1), debts.room()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_left_is_forgotten() {
        let debts = debts();
        for _ in 0..100 {
            let (owed, debtor) = client(&debts);
            drop(owed.body(large(1)));
            drop(debtor);
            assert_eq!(Arc::strong_count(&owed), 1);
        }
        assert!(timeout(Duration::from_millis(1), debts.room()).await.is_ok());
    }
}
