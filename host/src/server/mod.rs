//! HTTP/1.1 and HTTP/2 in, replies out.
//!
//! `accept` takes connections, `connection` drives one and `idle` ends it when its client does nothing. `exchange`
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
use crate::{limits, live::Live};

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

/// Answers requests, one after the other and side by side; cloned for each.
pub trait Service: Clone + Send + Sync + 'static {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Full<Bytes>>> + Send;
}

/// The routes of the current `App`.
impl Service for Arc<Live> {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Full<Bytes>>> + Send {
        exchange::run(self.current(), request)
    }
}

/// Serves until `stop` becomes true, then drains: no new connections, requests in flight get [`limits::DRAIN`].
pub async fn serve(listener: TcpListener, service: impl Service, stop: watch::Receiver<bool>) {
    accept::run(listener, service, stop).await;
}

#[cfg(test)]
mod tests;
