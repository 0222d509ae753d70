//! HTTP/1.1 and HTTP/2 in, replies out.
//!
//! `accept` takes connections, of which `crowd` ends idle ones when there is no room; `tls` secures them where the file says
//! so, `connection` drives one, `wire` looks at its bytes, `idle` ends it when its client does nothing and `owed` when it takes
//! nothing, and `debts` those who take slowest when all are owed too much. `exchange` turns one request into one response:
//! `head` brings it into its one form, `body` reads, `arguments` binds, the fujsen runs,
//! `reply` writes. `trace`, `cors` and `access` are what every exchange carries along.

mod accept;
mod access;
mod answer;
mod body;
mod connection;
mod crowd;
mod debts;
mod exchange;
mod fault;
mod head;
mod idle;
mod owed;
mod reply;
mod tls;
mod trace;
mod wire;

use std::{io, net::SocketAddr, sync::Arc};

use http::{StatusCode, request::Parts};
use rustix::process::{Resource, getrlimit};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};

pub use self::answer::Responder;
pub(crate) use self::{exchange::without_body, reply::JSON};
use crate::{
    base::limits,
    observe::metrics::{Counter, Gauge},
    service::live::Live,
};

/// The task without which the service takes no requests.
pub(crate) const ACCEPT: &str = "accept";

/// Brings the head of a request into its one form, as those of the service are, or says with which status and why it is
/// refused.
pub(crate) fn settle(parts: &mut Parts) -> Result<(), (StatusCode, String)> {
    head::settle(parts).map_err(fault::Fault::into_words)
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
    let open = live.current().context.metrics.metrics().connections.clone();
    let panicked = live.current().context.metrics.metrics().panics.clone();
    let server = accept::Acceptor::new(ACCEPT, exchange::ServiceResponder(live), room(), open, panicked);
    server.run(listener, stop).await;
}

/// As [`serve`], with the same bounds, for other answers.
pub async fn serve_other(listener: TcpListener, answer: impl Responder, stop: watch::Receiver<bool>) {
    let server = accept::Acceptor::new("accept_other", answer, room(), Arc::<Gauge>::default(), Arc::default());
    server.run(listener, stop).await;
}

/// As [`serve`], for few connections; `panicked` counts what must not happen.
pub(crate) async fn serve_few(
    listener: TcpListener,
    answer: impl Responder,
    panicked: Arc<Counter>,
    stop: watch::Receiver<bool>,
) {
    let most = limits::ADMIN_CONNECTIONS.min(room());
    let server = accept::Acceptor::new("accept_admin", answer, most, Arc::<Gauge>::default(), panicked);
    server.run(listener, stop).await;
}

/// For how many client connections the system's descriptors suffice.
fn room() -> usize {
    let descriptors = getrlimit(Resource::Nofile).current;
    let descriptors = descriptors.and_then(|number| usize::try_from(number).ok());
    room_of(descriptors.unwrap_or(usize::MAX))
}

fn room_of(descriptors: usize) -> usize {
    let spare = limits::SPARE_DESCRIPTORS.max(descriptors / 4);
    let room = descriptors.saturating_sub(spare);
    room.clamp(limits::CONNECTIONS_LEAST, limits::CONNECTIONS)
}

#[cfg(test)]
mod tests;
