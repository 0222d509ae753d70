//! Certificates and keys in files.

use std::{
    io::{self, Read},
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use rustls::{
    CertificateError, Error, InconsistentKeys, RootCertStore,
    client::verify_server_cert_signed_by_trust_anchor,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use tsk::{Config, Diagnostic, Environment, Node, Value};

use super::provider::provider;
use crate::base::{
    folder::{Folder, folder, open_regular},
    limits, reserved,
    section::Section,
    sections,
};

/// Reads the files that keys of `[tls]` name.
pub(super) struct PemReader<'a> {
    pub(super) section: Section<'a>,
    pub(super) warnings: Vec<Diagnostic>,
    config: &'a Config,
    /// That of the TSK file.
    folder: &'a Path,
}

/// A key, and what is in the file that it names.
pub(super) struct Pem<'a> {
    key: &'static str,
    pub(super) node: &'a Node,
    path: String,
    bytes: Vec<u8>,
}

impl<'a> PemReader<'a> {
    pub(super) fn new(config: &'a Config, file: &'a Path) -> Self {
        Self {
            section: Section::new(config, &sections::TLS),
            warnings: Vec::new(),
            config,
            folder: folder(file),
        }
    }

    /// Certificates, each of an authority.
    pub(super) fn authorities(&mut self, key: &'static str) -> Option<Vec<CertificateDer<'static>>> {
        let pem = self.read(key)?;
        let certificates = self.certificates(&pem)?;
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            if let Err(error) = roots.add(certificate.clone()) {
                let message = format!("{} holds what is no certificate of an authority: {error}", pem.path);
                self.wrong(
                    &pem,
                    message,
                    "name a PEM file with the certificates of the authorities",
                );
                return None;
            }
        }
        Some(certificates)
    }

