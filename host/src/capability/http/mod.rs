//! Requests to the origins that the file grants, and the request being served.
//!
//! `Client` (process) keeps connections over swaps, `Http` (App) knows the origins.

mod client;
mod exchange;
mod probe;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use tsk::{Config, Diagnostic};

pub use self::client::Client;
pub(crate) use self::exchange::show;
use super::Grant;
use crate::{
    bindings::{
        self, Error,
        http::{IncomingRequest, Request, Response},
    },
    call::Call,
    egress::{self, Network, Origin},
    metrics,
};

/// The origins that the file grants.
pub struct Http {
    client: Client,
    origins: BTreeMap<Origin, Granted>,
}

struct Granted {
    network: Network,
    meter: Arc<metrics::Dependency>,
}

impl Http {
    pub fn new(client: &Client, config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let names = egress::names(config);
        let granted = |(origin, network): (Origin, Network)| {
            let name = names.get(&origin).map_or(origin.as_str(), String::as_str);
            let meter = client.metrics.dependency("http", name);
            (origin, Granted { network, meter })
        };
        Ok(Self {
            client: client.clone(),
            origins: egress::origins(config)?.into_iter().map(granted).collect(),
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
