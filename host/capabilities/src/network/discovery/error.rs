//! Why nobody knows where a service is.

use crate::base::explain::{Explain, Explanation, is};

/// Why no instance of a service is known.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// The file names no such service and no registry. `hint` may name one that is spelt alike.
    #[error("there is no service `{}`{hint}", .name.escape_debug())]
    Unknown { name: String, hint: String },
    /// No service can be called so: a registry is not asked for it.
    #[error("`{}` is no name of a service", .0.escape_debug())]
    Name(String),
    /// The registry did something else than answer with instances, which `what` says.
    #[error("the registry {registry} {what} for `{name}`")]
    Registry {
        registry: String,
        what: String,
        name: String,
    },
    /// `host` is that of the first instance.
    #[error("the registry names {origin} for `{name}`, where the file does not allow instances")]
    NotAllowed { origin: String, host: String, name: String },
}

impl Explain for DiscoveryError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Unknown { .. } => is(500, "unknown-service").help(
                "to add it, write its address among `dependencies` of [service], or a registry:\n[discovery]\nregistry: \
                 \"http://127.0.0.1:8101\"",
            ),
            Self::Name(_) => is(500, "bad-url"),
            Self::Registry { .. } => is(502, "registry"),
            Self::NotAllowed { host, .. } => is(500, "denied").help(format!(
                "to allow it, write (or extend)\n[discovery]\nallow: [\"{host}\"]"
            )),
        }
    }
}
