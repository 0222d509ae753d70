//! Connects to a server, if its address may be reached.

use std::{
    error::Error as StdError,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tonic::codegen::Service;

use super::place::GrpcEndpoint;
use crate::network::egress;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The only protocol that gRPC has, as TLS names it.
const H2: &[u8] = b"h2";

/// Trusts whom the system trusts. Made when first used: reading the system's certificates takes time.
#[derive(Clone, Default)]
pub(super) struct SystemTrust(Arc<OnceLock<Result<Arc<ClientConfig>, String>>>);

impl SystemTrust {
    fn config(&self) -> Result<Arc<ClientConfig>, String> {
        self.0
            .get_or_init(|| client().map(Arc::new).map_err(|error| format!("no TLS: {error}")))
            .clone()
    }
}

fn client() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![H2.to_vec()];
    Ok(config)
}

/// A connection, encrypted or not.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// Makes the connections of one server, and counts them.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) place: GrpcEndpoint,
    pub(super) tls: SystemTrust,
    pub(super) connections: Arc<AtomicU64>,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Transport>>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let stream = connector.connect().await?;
            connector.connections.fetch_add(1, Relaxed);
            Ok(TokioIo::new(stream))
        })
    }
}

impl Connector {
    async fn connect(&self) -> Result<Box<dyn Transport>, BoxError> {
        let GrpcEndpoint {
            host,
            port,
            network,
            uri,
            ..
        } = &self.place;
        let addresses = egress::resolve(host, *port, *network).await?;
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        stream.set_nodelay(true)?;
        if uri.scheme_str() != Some("https") {
            return Ok(Box::new(stream));
        }
        let config = self.tls.config()?;
        let name = ServerName::try_from(host.clone())?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        if stream.get_ref().1.alpn_protocol() != Some(H2) {
            return Err("it does not offer HTTP/2, which gRPC needs".into());
        }
        Ok(Box::new(stream))
    }
}
