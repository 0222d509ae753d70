//! Takes connections while there is room for them, and ends them all at a stop.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use super::{
    Answer,
    connection::{self, Phase},
};
use crate::{limits, metrics::Gauge};

/// How long accepting pauses when the system has no file descriptor or memory left.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// `open` counts the connections.
pub(super) async fn run(listener: TcpListener, answer: impl Answer, open: Arc<Gauge>, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let (phase, phases) = watch::channel(Phase::Serving);
    tokio::select! {
        () = accept(&listener, &answer, &open, &room, &phases) => {}
        // A sender that is gone asks for a stop, too.
        _ = stop.wait_for(|stop| *stop) => {}
    }
    // Closed before the drain: clients are refused, and another process can have the port.
    drop(listener);
    phase.send_replace(Phase::Draining);
    let everyone = limits::CONNECTIONS as u32;
    if timeout(limits::DRAIN, room.acquire_many(everyone)).await.is_err() {
        let left = limits::CONNECTIONS - room.available_permits();
        tracing::warn!("{left} connections did not end within {:?} and were cut", limits::DRAIN);
        phase.send_replace(Phase::Closing);
        // Their tasks end at their next wake-up, which the line above is.
        let _ = timeout(Duration::from_secs(1), room.acquire_many(everyone)).await;
    }
}

/// Never ends: what the system refuses now it may grant later.
async fn accept(
    listener: &TcpListener,
    answer: &impl Answer,
    open: &Arc<Gauge>,
    room: &Arc<Semaphore>,
    phases: &watch::Receiver<Phase>,
) {
    loop {
        // Before accepting: those for whom there is no room wait in the listen queue.
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        let stream = next(listener).await;
        // Small replies must not wait for the acknowledgement of those before.
        let _ = stream.set_nodelay(true);
        let serving = connection::start(stream, answer.clone(), room.clone(), phases.clone());
        let open = Open::new(open);
        tokio::spawn(async move {
            serving.await;
            drop((open, permit));
        });
    }
}

/// A connection, counted for as long as it lasts.
struct Open(Arc<Gauge>);

impl Open {
    fn new(gauge: &Arc<Gauge>) -> Self {
        gauge.add(1);
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

async fn next(listener: &TcpListener) -> TcpStream {
    let mut pause = BACK_OFF.0;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; trying again in {pause:?}");
                sleep(pause).await;
                pause = (pause * 2).min(BACK_OFF.1);
            }
        }
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
