//! Which addresses the service may connect to. The name was granted before; here is about where it leads.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far away an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressReach {
    /// Anywhere on the internet.
    Public,
    /// This machine or its own network.
    Private,
    /// Link-local (where clouds keep their metadata), multicast, unspecified: no service lives there.
    Never,
}

/// Metadata services with addresses outside of the link-local range.
const METADATA_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200)];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Which of these an address is. An IPv6 address that stands for an IPv4 address is what that one is.
pub(crate) fn reach(address: IpAddr) -> AddressReach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => embedded(address).map_or_else(|| reach_v6(address), reach_v4),
    }
}

fn reach_v4(address: Ipv4Addr) -> AddressReach {
    let [a, b, c, _] = address.octets();
    let never = METADATA_V4.contains(&address) || address.is_link_local() || a == 0 || a >= 224;
    // Private, loopback; carrier-grade NAT; protocol assignments and documentation; benchmarks.
    let private = address.is_private()
        || address.is_loopback()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 198 && (b == 18 || b == 19 || (b == 51 && c == 100)))
        || (a == 203 && b == 0 && c == 113);
    match (never, private) {
        (true, _) => AddressReach::Never,
        (_, true) => AddressReach::Private,
        _ => AddressReach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> AddressReach {
    let first = address.segments()[0];
    // Deprecated site-local addresses (fec0::/10) are treated as link-local ones (fe80::/10).
    let never =
        address == METADATA_V6 || address.is_unspecified() || first & 0xff00 == 0xff00 || first & 0xff80 == 0xfe80;
    // Only 2000::/3 is routed on the internet.
    match (never, first & 0xe000 == 0x2000) {
        (true, _) => AddressReach::Never,
        (_, true) => AddressReach::Public,
        _ => AddressReach::Private,
    }
}

/// The IPv4 address that an IPv6 address stands for: v4-mapped, v4-compatible, NAT64 (both prefixes), 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(from(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(from(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x64, 0xff9b, 1, _, _, _, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address() {
        for (reaches, addresses) in [
            (
                AddressReach::Public,
                "1.1.1.1 93.184.216.34 2606:4700::1111 ::ffff:1.1.1.1 64:ff9b::101:101",
            ),
            (
                AddressReach::Private,
                "127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1 ::1 fd12::1 \
                 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: ::127.0.0.1",
            ),
            (
                AddressReach::Never,
                "169.254.169.254 169.254.0.1 0.0.0.0 0.1.2.3 224.0.0.1 255.255.255.255 240.0.0.1 168.63.129.16 \
                 100.100.100.200 :: fe80::1 fec0::1 ff02::1 fd00:ec2::254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe \
                 2002:a9fe:a9fe:: ::ffff:0.0.0.0",
            ),
        ] {
            for address in addresses.split_whitespace() {
                assert_eq!(reach(address.parse().unwrap()), reaches, "{address}");
            }
        }
    }
}
