//! TLS with a server, and whom it trusts.

use std::{io, pin::Pin, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{bounded::BoundedStream, server::TlsMode, wire::Socket};

/// Reads the system's certificates where they are needed, which takes time. None for a connection without TLS.
pub(super) fn client(mode: TlsMode) -> Result<Option<MakeRustlsConnect>, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = match mode {
        TlsMode::Disable => return Ok(None),
        TlsMode::Require => builder.with_platform_verifier()?,
        TlsMode::Prefer => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider))),
    };
    Ok(Some(MakeRustlsConnect::new(builder.with_no_client_auth())))
}

type Rustls = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
type RustlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// Makes one connection secure. Its messages are bounded above the encryption.
pub(super) struct Handshake(io::Result<Rustls>);

impl Handshake {
    pub(super) fn new(client: Option<MakeRustlsConnect>, host: &str) -> Self {
        Self(match client {
            None => Err(io::Error::other("this connection is without TLS")),
            Some(mut client) => MakeTlsConnect::<Socket>::make_tls_connect(&mut client, host).map_err(io::Error::other),
        })
    }
}

impl TlsConnect<BoundedStream<Socket>> for Handshake {
    type Stream = BoundedStream<RustlsStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Stream>> + Send>>;

    fn connect(self, stream: BoundedStream<Socket>) -> Self::Future {
        Box::pin(async move { Ok(BoundedStream::new(self.0?.connect(stream.into_inner()).await?)) })
    }
}

impl<S: TlsStream + Unpin> TlsStream for BoundedStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.get_ref().channel_binding()
    }
}

/// Takes any certificate, as libpq does for `sslmode=prefer`: who can only listen is kept out, who can change what is
/// sent could switch TLS off as well.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
