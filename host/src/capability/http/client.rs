//! The HTTP clients of the process, and the resolver that watches where names lead.

use std::{
    error::Error as StdError,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::CertificateError;

use crate::{
    egress::{self, Network, cause},
    limits,
    metrics::Metrics,
    tls::Outgoing,
};

/// The clients of the process, kept across swaps for as long as what `[tls]` says of them stays.
#[derive(Clone, Default)]
pub struct Client {
    kept: Arc<Mutex<Vec<Weak<Clients>>>>,
    pub(super) metrics: Arc<Metrics>,
}

impl Client {
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            kept: Arc::default(),
            metrics: metrics.clone(),
        }
    }

    pub(super) fn for_tls(&self, tls: Outgoing) -> Arc<Clients> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().filter_map(Weak::upgrade).find(|one| one.tls == tls);
        found.unwrap_or_else(|| {
            let clients = Arc::new(Clients::new(tls));
            kept.retain(|one| one.strong_count() > 0);
            kept.push(Arc::downgrade(&clients));
            clients
        })
    }
}

/// Connections to upstreams. Made when first used: reading the system's certificates takes time.
///
/// Apart by network, because a connection to a private address must never be handed to a request that may reach public
/// ones only; and by whether they show the certificate of this service, where it has one.
pub(super) struct Clients {
    tls: Outgoing,
    public: [Made; 2],
    private: [Made; 2],
}

type Made = OnceLock<Result<reqwest::Client, String>>;

impl Clients {
    fn new(tls: Outgoing) -> Self {
        Self {
            tls,
            public: Default::default(),
            private: Default::default(),
        }
    }

    pub(super) fn get(&self, network: Network, shows_certificate: bool) -> Result<&reqwest::Client, String> {
        let shows = shows_certificate && self.tls.has_certificate();
        let clients = match network {
            Network::Public => &self.public,
            Network::Private => &self.private,
        };
        clients[usize::from(shows)]
            .get_or_init(|| self.build(network, shows))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn build(&self, network: Network, shows_certificate: bool) -> Result<reqwest::Client, String> {
        let tls = self
            .tls
            .config(shows_certificate)
            .map_err(|error| format!("no HTTP client: {error}"))?;
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("tusk-host/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(limits::HTTP_CONNECT)
            .read_timeout(limits::HTTP_GAP)
            .pool_max_idle_per_host(limits::HTTP_IDLE)
            .tcp_nodelay(true)
            .dns_resolver(Arc::new(Watched(network)))
            .build()
            .map_err(|error| format!("no HTTP client: {error:?}"))
    }
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

/// What to write where a certificate's authority is not known; else nothing.
pub(super) fn hint(error: &(dyn StdError + 'static)) -> &'static str {
    match cause(error) {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "; if its authority is your own, write\n[tls]\nca: \"ca.pem\""
        }
        _ => "",
    }
}
