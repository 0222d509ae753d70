//! Takes connections while there is room for them, and ends them all at a stop.

use std::{io, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};

use super::{
    Responder,
    connection::{self, Phase, Surroundings},
    crowd::Crowd,
    debts::Debts,
};
use crate::{
    base::backoff::Backoff,
    base::limits,
    observe::{
        metrics::{Counter, Gauge},
        tasks,
    },
};

/// How long accepting pauses when the system has no file descriptor or memory left.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(5), Duration::from_secs(1));

/// Who serves the connections of one listener.
pub(super) struct Acceptor<A> {
    /// The task that accepts.
    name: &'static str,
    answer: A,
    /// For how many connections there is room.
    most: u32,
    room: Arc<Semaphore>,
    crowd: Arc<Crowd>,
    debts: Arc<Debts>,
    /// Counts the connections.
    open: Arc<Gauge>,
    /// Counts those that ended by a fault of the host's own.
    panicked: Arc<Counter>,
    phase: watch::Sender<Phase>,
}

impl<A: Responder> Acceptor<A> {
    pub(super) fn new(name: &'static str, answer: A, most: usize, open: Arc<Gauge>, panicked: Arc<Counter>) -> Self {
        Self {
            name,
            answer,
            most: u32::try_from(most).unwrap_or(u32::MAX),
            room: Arc::new(Semaphore::new(most)),
            crowd: Arc::default(),
            debts: Arc::new(Debts::new(limits::OWED_ALL)),
            open,
            panicked,
            phase: watch::Sender::new(Phase::Serving),
        }
    }

    pub(super) async fn run(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            // The listener and all connections outlive a panic.
            () = tasks::kept(self.name, || self.accept(&listener)) => {}
            // A sender that is gone asks for a stop, too.
            _ = stop.wait_for(|stop| *stop) => {}
        }
        self.take_those_who_wait(&listener);
        // Closed before the drain: clients are refused, and another process can have the port.
        drop(listener);
        self.phase.send_replace(Phase::Draining);
        if timeout(limits::DRAIN, self.room.acquire_many(self.most)).await.is_err() {
            let left = self.most as usize - self.room.available_permits();
            tracing::warn!("{left} connections did not end within {:?} and were cut", limits::DRAIN);
            self.phase.send_replace(Phase::Closing);
            // Their tasks end at their next wake-up, which the line above is.
            let _ = timeout(Duration::from_secs(1), self.room.acquire_many(self.most)).await;
        }
    }

    /// Never ends: what the system refuses now it may grant later.
    async fn accept(&self, listener: &TcpListener) {
        loop {
            // Before accepting: those for whom there is no room wait in the listen queue.
            let Some(permit) = self.permit().await else { return };
            self.start(self.next(listener).await, permit);
        }
    }

    /// A place for one more connection; those that do nothing make room.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            let waiting = timeout(limits::SHED_PAUSE, self.room.clone().acquire_owned());
            match waiting.await {
                Ok(permit) => return permit.ok(),
                Err(_) => self.crowd.shed(),
            }
        }
    }

    async fn next(&self, listener: &TcpListener) -> TcpStream {
        let mut pauses = BACKOFF.pauses();
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    let pause = pauses.after_another();
                    tracing::warn!(%error, "cannot accept connections; trying again in {pause:?}");
                    self.crowd.shed();
                    sleep(pause).await;
                }
            }
        }
    }

    /// At a stop: the system has connected them, and their requests may have come already.
    fn take_those_who_wait(&self, listener: &TcpListener) {
        for _ in 0..limits::BACKLOG {
            let Ok(permit) = self.room.clone().try_acquire_owned() else {
                return;
            };
            match listener.accept().now_or_never() {
                Some(Ok((stream, _))) => self.start(stream, permit),
                Some(Err(error)) if is_of_the_client(&error) => {}
                _ => return,
            }
        }
    }

    fn start(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        // Small replies must not wait for the acknowledgement of those before.
        let _ = stream.set_nodelay(true);
        let surroundings = Surroundings {
            room: self.room.clone(),
            crowd: self.crowd.clone(),
            debts: self.debts.clone(),
            phases: self.phase.subscribe(),
            panicked: self.panicked.clone(),
        };
        let serving = connection::start(stream, self.answer.clone(), surroundings);
        let (open, panicked) = (OpenConnection::new(&self.open), self.panicked.clone());
        tasks::run("connection", async move {
            // The fault of one connection is no other's.
            if AssertUnwindSafe(serving).catch_unwind().await.is_err() {
                panicked.add(1);
            }
            drop((open, permit));
        });
    }
}

/// A connection, counted for as long as it lasts.
struct OpenConnection(Arc<Gauge>);

impl OpenConnection {
    fn new(gauge: &Arc<Gauge>) -> Self {
        gauge.add(1);
        Self(gauge.clone())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

/// The client went away between its connecting and our accepting.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
