//! `[tls]`: what this service shows to those who call it and to those whom it calls, and whom it believes.
//!
//! `pem` reads the files that the section names, `incoming` and `outgoing` are what they are for.

mod incoming;
mod outgoing;
mod pem;
mod provider;

#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tsk::{Config, Diagnostic, Value};

use self::pem::PemReader;
pub use self::{
    incoming::{IncomingTls, Peer},
    outgoing::OutgoingTls,
};
use crate::observe::metrics::Metrics;

/// What `[tls]` says, for one version of a service.
#[derive(Default)]
pub struct Tls {
    /// None: the service is called without TLS.
    pub incoming: Option<Arc<IncomingTls>>,
    /// What it shows to those whom it calls, and whom it believes.
    pub outgoing: OutgoingTls,
}

/// Those keys of `[tls]` that name files.
const FILES: [&str; 6] = [
    "certificate",
    "key",
    "client_ca",
    "ca",
    "client_certificate",
    "client_key",
];

impl Tls {
    /// Reads `[tls]` of the TSK file `file` and the files that it names; beside it come warnings.
    pub fn new(config: &Config, file: &Path, metrics: &Metrics) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut reader = PemReader::new(config, file);
        let tls = Self {
            incoming: incoming::read(&mut reader, &metrics.handshakes_failed).map(Arc::new),
            outgoing: outgoing::read(&mut reader),
        };
        let PemReader { section, warnings, .. } = reader;
        section.finish((tls, warnings))
    }
}

/// How the address of the service of a file begins.
pub fn scheme(config: &Config) -> &'static str {
    match config.get("tls.certificate") {
        Some(_) => "https",
        None => "http",
    }
}

/// The files that `[tls]` names, and the links on the way to them: those who renew certificates replace either.
pub fn files(config: &Config, folder: &Path) -> Vec<PathBuf> {
    let named = FILES.iter().filter_map(|key| config.get(&format!("tls.{key}")));
    let paths = named.filter_map(|node| match &node.value {
        Value::String(path) => Some(folder.join(path)),
        Value::Secret(path) => Some(folder.join(path.reveal())),
        _ => None,
    });
    paths
        .flat_map(|path| pem::link(&path).into_iter().chain([path]))
        .collect()
}
