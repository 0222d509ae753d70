//! What this service says of itself when it calls others.

use std::{collections::HashMap, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue};
use parking_lot::Mutex;

use super::{
    names::{SERVICE_NAME, SERVICE_TOKEN, SERVICE_VERSION},
    token::MeshKeys,
};
use crate::base::limits;

/// Name and version, and tokens that prove the name where `[mesh]` has a secret.
pub struct MeshIdentity {
    name: Arc<str>,
    name_header: Option<HeaderValue>,
    version_header: Option<HeaderValue>,
    keys: Option<Arc<MeshKeys>>,
    lifetime: Duration,
    /// By the name of the service that they are for.
    pub(super) tokens: Mutex<HashMap<Box<str>, Signed>>,
}

pub(super) struct Signed {
    /// Seconds since the Unix epoch.
    at: u64,
    header: HeaderValue,
}

impl Default for MeshIdentity {
    /// Of nobody: it adds nothing.
    fn default() -> Self {
        Self::new(&"".into(), "", None, Duration::ZERO)
    }
}

impl MeshIdentity {
    pub(super) fn new(name: &Arc<str>, version: &str, keys: Option<Arc<MeshKeys>>, lifetime: Duration) -> Self {
        let header = |text: &str| {
            HeaderValue::from_bytes(text.as_bytes())
                .ok()
                .filter(|text| !text.is_empty())
        };
        Self {
            name: name.clone(),
            name_header: header(name),
            version_header: header(version),
            keys,
            lifetime,
            tokens: Mutex::default(),
        }
    }

    /// Adds the headers of every request, and a token where `audience` names the service that it goes to.
    pub(crate) fn mark(&self, headers: &mut HeaderMap, audience: Option<&str>) {
        let own = [
            (SERVICE_NAME, self.name_header.clone()),
            (SERVICE_VERSION, self.version_header.clone()),
            (SERVICE_TOKEN, audience.and_then(|audience| self.token(audience))),
        ];
        for (name, value) in own {
            match value {
                Some(value) => drop(headers.insert(name, value)),
                None => drop(headers.remove(name)),
            }
        }
    }

    /// The value of `x-service-token` for the service `audience`; none without a secret. One that is kept has more than
    /// half of its life before it.
    pub(crate) fn token(&self, audience: &str) -> Option<HeaderValue> {
        let keys = self.keys.as_ref()?;
        let now = keys.now();
        let mut tokens = self.tokens.lock();
        if let Some(kept) = tokens.get(audience)
            && (kept.at..kept.at + (self.lifetime.as_secs() / 2).saturating_sub(1)).contains(&now)
        {
            return Some(kept.header.clone());
        }
        let token = keys.sign(&self.name, audience, now, self.lifetime)?;
        let mut header = HeaderValue::try_from(token).ok()?;
        // Neither printed nor kept in the tables of HTTP/2.
        header.set_sensitive(true);
        // Fujsens may make up names without end.
        if tokens.len() >= limits::MESH_TOKENS && !tokens.contains_key(audience) {
            tokens.clear();
        }
        let signed = Signed {
            at: now,
            header: header.clone(),
        };
        tokens.insert(audience.into(), signed);
        Some(header)
    }
}
