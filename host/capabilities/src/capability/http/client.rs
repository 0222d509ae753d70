//! The HTTP clients of the process, and the resolver that watches where names lead.

use std::{
    cell::Cell,
    error::Error as StdError,
    sync::{Arc, OnceLock, Weak},
    task::{Context, Poll},
};

use parking_lot::Mutex;
use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::CertificateError;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    base::{limits, off_limits},
    network::{
        egress::{self, Network, cause},
        tls::OutgoingTls,
    },
    observe::metrics::Metrics,
};

/// The clients of the process, kept across swaps for as long as what `[tls]` says of them stays.
#[derive(Clone, Default)]
pub struct HttpClients {
    kept: Arc<Mutex<Vec<Weak<Clients>>>>,
    pub(super) metrics: Arc<Metrics>,
}

impl HttpClients {
    /// Without a client as yet. `metrics` has the meters of the upstreams.
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self {
            kept: Arc::default(),
            metrics: metrics.clone(),
        }
    }

    pub(super) fn for_tls(&self, tls: OutgoingTls) -> Arc<Clients> {
        let mut kept = self.kept.lock();
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
/// ones only; by whether they show the certificate of this service, where it has one; and by whether the port is that of the
/// admin address, since names are resolved without one. Fresh ones keep no connections.
pub(super) struct Clients {
    tls: OutgoingTls,
    made: [ClientCell; 16],
}

/// What a connection must be for a request.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) network: Network,
    pub(super) shows_certificate: bool,
    pub(super) port: Option<u16>,
    /// One that nobody has used.
    pub(super) is_fresh: bool,
}

type ClientCell = OnceLock<Result<reqwest::Client, String>>;

impl Clients {
    fn new(tls: OutgoingTls) -> Self {
        Self {
            tls,
            made: Default::default(),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "four bits are below sixteen")]
    pub(super) fn get(&self, way: Way) -> Result<&reqwest::Client, String> {
        let (network, is_fresh) = (way.network, way.is_fresh);
        let shows = way.shows_certificate && self.tls.has_certificate();
        let port = way.port.filter(|port| off_limits::has_port(*port));
        let at = [network == Network::Private, shows, port.is_some(), is_fresh];
        let at = at.iter().fold(0, |at, bit| at * 2 + usize::from(*bit));
        self.made[at]
            .get_or_init(|| self.build(EgressResolver { network, port }, shows, is_fresh))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn build(
        &self,
        watched: EgressResolver,
        shows_certificate: bool,
        is_fresh: bool,
    ) -> Result<reqwest::Client, String> {
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
            .pool_max_idle_per_host(if is_fresh { 0 } else { limits::HTTP_IDLE })
            .connector_layer(Noting)
            .tcp_nodelay(true)
            .dns_resolver(Arc::new(watched))
            .build()
            .map_err(|error| format!("no HTTP client: {error:?}"))
    }
}

/// Resolves through the system and refuses addresses that the request may not reach. reqwest connects to exactly the
/// addresses that this gives; it is not asked for URLs with an IP address, which `check_literal` sees to.
pub(super) struct EgressResolver {
    pub(super) network: Network,
    /// That of the admin address, where the requests are for that port.
    pub(super) port: Option<u16>,
}

impl Resolve for EgressResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { network, port } = *self;
        Box::pin(async move {
            let allowed = egress::resolve(name.as_str(), port.unwrap_or_default(), network).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

tokio::task_local! {
    /// Set where a request has to be connected for.
    static CONNECTED: Cell<bool>;
}

/// Runs what sends a request; beside its result, whether a connection was made for it.
pub(super) async fn noting_connections<T>(sending: impl Future<Output = T>) -> (T, bool) {
    let noted = async { (sending.await, CONNECTED.with(Cell::get)) };
    CONNECTED.scope(Cell::new(false), noted).await
}

/// Notes each connection with the request for which it is made.
#[derive(Clone)]
struct Noting;

impl<S> Layer<S> for Noting {
    type Service = Noted<S>;

    fn layer(&self, inner: S) -> Noted<S> {
        Noted(inner)
    }
}

#[derive(Clone)]
struct Noted<S>(S);

impl<S: Service<T>, T> Service<T> for Noted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: T) -> S::Future {
        // Elsewhere, nobody waits for this connection.
        let _ = CONNECTED.try_with(|connected| connected.set(true));
        self.0.call(target)
    }
}

/// What to write where a certificate's authority is not known.
pub(super) fn remedy(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    match cause(error) {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            Some("if its authority is your own, write\n[tls]\nca: \"ca.pem\"")
        }
        _ => None,
    }
}
