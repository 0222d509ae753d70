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
    pub config: &'a Config,
    /// The TSK file.
    pub file: &'a Path,
    /// The service's name.
    pub service: &'a Arc<str>,
    pub credentials: Credentials,
    pub policies: Arc<Policies>,
    pub stores: &'a Stores,
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
    pub identity: Arc<MeshIdentity>,
    pub tls: tls::OutgoingTls,
}
