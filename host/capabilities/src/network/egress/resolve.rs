//! Where a name leads, and why it may not.

use std::{
    error::Error as StdError,
    fmt, io,
    net::{IpAddr, SocketAddr},
};

use super::{
    address::{AddressReach, reach},
    error::EgressError,
    grants::{Network, Origin},
};
use crate::base::off_limits;

/// Whether a host that was granted for this network may lead to an address.
pub fn allows(network: Network, address: IpAddr) -> bool {
    match reach(address) {
        AddressReach::Public => true,
        AddressReach::Private => network == Network::Private,
        AddressReach::Never => false,
    }
}

/// Resolves a name or an address through the system, and leaves out what may not be reached: [`Forbidden`] where that
/// is all. Who connects to anything but these addresses has checked nothing.
pub async fn resolve(
    host: &str,
    port: u16,
    network: Network,
) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
    let all: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let allowed: Vec<SocketAddr> = all
        .iter()
        .copied()
        .filter(|address| allows(network, address.ip()) && !off_limits::has(*address))
        .collect();
    match (allowed.is_empty(), all.first()) {
        (true, Some(address)) => Err(Forbidden(*address).into()),
        _ => Ok(allowed),
    }
}

/// A name leads to an address that the service may not reach.
#[derive(Debug)]
pub struct Forbidden(pub(crate) SocketAddr);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leads to {}", self.0.ip())
    }
}

impl StdError for Forbidden {}

/// What a fujsen is told where [`Forbidden`] stopped it.
pub fn forbidden(origin: &Origin, address: SocketAddr, network: Network) -> EgressError {
    let (origin, ip) = (origin.as_str().to_owned(), address.ip());
    if off_limits::has(address) {
        return EgressError::OffLimits(origin);
    }
    match network == Network::Public && allows(Network::Private, ip) {
        true => EgressError::Private { origin, address: ip },
        false => EgressError::Nowhere { origin, address: ip },
    }
}

/// The first `T` among an error and its causes.
pub fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // Such an error skips what it is made of when it is asked for its source.
        let inner = error.downcast_ref().and_then(io::Error::get_ref);
        next = inner.map(|inner| inner as _).or_else(|| error.source());
    }
    None
}

/// The innermost cause, which is the one that says something.
pub fn reason(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
