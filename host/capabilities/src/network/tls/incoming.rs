//! TLS of those who call this service.

use std::sync::Arc;

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::CertificateDer,
    server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
    sign::SingleCertAndKey,
};
use tsk::Diagnostic;

use super::{pem::PemReader, provider::provider};
use crate::observe::metrics::Counter;

/// How connections are secured from now on. Those that are open keep what they have.
pub struct IncomingTls {
    /// The certificate, and what clients are asked for.
    pub config: Arc<ServerConfig>,
    /// Handshakes that have failed.
    pub failed: Arc<Counter>,
}

/// The names of a client whose certificate an authority of `client_ca` has signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer(pub Arc<[Arc<str>]>);

impl Peer {
    /// `certificate` has been verified.
    pub fn new(certificate: &CertificateDer<'_>) -> Self {
        let names = match webpki::EndEntityCert::try_from(certificate) {
            Ok(certificate) => certificate.valid_dns_names().map(Arc::from).collect(),
            Err(_) => Vec::new(),
        };
        // A pattern is nobody's name.
        Self(
            names
                .into_iter()
                .filter(|name: &Arc<str>| !name.starts_with('*'))
                .collect(),
        )
    }
}

/// What clients are asked for.
enum Ask {
    Nothing,
    Optional(Vec<CertificateDer<'static>>),
    Required(Vec<CertificateDer<'static>>),
}

pub(super) fn read(reader: &mut PemReader<'_>, failed: &Arc<Counter>) -> Option<IncomingTls> {
    let certified = reader.certified("certificate", "key");
    let ask = ask(reader);
    let verifier = verifier(ask?).inspect_err(|message| refuse(reader, message)).ok()?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .inspect_err(|error| refuse(reader, &error.to_string()))
        .ok()?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified?)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Some(IncomingTls {
        config: Arc::new(config),
        failed: failed.clone(),
    })
}

/// None when something is wrong.
fn ask(reader: &mut PemReader<'_>) -> Option<Ask> {
    let section = &mut reader.section;
    let how = section.text("client_auth", "\"optional\"");
    if let (Some(node), Some(word)) = (section.get("client_auth"), how)
        && !matches!(word, "required" | "optional")
    {
        section.wrong("client_auth", node, "`\"required\"` or `\"optional\"`", "\"optional\"");
        return None;
    }
    for (key, needs) in [("client_auth", "client_ca"), ("client_ca", "certificate")] {
        if let (Some(node), None) = (section.get(key), section.get(needs)) {
            let diagnostic = Diagnostic::error("tls", format!("`{key}` of [tls] needs a `{needs}`"))
                .at(node.key_span)
                .help(format!("write, for example, `{needs}: \"{needs}.pem\"`"));
            section.diagnostics.push(diagnostic);
        }
    }
    if section.get("client_ca").is_none() {
        return Some(Ask::Nothing);
    }
    let authorities = reader.authorities("client_ca")?;
    Some(match how {
        Some("optional") => Ask::Optional(authorities),
        _ => Ask::Required(authorities),
    })
}

fn verifier(ask: Ask) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let (authorities, is_optional) = match ask {
        Ask::Nothing => return Ok(Arc::new(NoClientAuth)),
        Ask::Optional(authorities) => (authorities, true),
        Ask::Required(authorities) => (authorities, false),
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities);
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
    let builder = if is_optional {
        builder.allow_unauthenticated()
    } else {
        builder
    };
    builder
        .build()
        .map(|verifier| verifier as _)
        .map_err(|error| error.to_string())
}

fn refuse(reader: &mut PemReader<'_>, message: &str) {
    let diagnostic = Diagnostic::error("tls", format!("[tls] cannot be used: {message}"));
    reader.section.diagnostics.push(diagnostic);
}
