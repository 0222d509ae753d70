//! Requests to the origins that the file grants, and the request being served.
//!
//! `Client` (process) keeps connections over swaps, `Http` (App) knows the origins. A request: `send` → `service` (which
//! instance) → `exchange`.

mod client;
mod error;
mod exchange;
mod message;
mod probe;
mod send;
mod service;
pub mod show;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use tsk::{Config, Diagnostic};

use self::client::Clients;
pub use self::client::HttpClients;
pub use self::{
    error::HttpError,
    message::{HttpRequest, HttpResponse},
    show::show,
};
use super::{Capability, Credentials, Grant, Reading};
use crate::{
    network::{
        discovery::{Directory, DiscoveredService, Services},
        egress::{self, Network, Origin},
        mesh::MeshIdentity,
        name::same_name,
        resilience::{Guard, Policies},
    },
    observe::metrics::{self, Metrics},
};

/// The origins that the file grants, and the services that it knows by name.
pub struct Http {
    clients: Arc<Clients>,
    origins: BTreeMap<Origin, Granted>,
    metrics: Arc<Metrics>,
    services: Services,
    /// Where the registry of `[discovery]` may be; none without one.
    registry: Option<Network>,
    /// Those that the file names. Others are looked up with each request.
    named: BTreeMap<String, Arc<RequestTarget>>,
    policies: Arc<Policies>,
    identity: Arc<MeshIdentity>,
}

struct Granted {
    network: Network,
    target: Arc<RequestTarget>,
}

/// Whom a request is for.
struct RequestTarget {
    /// What the file calls the service that is there: tokens are made out to it. None where it is no dependency.
    audience: Option<Arc<str>>,
    meter: Arc<metrics::DependencyMeter>,
    /// None: requests go out as they are.
    guard: Option<Guard>,
    /// None: the URL says where.
    service: Option<Arc<DiscoveredService>>,
}

impl RequestTarget {
    /// Whom the file does not name as a dependency.
    fn unnamed(meter: Arc<metrics::DependencyMeter>) -> Self {
        Self {
            audience: None,
            meter,
            guard: None,
            service: None,
        }
    }

    /// `name` is what metrics call it.
    fn service(service: Arc<DiscoveredService>, name: &str, metrics: &Metrics, policies: &Policies) -> Self {
        Self {
            meter: metrics.dependency("http", name),
            guard: policies.guard(service.name()),
            audience: Some(service.name().into()),
            service: Some(service),
        }
    }
}

impl Capability for Arc<Http> {
    const NAME: &'static str = "http";
    type Kept = (HttpClients, Directory);
    type Error = HttpError;

    fn kept(metrics: &Arc<Metrics>) -> Self::Kept {
        (HttpClients::new(metrics), Directory::default())
    }

    fn read((client, directory): &Self::Kept, reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>> {
        Http::new(
            client,
            directory,
            &reading.policies,
            reading.config,
            reading.credentials.clone(),
        )
    }

    fn grants(&self) -> Vec<Grant> {
        let origins = self.origins.keys().map(|origin| origin.as_str().to_owned());
        origins
            .chain(self.services.shown())
            .map(|target| Grant {
                capability: "http",
                target,
            })
            .collect()
    }
}

impl Http {
    /// Reads the origins and services that the file names. Connects to nobody: the first request does.
    pub fn new(
        client: &HttpClients,
        directory: &Directory,
        policies: &Arc<Policies>,
        config: &Config,
        credentials: Credentials,
    ) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let dependencies = egress::dependencies(config);
        let names = egress::names(&dependencies);
        let granted = |(origin, network): (Origin, Network)| {
            let name = names.get(&origin);
            let target = RequestTarget {
                meter: client
                    .metrics
                    .dependency("http", name.map_or(origin.as_str(), String::as_str)),
                guard: name.and_then(|name| policies.guard(name)),
                audience: name.map(|name| name.as_str().into()),
                service: None,
            };
            let target = Arc::new(target);
            (origin, Granted { network, target })
        };
        let health = match config.get("service.health_check.endpoint").map(|node| &node.value) {
            Some(tsk::Value::String(path)) => path.as_str(),
            _ => "/health",
        };
        let services = Services::new(directory, config, &dependencies, health);
        let origins = egress::origins(config);
        let (services, origins) = match (services, origins) {
            (Ok(services), Ok(origins)) => (services, origins),
            (services, origins) => {
                let wrong = [services.err(), origins.err()].into_iter().flatten().flatten();
                return Err(wrong.collect());
            }
        };
        let named = dependencies.iter().filter_map(|(name, _)| {
            let service = services.find(name).ok()?;
            let target = RequestTarget::service(service, name, &client.metrics, policies);
            Some((same_name(name), Arc::new(target)))
        });
        Ok(Arc::new(Self {
            named: named.collect(),
            clients: client.for_tls(credentials.tls),
            metrics: client.metrics.clone(),
            identity: credentials.identity,
            origins: origins.into_iter().map(granted).collect(),
            registry: services.registry().map(|registry| egress::network(config, registry)),
            services,
            policies: policies.clone(),
        }))
    }
}

/// Headers with values that are no text are given with `U+FFFD` for what is none.
pub fn pairs(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let pair = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    };
    headers.iter().map(pair).collect()
}

/// Bytes of all names and values.
pub fn pairs_size(pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
}
