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

use crate::base::limits;

/// A client that is owed something.
pub(super) trait Creditor: Send + Sync {
    fn bytes(&self) -> usize;

    /// How soon it is to make room; the first is the lowest. None where it is not.
    fn rank(&self) -> Option<(bool, u64)>;

    /// Its connection is to end: others need what it holds.
    fn cut(&self);

    fn is_cut(&self) -> bool;
}

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
    all: HashMap<u64, Arc<dyn Creditor>>,
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

    pub(super) fn join(self: &Arc<Self>, client: Arc<dyn Creditor>) -> Debtor {
        let mut debtors = self.debtors.lock();
        let id = debtors.next;
        debtors.next += 1;
        debtors.all.insert(id, client);
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
        let debtors: Vec<Arc<dyn Creditor>> = self.debtors.lock().all.values().cloned().collect();
        let leaving: usize = debtors
            .iter()
            .filter(|owed| owed.is_cut())
            .map(|owed| owed.bytes())
            .sum();
        let mut over = self
            .bytes
            .load(Relaxed)
            .saturating_sub(self.most.saturating_add(leaving));
        let others = debtors.iter().filter(|owed| !owed.is_cut());
        let mut slowest: Vec<_> = others.filter_map(|owed| Some((owed.rank()?, owed))).collect();
        slowest.sort_by_key(|(rank, _)| *rank);
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
