//! What all clients together are owed. Each connection has a bound of its own, and many have many of them: so where all
//! of it is too much, those who take slowest lose their connections, and further requests wait for as long as that takes.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};

use parking_lot::Mutex;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use super::owed::Owed;
use crate::base::limits;

/// The connections of one listener, and what their clients are owed.
pub(super) struct Debts {
    /// Bytes that may be owed.
    most: usize,
    bytes: AtomicUsize,
    opened: Instant,
    /// When it was last looked for somebody to cut. Milliseconds since `opened`.
    looked: AtomicU64,
    paid: Notify,
    debtors: Mutex<Debtors>,
}

#[derive(Default)]
struct Debtors {
    next: u64,
    all: HashMap<u64, Arc<Owed>>,
}

/// A connection among them, for as long as it lasts.
pub(super) struct Debtor {
    debts: Arc<Debts>,
    id: u64,
}

impl Debts {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            bytes: AtomicUsize::new(0),
            opened: Instant::now(),
            looked: AtomicU64::new(0),
            paid: Notify::new(),
            debtors: Mutex::default(),
        }
    }

    pub(super) fn join(self: &Arc<Self>, owed: &Arc<Owed>) -> Debtor {
        let mut debtors = self.debtors.lock();
        let id = debtors.next;
        debtors.next += 1;
        debtors.all.insert(id, owed.clone());
        Debtor {
            debts: self.clone(),
            id,
        }
    }

    /// An answer was made.
    pub(super) fn add(&self, bytes: usize) {
        let before = self.bytes.fetch_add(bytes, Relaxed);
        if before.saturating_add(bytes) > self.most {
            self.make_room();
        }
    }

    /// It was taken, or given up.
    pub(super) fn remove(&self, bytes: usize) {
        let before = self.bytes.fetch_sub(bytes, Relaxed);
        if before > self.most {
            self.paid.notify_waiters();
        }
    }

    fn is_too_much(&self) -> bool {
        self.bytes.load(Relaxed) > self.most
    }

    /// Waits until little enough is owed for one more answer.
    pub(super) async fn room(&self) {
        while self.is_too_much() {
            let paid = self.paid.notified();
            // What is paid from here on ends the wait.
            if self.is_too_much() {
                let _ = timeout(limits::SHED_PAUSE, paid).await;
                self.make_room();
            }
        }
    }

    /// Ends the connections of those who take slowest, until what the others are owed is little enough. Whoever has had next
    /// to no time is none of them.
    fn make_room(&self) {
        if !self.is_time_to_look() {
            return;
        }
        let debtors: Vec<Arc<Owed>> = self.debtors.lock().all.values().cloned().collect();
        let leaving: usize = debtors
            .iter()
            .filter(|owed| owed.is_cut())
            .map(|owed| owed.bytes())
            .sum();
        let mut over = self
            .bytes
            .load(Relaxed)
            .saturating_sub(self.most.saturating_add(leaving));
        let rated = debtors.iter().filter(|owed| !owed.is_cut());
        let mut slowest: Vec<_> = rated.filter_map(|owed| Some((owed.rate()?, owed))).collect();
        slowest.sort_by_key(|(rate, _)| *rate);
        let mut count = 0;
        for (_, owed) in slowest {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(owed.bytes());
            owed.cut();
            count += 1;
        }
        if count > 0 {
            let most = self.most >> 20;
            tracing::warn!(
                target: "server",
                "answers of more than {most} MiB wait for their clients: {count} connections of those who take them slowest \
                 were closed"
            );
        }
    }

    fn is_time_to_look(&self) -> bool {
        let (now, looked) = (self.opened.elapsed().as_millis() as u64, self.looked.load(Relaxed));
        let is_time = now.saturating_sub(looked) >= limits::SHED_PAUSE.as_millis() as u64;
        // Of those who come at once, one looks.
        is_time && self.looked.compare_exchange(looked, now, Relaxed, Relaxed).is_ok()
    }
}

impl Drop for Debtor {
    fn drop(&mut self) {
        self.debts.debtors.lock().all.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http_body_util::Full;
    use tokio::time::{advance, timeout};

    use super::*;

    const MIB: usize = 1 << 20;

    fn debts() -> Arc<Debts> {
        Arc::new(Debts::new(10 * MIB))
    }

    fn client(debts: &Arc<Debts>) -> (Arc<Owed>, Debtor) {
        let owed = Arc::new(Owed::new(debts.clone()));
        let debtor = debts.join(&owed);
        (owed, debtor)
    }

    fn answer(mebibytes: usize) -> Full<Bytes> {
        Full::from(vec![7; mebibytes * MIB])
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_are_cut_and_no_more_of_them_than_needed() {
        let debts = debts();
        let clients: Vec<_> = (0..5).map(|_| client(&debts)).collect();
        let bodies: Vec<_> = clients.iter().map(|(owed, _)| owed.body(answer(2))).collect();
        for second in 0..3 {
            for (rate, (owed, _)) in clients.iter().enumerate() {
                owed.took(((rate + 3) % 5) << 10);
            }
            assert!(clients.iter().all(|(owed, _)| !owed.is_cut()), "{second}");
            advance(Duration::from_secs(1)).await;
        }
        let (new, _debtor) = client(&debts);
        let _three = new.body(answer(3));
        let cut: Vec<_> = clients.iter().map(|(owed, _)| owed.is_cut()).collect();
        assert_eq!(
            cut,
            [false, false, true, true, false],
            "they took least; two of them are enough"
        );
        assert!(!new.is_cut(), "it has had no time");
        drop(bodies);
        assert!(timeout(Duration::from_millis(1), debts.room()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn further_answers_wait_until_somebody_can_be_cut() {
        let debts = debts();
        let (owed, _debtor) = client(&debts);
        let body = owed.body(answer(11));
        let room = {
            let debts = debts.clone();
            tokio::spawn(async move { debts.room().await })
        };
        let cut = owed.cut_off();
        assert!(
            timeout(limits::OWED_GRACE * 3, cut).await.is_ok(),
            "nobody else is there to be cut"
        );
        assert!(!room.is_finished());
        drop(body);
        timeout(Duration::from_secs(1), room).await.unwrap().unwrap();
        assert_eq!(debts.bytes.load(Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_left_is_forgotten() {
        let debts = debts();
        for _ in 0..3 {
            let (owed, debtor) = client(&debts);
            let body = owed.body(answer(1));
            drop((debtor, body));
        }
        assert!(debts.debtors.lock().all.is_empty());
        assert_eq!(debts.bytes.load(Relaxed), 0);
    }
}
