//! Who may call which route.

use std::{collections::HashMap, sync::Arc};

use http::{HeaderMap, Method};

use super::{
    names::SERVICE_TOKEN,
    settings::{Allow, AllowLine},
    token::{Invalid, MeshKeys},
};
use crate::network::name::is_same_name;

/// What `[mesh] allow` says.
pub struct AccessPolicy {
    /// The service's own name: that of the tokens that are for it.
    own: Arc<str>,
    keys: Option<Arc<MeshKeys>>,
    /// By path as its author wrote it.
    routes: HashMap<String, Vec<(Method, Allow)>>,
    others: Allow,
}

/// A request that is not let in.
#[derive(Debug)]
pub struct AccessDenied {
    /// 401: nobody knows who calls. 403: it is known, and may not.
    pub status: u16,
    /// For the client.
    pub message: String,
    /// For the log.
    pub reason: String,
}

impl AccessPolicy {
    pub(super) fn new(own: &Arc<str>, keys: Option<Arc<MeshKeys>>, lines: Vec<AllowLine>) -> Self {
        let mut policy = Self {
            own: own.clone(),
            keys,
            routes: HashMap::new(),
            others: Allow::Public,
        };
        for line in lines {
            match line.route {
                Some((method, path)) => policy.routes.entry(path).or_default().push((method, line.allow)),
                None => policy.others = line.allow,
            }
        }
        policy
    }

    /// The service that calls a route, `path` being as its author wrote it; none where nobody has to say and nobody has
    /// proved it. `certified` are the names of the client's certificate.
    pub fn check(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        certified: &[Arc<str>],
    ) -> Result<Option<Arc<str>>, AccessDenied> {
        let allow = self.allow(method, path);
        if let Some(name) = certified.iter().find_map(|name| allow.by_certificate(name)) {
            return Ok(Some(name));
        }
        let caller = match (self.token(headers), allow) {
            (Ok(Some(caller)), _) => caller,
            (Ok(None), Allow::Public) => return Ok(None),
            // Whoever needs no token need not have a right one.
            (Err(_), Allow::Public) => return Ok(None),
            // Known, but not allowed: that was asked above.
            (Ok(None), _) => certified.first().ok_or_else(|| self.missing())?.clone(),
            (Err(refused), _) => return Err(refused),
        };
        if allow.has(&caller) {
            return Ok(Some(caller));
        }
        let message = format!("the service `{caller}` may not call {method} {path}");
        Err(AccessDenied {
            status: 403,
            reason: format!("{message}: it is not in `allow` of [mesh]"),
            message,
        })
    }

    /// Who may call a route, as reports print it; none where everybody may.
    pub fn callers(&self, method: &Method, path: &str) -> Option<Vec<&str>> {
        match self.allow(method, path) {
            Allow::Public => None,
            Allow::Any => Some(vec!["*"]),
            Allow::Services(names) => Some(names.iter().map(String::as_str).collect()),
        }
    }

    fn allow(&self, method: &Method, path: &str) -> &Allow {
        let methods = self.routes.get(path).map_or(&[][..], Vec::as_slice);
        let own = methods.iter().find(|(own, _)| own == method);
        own.map_or(&self.others, |(_, allow)| allow)
    }

    /// The name that a token proves; none without a token.
    fn token(&self, headers: &HeaderMap) -> Result<Option<Arc<str>>, AccessDenied> {
        let unknown = |message: String, reason: String| AccessDenied {
            status: 401,
            message,
            reason,
        };
        let mut given = headers.get_all(SERVICE_TOKEN).iter();
        let Some(value) = given.next() else { return Ok(None) };
        let invalid = |reason: String| unknown("the service token is not valid".to_owned(), reason);
        if given.next().is_some() {
            return Err(invalid("there are several tokens".to_owned()));
        }
        let Some(keys) = &self.keys else {
            return Err(invalid("[mesh] has no `secret` to verify a token with".to_owned()));
        };
        let token = value.to_str().map_err(|_| invalid("the token is no text".to_owned()))?;
        let said = keys.verify(token).map_err(|wrong| match wrong {
            Invalid::Expired => unknown(
                "the service token has expired".to_owned(),
                "the token has expired".to_owned(),
            ),
            Invalid::Other(reason) => invalid(format!("the token is not valid: {reason}")),
        })?;
        if !is_same_name(&said.aud, &self.own) {
            let reason = format!(
                "the token of `{}` is for `{}`, not for `{}`",
                said.iss, said.aud, self.own
            );
            return Err(unknown("the service token is for another service".to_owned(), reason));
        }
        Ok(Some(said.iss.into()))
    }

    fn missing(&self) -> AccessDenied {
        let message = format!(
            "only services may call this: a token for `{}` in x-service-token is missing",
            self.own
        );
        AccessDenied {
            status: 401,
            message,
            reason: "there is no service token".to_owned(),
        }
    }
}

impl Allow {
    fn has(&self, caller: &str) -> bool {
        match self {
            Self::Public | Self::Any => true,
            Self::Services(names) => names.iter().any(|name| is_same_name(name, caller)),
        }
    }

    /// The service that a certificate's name stands for, if it may call: `orders.prod.svc` is `orders`, too.
    fn by_certificate(&self, name: &Arc<str>) -> Option<Arc<str>> {
        let label = name.split('.').next().unwrap_or_default();
        match self {
            Self::Public | Self::Any => Some(label.into()),
            Self::Services(_) if self.has(name) => Some(name.clone()),
            Self::Services(_) if self.has(label) => Some(label.into()),
            Self::Services(_) => None,
        }
    }
}
