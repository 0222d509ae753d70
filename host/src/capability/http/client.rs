//! The HTTP clients of the process, and the resolver that watches where names lead.

use std::sync::{Arc, OnceLock};

use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

use crate::{
    egress::{self, Network},
    limits,
    metrics::Metrics,
};

/// Connections to upstreams, kept across swaps. Made when first used: reading the system's certificates takes time.
///
/// Two, because a connection to a private address must never be handed to a request that may reach public ones only.
#[derive(Default)]
pub struct Client {
    public: Arc<OnceLock<Result<reqwest::Client, String>>>,
    private: Arc<OnceLock<Result<reqwest::Client, String>>>,
    pub(super) metrics: Arc<Metrics>,
}

/// Clones share connections.
impl Clone for Client {
    fn clone(&self) -> Self {
        Self {
            public: self.public.clone(),
            private: self.private.clone(),
            metrics: self.metrics.clone(),
        }
    }
}

impl Client {
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            metrics: metrics.clone(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, network: Network) -> Result<&reqwest::Client, String> {
        let client = match network {
            Network::Public => &self.public,
            Network::Private => &self.private,
        };
        client.get_or_init(|| build(network)).as_ref().map_err(Clone::clone)
    }
}

fn build(network: Network) -> Result<reqwest::Client, String> {
    // Fails when the process has chosen one before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("tusk-host/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(limits::HTTP_CONNECT)
        .read_timeout(limits::HTTP_GAP)
        .pool_max_idle_per_host(32)
        .tcp_nodelay(true)
        .dns_resolver(Arc::new(Watched(network)))
        .build()
        .map_err(|error| format!("no HTTP client: {error:?}"))
}

/// Resolves through the system and refuses addresses that the request may not reach. reqwest connects to exactly the
/// addresses that this gives; it is not asked for URLs with an IP address, which `check_literal` sees to.
pub(super) struct Watched(pub(super) Network);

impl Resolve for Watched {
    fn resolve(&self, name: Name) -> Resolving {
        let network = self.0;
        Box::pin(async move {
            let allowed = egress::resolve(name.as_str(), 0, network).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