    /// The chain of certificates at one key and the private key at another, which belong together.
    pub(super) fn certified(&mut self, certificate: &'static str, key: &'static str) -> Option<CertifiedKey> {
        let (chain, secret) = (self.read(certificate), self.read(key));
        self.both(certificate, key);
        let chain = chain.and_then(|pem| Some((self.certificates(&pem)?, pem)));
        let secret = secret.and_then(|pem| Some((self.private_key(&pem)?, pem)));
        let ((chain, pem), (secret, secret_pem)) = (chain?, secret?);
        self.still_holds(&pem, &chain);
        CertifiedKey::from_der(chain, secret, &provider())
            .map_err(|error| match error {
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    let message = format!("{} is not the key of {}", secret_pem.path, pem.path);
                    let help = format!("name the key that the certificate was made with: `{key}: \"key.pem\"`");
                    let diagnostic = Diagnostic::error("tls", message)
                        .at(secret_pem.node.span)
                        .related(pem.node.span, "the certificate")
                        .help(help);
                    self.section.diagnostics.push(diagnostic);
                }
                error => {
                    let message = format!("{} and {} cannot be used: {error}", pem.path, secret_pem.path);
                    self.wrong(
                        &secret_pem,
                        message,
                        "use a key of ECDSA (P-256, P-384), Ed25519 or RSA (2048 bits and more)",
                    );
                }
            })
            .ok()
    }

    /// One of the two keys alone is a mistake.
    fn both(&mut self, one: &'static str, other: &'static str) {
        for (there, missing) in [(one, other), (other, one)] {
            if let (Some(node), None) = (self.section.get(there), self.section.get(missing)) {
                let file = missing.replace("certificate", "cert");
                let diagnostic = Diagnostic::error("tls", format!("`{there}` of [tls] needs a `{missing}`"))
                    .at(node.key_span)
                    .help(format!("write, for example, `{missing}: \"{file}.pem\"`"));
                self.section.diagnostics.push(diagnostic);
            }
        }
    }

    fn read(&mut self, key: &'static str) -> Option<Pem<'a>> {
        let node = self.section.get(key)?;
        let path = match &node.value {
            Value::String(path) => path.as_str(),
            Value::Secret(path) => path.reveal(),
            _ => {
                self.section
                    .wrong(key, node, "the path of a PEM file", &format!("\"{key}.pem\""));
                return None;
            }
        };
        let pem = |bytes| Pem {
            key,
            node,
            path: path.to_owned(),
            bytes,
        };
        let error = match self.bytes(path, node) {
            Ok(bytes) => return Some(pem(bytes)),
            Err(error) => error,
        };
        let help = match error.kind() {
            io::ErrorKind::PermissionDenied if Path::new(path).is_absolute() => {
                "a path out of the file's folder is for its operator to give: write `@env(\"TLS_FILE\")`, and set the variable"
            }
            io::ErrorKind::PermissionDenied => {
                "the file must be below the folder of the TSK file, and readable for the user who runs the service"
            }
            _ => "check the path: it is relative to the folder of the TSK file",
        };
        self.wrong(&pem(Vec::new()), format!("cannot read {path}: {error}"), help);
        None
    }

    fn bytes(&self, path: &str, node: &Node) -> io::Result<Vec<u8>> {
        let bytes = if !Path::new(path).is_absolute() {
            Folder::open(self.folder)?.read(path)?
        } else if self.config.sources.slice(node.span).contains("@env") {
            reserved::refuse(Path::new(path))?;
            let mut bytes = Vec::new();
            open_regular(Path::new(path))?
                .take(limits::TLS_FILE as u64 + 1)
                .read_to_end(&mut bytes)?;
            bytes
        } else {
            return Err(io::ErrorKind::PermissionDenied.into());
        };
        if bytes.len() > limits::TLS_FILE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    fn certificates(&mut self, pem: &Pem<'a>) -> Option<Vec<CertificateDer<'static>>> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem.bytes).collect();
        let reason = match certificates {
            Ok(certificates) if certificates.is_empty() => "there is no `-----BEGIN CERTIFICATE-----`".to_owned(),
            Err(error) => error.to_string(),
            Ok(certificates) => match certificates
                .iter()
                .find_map(|one| ParsedCertificate::try_from(one).err())
            {
                None => return Some(certificates),
                Some(error) => error.to_string(),
            },
        };
        let help = if PrivateKeyDer::from_pem_slice(&pem.bytes).is_ok() {
            "it holds a private key: are the two files mixed up?"
        } else {
            "name a PEM file with a certificate, and those between it and its authority after it"
        };
        self.wrong(
            pem,
            format!("{} holds no certificate that can be read: {reason}", pem.path),
            help,
        );
        None
    }

    fn private_key(&mut self, pem: &Pem<'a>) -> Option<PrivateKeyDer<'static>> {
        if let Ok(key) = PrivateKeyDer::from_pem_slice(&pem.bytes) {
            return Some(key);
        }
        let help = if String::from_utf8_lossy(&pem.bytes).contains("ENCRYPTED PRIVATE KEY") {
            "it has a password: write it without one by `openssl pkey -in key.pem -out plain.pem`"
        } else {
            "name a PEM file with a `-----BEGIN PRIVATE KEY-----`"
        };
        self.wrong(pem, format!("{} holds no private key that can be read", pem.path), help);
        None
    }

    /// Warns of a certificate whose time has passed or has not come. Nothing else about it is looked at: no authority is
    /// known here.
    fn still_holds(&mut self, pem: &Pem<'a>, chain: &[CertificateDer<'static>]) {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let algorithms = provider().signature_verification_algorithms.all;
        for certificate in chain {
            let Ok(parsed) = ParsedCertificate::try_from(certificate) else {
                continue;
            };
            let verified = verify_server_cert_signed_by_trust_anchor(
                &parsed,
                &RootCertStore::empty(),
                &[],
                UnixTime::since_unix_epoch(now),
                algorithms,
            );
            let message = match verified {
                Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
                    format!("{} has expired{}", pem.path, at(not_after))
                }
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => {
                    format!("{} does not hold yet{}", pem.path, from(not_before))
                }
                _ => continue,
            };
            let diagnostic =
                Diagnostic::warning("tls-time", format!("a certificate in {message}: others will refuse it"))
                    .at(pem.node.span)
                    .help("renew it, or correct the clock; the new file is taken up as soon as it is there");
            self.warnings.push(diagnostic);
        }
    }

    pub(super) fn wrong(&mut self, pem: &Pem<'a>, message: impl Into<String>, help: impl Into<String>) {
        let diagnostic = Diagnostic::error("tls", format!("`tls.{}`: {}", pem.key, message.into()))
            .at(pem.node.span)
            .help(help);
        self.section.diagnostics.push(diagnostic);
    }
}

fn at(time: UnixTime) -> String {
    shown(time).map_or_else(String::new, |time| format!(" at {time}"))
}

fn from(time: UnixTime) -> String {
    shown(time).map_or_else(String::new, |time| format!(", but from {time} on"))
}

fn shown(time: UnixTime) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.as_secs()).ok()?).ok()
}

/// The link through which a path leads on, where it is one in the same folder: Kubernetes replaces `..data` when
/// certificates are renewed, and not `tls.crt`, which leads through it.
pub(super) fn link(path: &Path) -> Option<PathBuf> {
    let target = std::fs::read_link(path).ok()?;
    match target.components().next()? {
        Component::Normal(first) => Some(path.with_file_name(first)),
        _ => None,
    }
}
