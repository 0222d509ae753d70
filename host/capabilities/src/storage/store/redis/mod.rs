//! Redis: the connections to each server, over which everybody in this process reaches it.

mod bounded;
mod refusal;
mod server;

use std::sync::Arc;

use ::redis::{ConnectionInfo, IntoConnectionInfo};

pub use self::{
    refusal::RedisRefusal,
    server::{RedisServer, Seat, refused},
};
use super::SharedValues;

/// The servers by URL.
#[derive(Default)]
pub struct Servers {
    by_url: SharedValues<String, RedisServer>,
}

impl Servers {
    /// The server of a URL, with `info` read from it. Connects to nothing: the first command does.
    pub(crate) fn get(&self, url: &str, info: ConnectionInfo) -> Arc<RedisServer> {
        self.by_url.get(&url.to_owned(), || RedisServer::new(info))
    }
}

/// Where a value leads; none when it is no Redis URL. The error says what is wrong, then what to write.
pub(crate) fn info(url: &str) -> Option<Result<ConnectionInfo, (&'static str, &'static str)>> {
    if url.starts_with("rediss://") {
        let help = "name the server by redis://, over a network that you trust or a TLS tunnel";
        return Some(Err(("rediss:// (Redis over TLS) is not supported yet", help)));
    }
    // The parser's own message may repeat the URL, and with it a password.
    url.starts_with("redis://").then(|| {
        let help = "write redis://HOST:PORT/DATABASE, such as redis://127.0.0.1:6379/0";
        url.into_connection_info().map_err(|_| ("this is no Redis URL", help))
    })
}

/// The key of something that a service keeps: `tusk:SERVICE:ROOM:NAME`. In the service's name `:` and `%` are written
/// `%3A` and `%25`, so that no two services meet.
pub fn key(service: &str, room: &str, name: &str) -> String {
    let service = service.replace('%', "%25").replace(':', "%3A");
    format!("tusk:{service}:{room}:{name}")
}
