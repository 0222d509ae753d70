//! gRPC servers that the file names, called with JSON in and out.
//!
//! `Channels` (process) keeps connections and what servers say of themselves over swaps, `Grpc` (App) knows the names.

mod call;
mod check;
mod connect;
mod describe;
mod description;
mod error;
mod exchange;
mod message;
pub mod metadata;
mod place;
mod protos;
mod raw;
mod reflection;
mod remote;
mod settings;
mod status;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

use prost_reflect::DescriptorPool;
use tsk::{Config, Diagnostic};

pub use self::remote::Channels;
use self::remote::RemoteServer;
pub use self::{
    call::{GrpcMessages, GrpcRequest, GrpcResponse},
    error::GrpcError,
    protos::files,
};
use super::{Capability, Grant, Reading};
use crate::base::misspelt::did_you_mean;
use crate::{
    network::resilience::{Guard, Policies},
    observe::metrics::{self, Metrics},
};

/// The servers that the file names.
pub struct Grpc {
    servers: BTreeMap<String, GrpcServer>,
}

struct GrpcServer {
    name: String,
    remote: Arc<RemoteServer>,
    described: Described,
    meter: Arc<metrics::DependencyMeter>,
    guard: Option<Guard>,
}

/// Where the description of a server's services comes from.
enum Described {
    /// `.proto` files, compiled when the file was loaded.
    ByFiles(DescriptorPool),
    /// The server itself, when it is first called.
    ByReflection,
}

impl Capability for Grpc {
    const NAME: &'static str = "grpc";
    type Kept = Channels;
    type Error = GrpcError;

    fn kept(metrics: &Arc<Metrics>) -> Self::Kept {
        Channels::new(metrics)
    }

    fn read(channels: &Channels, reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>> {
        Self::new(channels, &reading.policies, reading.config, reading.folder())
    }

    fn grants(&self) -> Vec<Grant> {
        let grant = |(name, place)| Grant {
            capability: "grpc",
            target: format!("{name} ({place})"),
        };
        self.dependencies().into_iter().map(grant).collect()
    }

    fn dependencies(&self) -> Vec<(String, String)> {
        let named = |server: &GrpcServer| (server.name.clone(), server.remote.show().to_owned());
        self.servers.values().map(named).collect()
    }

    async fn check(&self, name: &str, deadline: Instant) -> Result<(), GrpcError> {
        self.ask(name, deadline).await
    }
}

impl Grpc {
    /// `.proto` files are below `folder`, the TSK file's. Connects to nobody: the first call does.
    pub fn new(
        channels: &Channels,
        policies: &Policies,
        config: &Config,
        folder: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut servers = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for entry in settings::read(config, &mut diagnostics) {
            let described = match entry.protos.as_deref().map(|paths| protos::compile(folder, paths)) {
                None => Described::ByReflection,
                Some(Ok(pool)) => Described::ByFiles(pool),
                Some(Err(diagnostic)) => {
                    diagnostics.push(*diagnostic);
                    continue;
                }
            };
            let server = GrpcServer {
                remote: channels.get(entry.place),
                described,
                meter: channels.metrics.dependency("grpc", &entry.name),
                guard: policies.guard(&entry.name),
                name: entry.name.clone(),
            };
            servers.insert(entry.name, server);
        }
        if diagnostics.is_empty() {
            Ok(Self { servers })
        } else {
            Err(diagnostics)
        }
    }

    fn server(&self, name: &str) -> Result<&GrpcServer, GrpcError> {
        self.servers.get(name).ok_or_else(|| GrpcError::UnknownServer {
            name: name.to_owned(),
            hint: did_you_mean(name, self.servers.keys().map(String::as_str)),
        })
    }
}
