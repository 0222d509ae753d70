//! Networks in CIDR notation (RFC 4632): where instances may be.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

/// `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    address: IpAddr,
    prefix: u8,
}

impl Block {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Self { address, prefix })
    }

    /// Whether a URL's host is an address of this network. Names are not looked up: whoever controls one could lead it
    /// anywhere.
    pub(super) fn holds(&self, url: &Url) -> bool {
        match (self.address, url.host()) {
            (IpAddr::V4(network), Some(Host::Ipv4(address))) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(network) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(network), Some(Host::Ipv6(address))) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(network) & mask == u128::from(address) & mask
            }
            _ => false,
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_network_holds() {
        for (block, url, holds) in [
            ("10.0.0.0/8", "http://10.1.2.3:80/x", true),
            ("10.0.0.0/8", "http://11.0.0.1", false),
            ("127.0.0.1", "http://127.0.0.1:8112", true),
            ("127.0.0.1", "http://127.0.0.2", false),
            ("0.0.0.0/0", "https://9.9.9.9", true),
            ("10.0.0.0/8", "http://ten.example", false),
            ("10.0.0.0/8", "http://[::ffff:10.0.0.1]", false),
            ("fd00::/8", "http://[fd12::1]:80", true),
            ("::1", "http://[::1]", true),
            ("::/0", "http://1.2.3.4", false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(Block::parse(block).unwrap().holds(&url), holds, "{block} {url}");
        }
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "host",
            "::/129",
            "1.2.3.4/x",
            "1.2.3.4:80",
        ] {
            assert_eq!(Block::parse(bad), None, "{bad}");
        }
    }
}
