//! One connection, from its first byte to its end.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONNECTION, CONTENT_TYPE},
};
use http_body_util::Full;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{Semaphore, watch},
    time::{Instant, sleep_until, timeout},
};

use super::{
    Responder,
    crowd::Crowd,
    debts::Debts,
    idle::{Activity, Patience, WatchedStream},
    owed::{Owed, Pace},
    reply::JSON,
    tls,
    wire::{Notes, Wire},
};
use crate::{
    base::limits,
    network::tls::Peer,
    observe::{metrics::Counter, tasks},
};

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What the whole server is doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// Requests in flight are finished, no further ones are taken.
    Draining,
    /// Every connection ends now.
    Closing,
}

/// What a connection knows of the server around it.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) room: Arc<Semaphore>,
    pub(super) crowd: Arc<Crowd>,
    pub(super) debts: Arc<Debts>,
    pub(super) phases: watch::Receiver<Phase>,
    /// Counts exchanges that ended by a fault of the host's own.
    pub(super) panicked: Arc<Counter>,
}

/// Serves a connection, over TLS where that is asked for.
pub(super) async fn start(stream: TcpStream, answer: impl Responder, surroundings: Surroundings) {
    let Some(tls) = answer.tls() else {
        return serve(stream, None, answer, surroundings).await;
    };
    // Apart, so that connections without TLS do not carry what those with it need.
    let secured = async move {
        if let Some((stream, peer)) = tls::handshake(stream, &tls).await {
            serve(stream, peer, answer, surroundings).await;
        }
    };
    Box::pin(secured).await;
}

/// Drives a connection until it ends, its client is too slow, or the server stops. `peer` is what the client's
/// certificate says.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Option<Peer>,
    answer: impl Responder,
    surroundings: Surroundings,
) {
    let Surroundings {
        room,
        crowd,
        debts,
        mut phases,
        panicked,
    } = surroundings;
    let owed = Arc::new(Owed::new(debts.clone()));
    let (activity, notes) = (Arc::new(Activity::new()), Arc::new(Notes::new(owed.clone())));
    let (_member, _debtor) = (crowd.join(&activity), debts.join(owed.clone()));
    let is_leaving = Arc::new(AtomicBool::new(*phases.borrow() != Phase::Serving));
    let service = service_fn(|mut request: Request<Incoming>| {
        let (answer, activity, is_leaving, panicked) =
            (answer.clone(), activity.clone(), is_leaving.clone(), panicked.clone());
        let owed = owed.clone();
        if let Some(peer) = &peer {
            request.extensions_mut().insert(peer.clone());
        }
        if let Some(refusal) = notes.begin() {
            request.extensions_mut().insert(refusal);
        }
        async move {
            let _busy = activity.start(request.version());
            let turn = owed.room().await;
            let answering = AssertUnwindSafe(answer.answer(request)).catch_unwind();
            let mut response = answering.await.unwrap_or_else(|_| panic_response(&panicked));
            if is_leaving.load(Relaxed) && !activity.is_http2() {
                response.headers_mut().insert(CONNECTION, CLOSE);
            }
            let response = response.map(|body| owed.body(body));
            drop(turn);
            Ok::<_, Infallible>(response)
        }
    });
    let builder = builder();
    let io = TokioIo::new(Wire::new(WatchedStream::new(stream, activity.clone()), notes.clone()));
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut watchdog = pin!(sleep_until(activity.look_again()));
    // When a kept connection is closed that has sent nothing more since the server stops.
    let mut farewell = pin!(sleep_until(Instant::now() + limits::DRAIN_IDLE));
    let mut is_parting = is_leaving.load(Relaxed);
    let mut pace = Pace::new();
    loop {
        tokio::select! {
            biased;
            // Errors are the client's: it broke the protocol or went away.
            _ = connection.as_mut() => return,
            // At once: what waits for the client is what others need.
            () = owed.cut_off() => return,
            () = watchdog.as_mut() => {
                if owed.is_something() {
                    // Whether it takes enough of it, its pace says.
                    activity.is_taking();
                }
                let is_spent = |patience| patience == Patience::Spent;
                if is_spent(activity.patience(room.available_permits() == 0)) || is_spent(pace.look(&owed)) {
                    break;
                }
                watchdog.as_mut().reset(activity.look_again());
            }
            // Unless it has become busy since.
            () = activity.shed.notified() => if activity.idle().is_some() { break },
            () = farewell.as_mut(), if is_parting => {
                is_parting = false;
                connection.as_mut().graceful_shutdown();
            }
            changed = phases.changed() => {
                if changed.is_err() || *phases.borrow() == Phase::Closing {
                    return;
                }
                is_leaving.store(true, Relaxed);
                if activity.is_http2() {
                    // It tells the client which requests are taken.
                    connection.as_mut().graceful_shutdown();
                } else {
                    is_parting = true;
                    farewell.as_mut().reset(Instant::now() + limits::DRAIN_IDLE);
                }
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits::LAST_WORDS, connection.as_mut()).await;
}

/// An exchange that ended by a fault of the host's own ends alone. The fault is in the log.
fn panic_response(panicked: &Counter) -> Response<Full<Bytes>> {
    panicked.add(1);
    let mut response = Response::new(Full::from(r#"{"status":"error","message":"internal error"}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

fn builder() -> Builder<tasks::Executor> {
    let mut builder = Builder::new(tasks::Executor);
    // `idle` ends slow and idle connections, for both protocols and before hyper knows which one it is.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_headers(limits::HEADER_COUNT)
        // Its `pipeline_flush` stays off: answers to heads that cannot be read would never be sent.
        .max_buf_size(limits::HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::STREAMS)
        .max_pending_accept_reset_streams(limits::RESET_STREAMS)
        .max_local_error_reset_streams(limits::RESET_STREAMS)
        .max_header_list_size(limits::HEADER_BYTES as u32)
        .keep_alive_interval(limits::PING)
        .keep_alive_timeout(limits::PING);
    builder
}
