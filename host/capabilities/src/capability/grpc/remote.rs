//! Servers as the process knows them: one connection each, whatever names and versions of the file lead to it.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tokio::sync::Mutex;
use tonic::transport::{Channel, Endpoint};

use super::{
    connect::{Connector, SystemTrust},
    description::Description,
    place::GrpcEndpoint,
};
use crate::{base::limits, observe::metrics::Metrics, storage::store::SharedValues};

/// Connections to gRPC servers, kept across swaps for as long as the file names the server.
pub struct Channels {
    kept: SharedValues<GrpcEndpoint, RemoteServer>,
    tls: SystemTrust,
    pub(super) metrics: Arc<Metrics>,
}

impl Channels {
    /// Without a connection as yet. `metrics` has the meters of the servers.
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            kept: SharedValues::default(),
            tls: SystemTrust::default(),
            metrics: metrics.clone(),
        }
    }

    pub(super) fn get(&self, place: GrpcEndpoint) -> Arc<RemoteServer> {
        self.kept
            .get(&place, || RemoteServer::new(place.clone(), self.tls.clone()))
    }
}

/// One server.
pub(super) struct RemoteServer {
    pub(super) place: GrpcEndpoint,
    /// What it says of itself.
    pub(super) description: Mutex<Description>,
    tls: SystemTrust,
    channel: OnceLock<Channel>,
    connections: Arc<AtomicU64>,
}

impl RemoteServer {
    fn new(place: GrpcEndpoint, tls: SystemTrust) -> Self {
        Self {
            place,
            description: Mutex::default(),
            tls,
            channel: OnceLock::new(),
            connections: Arc::default(),
        }
    }

    /// Connects when something is sent, and again when the connection was lost. Made by the first call: it needs the
    /// runtime, which loading a file does not.
    pub(super) fn channel(&self) -> Channel {
        let make = || {
            let endpoint = Endpoint::from(self.place.uri.clone())
                .connect_timeout(limits::GRPC_CONNECT)
                .http2_keep_alive_interval(limits::GRPC_PING)
                .keep_alive_timeout(limits::GRPC_PONG)
                .http2_max_header_list_size(limits::GRPC_HEADERS);
            let named = endpoint
                .clone()
                .user_agent(concat!("tusk-host/", env!("CARGO_PKG_VERSION")));
            let connector = Connector {
                place: self.place.clone(),
                tls: self.tls.clone(),
                connections: self.connections.clone(),
            };
            named.unwrap_or(endpoint).connect_with_connector_lazy(connector)
        };
        self.channel.get_or_init(make).clone()
    }

    /// How often it was connected to. A server that was restarted since may be another version.
    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Relaxed)
    }

    pub(super) fn show(&self) -> &str {
        self.place.show()
    }
}
