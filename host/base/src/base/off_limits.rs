//! The address that nothing of a service connects to, whatever the file, a registry, a redirect or a name says: where this
//! process listens for its operators.

use std::{
    error::Error as StdError,
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::OnceLock,
};

use url::{Host, Url};

static ADMIN: OnceLock<SocketAddr> = OnceLock::new();

/// From now on nobody is connected to this address. There is one in the life of a process.
pub fn set(admin: SocketAddr) {
    let _ = ADMIN.set(admin);
}

/// Whether a connection to this address would be one to the admin address.
pub fn has(address: SocketAddr) -> bool {
    ADMIN.get().is_some_and(|admin| leads_to(address, *admin))
}

/// Whether a connection to this port may be one, wherever the name beside it leads.
pub fn has_port(port: u16) -> bool {
    ADMIN.get().is_some_and(|admin| admin.port() == port)
}

/// As [`has`], for a URL; looks the name up, and blocks.
pub(crate) fn has_url(url: &Url) -> bool {
    let Some(port) = url.port_or_known_default().filter(|port| has_port(*port)) else {
        return false;
    };
    match url.host() {
        Some(Host::Ipv4(address)) => has((address, port).into()),
        Some(Host::Ipv6(address)) => has((address, port).into()),
        Some(Host::Domain(name)) => {
            let found = std::net::ToSocketAddrs::to_socket_addrs(&(name, port));
            found.is_ok_and(|mut found| found.any(has))
        }
        None => false,
    }
}

/// Whether a URL names this admin address by a number or as this machine; names are not looked up.
pub fn names(url: &Url, admin: SocketAddr) -> bool {
    let Some(port) = url.port_or_known_default() else {
        return false;
    };
    let is = |ip: IpAddr| leads_to((ip, port).into(), admin);
    match host(url) {
        Some(Host::Ipv4(address)) => is(address.into()),
        Some(Host::Ipv6(address)) => is(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_local = name == "localhost" || name.ends_with(".localhost");
            is_local && (is(Ipv4Addr::LOCALHOST.into()) || is(Ipv6Addr::LOCALHOST.into()))
        }
        None => false,
    }
}

/// Whether a URL names the admin address of this process, in the same way.
pub fn is_named_by(url: &Url) -> bool {
    ADMIN.get().is_some_and(|admin| names(url, *admin))
}

/// A URL of a scheme that browsers do not know has its numbers as text.
fn host(url: &Url) -> Option<Host<String>> {
    match url.host()? {
        Host::Domain(name) => Host::parse(name).ok(),
        numbers => Some(numbers.to_owned()),
    }
}

/// Where a host leads, without the address that is off limits: [`OffLimits`] where that is all.
pub async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let all: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let allowed: Vec<SocketAddr> = all.iter().copied().filter(|address| !has(*address)).collect();
    if allowed.is_empty() && !all.is_empty() {
        return Err(io::Error::other(OffLimits));
    }
    Ok(allowed)
}

fn leads_to(address: SocketAddr, admin: SocketAddr) -> bool {
    let (ip, own) = (address.ip().to_canonical(), admin.ip().to_canonical());
    address.port() == admin.port()
        && (ip == own
            // Connecting to "any" connects to this machine.
            || ip.is_unspecified()
            || (own.is_unspecified() && is_own(ip)))
}

/// Whether an address is one of this machine's: a socket can be bound to no other.
fn is_own(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

/// An address is the admin address.
#[derive(Debug)]
pub struct OffLimits;

impl fmt::Display for OffLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is the admin address of the service, which nothing of it connects to")
    }
}

impl StdError for OffLimits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_name_it() {
        let named = |url: &str, admin: &str| names(&Url::parse(url).unwrap(), admin.parse().unwrap());
        for url in [
            "http://127.0.0.1:9001/metrics",
            "http://localhost:9001",
            "http://0x7f.1:9001",
            "https://[::ffff:127.0.0.1]:9001",
            "http://app.localhost.:9001",
            "redis://127.0.0.1:9001/0",
        ] {
            assert!(named(url, "127.0.0.1:9001"), "{url}");
        }
        for url in [
            "http://127.0.0.1:9002",
            "http://192.0.2.1:9001",
            "http://local:9001",
            "http://127.0.0.1",
        ] {
            assert!(!named(url, "127.0.0.1:9001"), "{url}");
        }
        assert!(named("http://localhost", "0.0.0.0:80"));
    }

    #[test]
    fn every_spelling_of_the_admin_address() {
        for (admin, yes, no) in [
            (
                "127.0.0.1:9001",
                "127.0.0.1:9001 [::ffff:127.0.0.1]:9001 0.0.0.0:9001 [::]:9001 [::ffff:0.0.0.0]:9001",
                "127.0.0.1:9002 127.0.0.2:9001 [::1]:9001 192.0.2.1:9001",
            ),
            (
                "0.0.0.0:9001",
                "127.0.0.1:9001 127.3.2.1:9001 [::1]:9001 0.0.0.0:9001 [::ffff:127.0.0.1]:9001",
                "127.0.0.1:80 192.0.2.1:9001 [2001:db8::1]:9001",
            ),
            ("[::]:9001", "127.0.0.1:9001 [::1]:9001 [::]:9001", "[::1]:9000"),
            ("[::ffff:127.0.0.1]:9001", "127.0.0.1:9001", "127.0.0.2:9001"),
        ] {
            let admin = admin.parse().unwrap();
            for (addresses, expected) in [(yes, true), (no, false)] {
                for address in addresses.split_whitespace() {
                    assert_eq!(
                        leads_to(address.parse().unwrap(), admin),
                        expected,
                        "{address} for {admin}"
                    );
                }
            }
        }
    }
}
