//! A file that is read.

use std::{path::Path, sync::Arc};

use tsk::Config;

use crate::{
    base::folder::folder,
    network::{mesh::MeshIdentity, resilience::Policies, tls},
    observe::metrics::Metrics,
    storage::store::Stores,
};

/// What capabilities read of a file, and what they have of the process.
pub(crate) struct Reading<'a> {
    /// The values of the file.
    pub config: &'a Config,
    /// The TSK file.
    pub file: &'a Path,
    /// The service's name.
    pub service: &'a Arc<str>,
    /// What the service is to those whom it calls.
    pub credentials: Credentials,
    /// What the file says of calls that go wrong.
    pub policies: Arc<Policies>,
    /// The files and servers that the process has open.
    pub stores: &'a Stores,
    /// The meters of the process.
    pub metrics: &'a Metrics,
}

impl Reading<'_> {
    /// That of the TSK file.
    pub(crate) fn folder(&self) -> &Path {
        folder(self.file)
    }
}

/// What this service is to those whom it calls.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Its name, and the tokens that prove it.
    pub identity: Arc<MeshIdentity>,
    /// Its certificate, and whom it believes.
    pub tls: tls::OutgoingTls,
}
