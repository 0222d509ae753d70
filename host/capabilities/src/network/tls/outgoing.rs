//! TLS to those whom this service calls.

use std::sync::Arc;

use rustls::{
    ClientConfig,
    client::ResolvesClientCert,
    pki_types::CertificateDer,
    sign::{CertifiedKey, SingleCertAndKey},
};
use rustls_platform_verifier::Verifier;

use super::{pem::PemReader, provider::provider};

/// Whom this service believes beside the authorities of its platform, and what it shows of itself.
#[derive(Clone, Default)]
pub struct OutgoingTls {
    authorities: Vec<CertificateDer<'static>>,
    /// For those that ask for a certificate.
    own: Option<Arc<CertifiedKey>>,
}

/// Of two versions of a file, where neither certificates nor keys have changed: a key is told by its certificate.
impl PartialEq for OutgoingTls {
    fn eq(&self, other: &Self) -> bool {
        let chain = |own: &Option<Arc<CertifiedKey>>| own.as_ref().map(|own| own.cert.clone());
        self.authorities == other.authorities && chain(&self.own) == chain(&other.own)
    }
}

impl OutgoingTls {
    /// Whether there is a certificate to show.
    pub(crate) fn has_certificate(&self) -> bool {
        self.own.is_some()
    }

    /// For HTTP/2 and HTTP/1.1. `shows` the certificate, where there is one and the other side asks for it.
    pub(crate) fn config(&self, shows: bool) -> Result<ClientConfig, rustls::Error> {
        let verifier = Verifier::new_with_extra_roots(self.authorities.iter().cloned(), provider())?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .dangerous()
            // That of the platform, and no weaker one.
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match self.own.as_ref().filter(|_| shows) {
            Some(own) => {
                let own: Arc<dyn ResolvesClientCert> = Arc::new(SingleCertAndKey::from(own.clone()));
                builder.with_client_cert_resolver(own)
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

pub(super) fn read(reader: &mut PemReader<'_>) -> OutgoingTls {
    OutgoingTls {
        authorities: reader.authorities("ca").unwrap_or_default(),
        own: reader.certified("client_certificate", "client_key").map(Arc::new),
    }
}
