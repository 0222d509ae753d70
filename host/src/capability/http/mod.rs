//! Requests to the origins that the file grants, and the request being served.
//!
//! `Client` (process) keeps connections over swaps, `Http` (App) knows the origins.

mod address;
mod client;
mod exchange;
mod grants;
mod headers;
mod probe;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use tsk::{Config, Diagnostic};

pub use self::client::Client;
pub(crate) use self::exchange::show;
use self::{
    client::Clients,
    grants::{Network, Origin},
};
use super::Grant;
use crate::{
    bindings::{
        self, Error,
        http::{IncomingRequest, Request, Response},
    },
    call::Call,
    mesh::Identity,
    metrics, tls,
};

/// The origins that the file grants.
pub struct Http {
    clients: Arc<Clients>,
    origins: BTreeMap<Origin, Granted>,
    identity: Arc<Identity>,
}

/// What this service is to those whom it calls.
#[derive(Default)]
pub struct Outside {
    pub identity: Arc<Identity>,
    pub tls: tls::Outgoing,
}

struct Granted {
    network: Network,
    /// What the file calls the service that is there: tokens are made out to it. None where it is no dependency.
    audience: Option<String>,
    meter: Arc<metrics::Dependency>,
}

impl Http {
    pub fn new(client: &Client, config: &Config, outside: Outside) -> Result<Self, Vec<Diagnostic>> {
        let names = grants::names(config);
        let granted = |(origin, network): (Origin, Network)| {
            let audience = names.get(&origin).cloned();
            let meter = client
                .metrics
                .dependency("http", audience.as_deref().unwrap_or(origin.as_str()));
            let granted = Granted {
                network,
                audience,
                meter,
            };
            (origin, granted)
        };
        Ok(Self {
            clients: client.for_tls(outside.tls),
            origins: grants::origins(config)?.into_iter().map(granted).collect(),
            identity: outside.identity,
        })
    }

    pub fn grants(&self) -> Vec<Grant> {
        self.origins
            .keys()
            .map(|origin| Grant {
                capability: "http",
                target: origin.as_str().to_owned(),
            })
            .collect()
    }
}

impl bindings::http::Host for Call {
    async fn send(&mut self, request: Request) -> Result<Response, Error> {
        let http = &self.app.capabilities.http;
        let response = http.send(request, &self.origin, self.deadline).await?;
        self.retain(response.body.len() + pairs_size(&response.headers))?;
        Ok(response)
    }

    fn incoming(&mut self) -> Option<IncomingRequest> {
        let incoming = self.origin.incoming.clone()?;
        Some(IncomingRequest {
            method: incoming.method.to_string(),
            path: incoming.uri.path().to_owned(),
            parameters: incoming.parameters.clone(),
            query: incoming.query.clone(),
            headers: pairs(&incoming.headers),
            body: incoming.body.to_vec(),
            service: incoming.service.as_deref().map(str::to_owned),
        })
    }
}

/// Headers with values that are no text are given with `U+FFFD` for what is none.
fn pairs(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let pair = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    };
    headers.iter().map(pair).collect()
}

fn pairs_size(pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
}
