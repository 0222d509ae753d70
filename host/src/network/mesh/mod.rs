//! Services among each other: who this one says it is, and which ones may call which of its routes.
//!
//! `settings` reads `[mesh]`. `identity` goes out with every request, `policy` asks those who come in; both rest on
//! `token`, which `hs256` signs.

mod hs256;
mod identity;
mod policy;
mod settings;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::HeaderName;
use tsk::{Config, Diagnostic};

pub(crate) use self::policy::Refused;
pub use self::{identity::Identity, policy::Policy};
use self::{settings::Settings, token::Keys};
use crate::base::clock;

pub(crate) const SERVICE_NAME: HeaderName = HeaderName::from_static("x-service-name");
pub(crate) const SERVICE_VERSION: HeaderName = HeaderName::from_static("x-service-version");
pub(crate) const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");

/// What `[mesh]` says, for one version of a service.
pub struct Mesh {
    pub identity: Arc<Identity>,
    pub policy: Policy,
}

impl Mesh {
    /// Reads `[mesh]` of the service of this name and version; beside it come warnings.
    pub fn new(config: &Config, name: &Arc<str>, version: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let settings = Settings::new(config)?;
        let keys = Keys::new(&settings.secrets, clock::system()).map(Arc::new);
        let mesh = Self {
            identity: Arc::new(Identity::new(name, version, keys.clone(), settings.lifetime)),
            policy: Policy::new(name, keys, settings.allow),
        };
        Ok((mesh, settings.warnings))
    }
}

/// Whether two names are of one service: `_` and `-` are the same, as keys of a file often have the one and services
/// the other.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte };
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(a, b)| plain(a) == plain(b))
}
