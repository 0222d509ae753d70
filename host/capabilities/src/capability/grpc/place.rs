//! Where servers are.

use http::Uri;
use url::Url;

use crate::network::egress::{Network, Origin};

/// Where a server is, and where its name may lead. A connection to a private address is never handed to a file that
/// may reach public ones only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct GrpcEndpoint {
    pub(super) origin: Origin,
    pub(super) network: Network,
    pub(super) uri: Uri,
    pub(super) host: String,
    pub(super) port: u16,
}

impl GrpcEndpoint {
    /// The error says what is wrong with the URL.
    pub(super) fn new(url: &Url, origin: Origin, network: Network) -> Result<Self, String> {
        let host = match url.host() {
            Some(url::Host::Domain(name)) => name.to_owned(),
            Some(url::Host::Ipv4(address)) => address.to_string(),
            Some(url::Host::Ipv6(address)) => address.to_string(),
            None => return Err("has no host".to_owned()),
        };
        let uri = origin.as_str().parse();
        Ok(Self {
            uri: uri.map_err(|error| format!("is no URL: {error}"))?,
            port: url.port_or_known_default().unwrap_or_default(),
            host,
            origin,
            network,
        })
    }

    pub(super) fn show(&self) -> &str {
        self.origin.as_str()
    }
}
