//! HTTP/1.1 and HTTP/2 in, replies out.
//!
//! `accept` takes connections, `tls` secures them where the file says so, `connection` drives one and `idle` ends it when its client does nothing. `exchange`
//! turns one request into one response: `body` reads, `arguments` binds, the fujsen runs, `reply` writes. `trace`,
//! `cors` and `access` are what every exchange carries along.

mod accept;
mod access;
mod body;
mod connection;
mod cors;
mod exchange;
mod fault;
mod idle;
mod reply;
mod tls;
mod trace;

use std::{io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};

pub use self::cors::Cors;
pub(crate) use self::{exchange::without_body, reply::JSON};
use crate::{limits, live::Live, metrics::Gauge, tls::Incoming as Tls};

/// Who answers the requests of a listener.
pub trait Answer: Clone + Send + Sync + 'static {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Full<Bytes>>> + Send;

    /// How the next connection is secured; none where it is not.
    fn tls(&self) -> Option<Arc<Tls>> {
        None
    }
}

/// A socket that listens on `address`. Restarts do not wait for the connections of the process before.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

/// Serves until `stop` becomes true, then drains: no new connections, requests in flight get [`limits::DRAIN`].
pub async fn serve(listener: TcpListener, live: Arc<Live>, stop: watch::Receiver<bool>) {
    let open = live.current().metrics.metrics().connections.clone();
    accept::run(listener, exchange::Service(live), open, stop).await;
}

/// As [`serve`], with the same bounds, for other answers.
pub async fn serve_other(listener: TcpListener, answer: impl Answer, stop: watch::Receiver<bool>) {
    accept::run(listener, answer, Arc::<Gauge>::default(), stop).await;
}

#[cfg(test)]
mod tests;
