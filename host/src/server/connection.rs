//! One connection, from its first byte to its end.

use std::{convert::Infallible, pin::pin, sync::Arc};

use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{Semaphore, watch},
    time::{sleep_until, timeout},
};

use super::{
    Answer,
    idle::{Activity, Patience, Watched},
    tls,
};
use crate::{limits, tls::Peer};

/// What the whole server is doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// Requests in flight are finished, no further ones are taken.
    Draining,
    /// Every connection ends now.
    Closing,
}

/// Serves a connection, over TLS where that is asked for.
pub(super) async fn start(
    stream: TcpStream,
    answer: impl Answer,
    room: Arc<Semaphore>,
    phases: watch::Receiver<Phase>,
) {
    let Some(tls) = answer.tls() else {
        return serve(stream, None, answer, room, phases).await;
    };
    // Apart, so that connections without TLS do not carry what those with it need.
    let secured = async move {
        if let Some((stream, peer)) = tls::handshake(stream, &tls).await {
            serve(stream, peer, answer, room, phases).await;
        }
    };
    Box::pin(secured).await;
}

/// Drives a connection until it ends, its client is too slow, or the server stops. `peer` is what the client's
/// certificate says.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Option<Peer>,
    answer: impl Answer,
    room: Arc<Semaphore>,
    mut phases: watch::Receiver<Phase>,
) {
    let activity = Arc::new(Activity::new());
    let service = service_fn(|mut request: Request<Incoming>| {
        let (answer, activity) = (answer.clone(), activity.clone());
        if let Some(peer) = &peer {
            request.extensions_mut().insert(peer.clone());
        }
        async move {
            let _busy = activity.start(request.version());
            Ok::<_, Infallible>(answer.answer(request).await)
        }
    });
    let builder = builder();
    let io = TokioIo::new(Watched::new(stream, activity.clone()));
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut watchdog = pin!(sleep_until(activity.look_again()));
    loop {
        tokio::select! {
            biased;
            // Errors are the client's: it broke the protocol or went away.
            _ = connection.as_mut() => return,
            () = watchdog.as_mut() => match activity.patience(room.available_permits() == 0) {
                Patience::Left => watchdog.as_mut().reset(activity.look_again()),
                Patience::Spent => {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(limits::LAST_WORDS, connection.as_mut()).await;
                    return;
                }
            },
            changed = phases.changed() => {
                if changed.is_err() || *phases.borrow() == Phase::Closing {
                    return;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
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
