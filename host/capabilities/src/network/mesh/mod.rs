//! Services among each other: who this one says it is, and which ones may call which of its routes.
//!
//! `settings` reads `[mesh]`. `identity` goes out with every request, `policy` asks those who come in; both rest on
//! `token`, which `hs256` signs.

mod hs256;
mod identity;
mod names;
mod policy;
mod settings;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tsk::{Config, Diagnostic};

pub use self::{identity::MeshIdentity, policy::AccessPolicy};
pub use self::{
    names::{SERVICE_NAME, SERVICE_TOKEN, SERVICE_VERSION},
    policy::AccessDenied,
};
use self::{settings::MeshSettings, token::MeshKeys};
use crate::base::clock;

/// What `[mesh]` says, for one version of a service.
pub struct Mesh {
    /// What this service says of itself when it calls others.
    pub identity: Arc<MeshIdentity>,
    /// Who may call which routes.
    pub policy: AccessPolicy,
}

impl Mesh {
    /// Reads `[mesh]` of the service of this name and version; beside it come warnings.
    pub fn new(config: &Config, name: &Arc<str>, version: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let settings = MeshSettings::new(config)?;
        let keys = MeshKeys::new(&settings.secrets, clock::system()).map(Arc::new);
        let mesh = Self {
            identity: Arc::new(MeshIdentity::new(name, version, keys.clone(), settings.lifetime)),
            policy: AccessPolicy::new(name, keys, settings.allow),
        };
        Ok((mesh, settings.warnings))
    }
}
