//! Addresses of networks and of hardware.

use std::{
    fmt::Write,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::unreadable::{Unreadable, fixed, written};

/// Family, bits of the network, whether it is a `cidr`, how many bytes follow, and these.
pub(super) fn address(bytes: &[u8], out: &mut String) -> Result<(), Unreadable> {
    const V4: u8 = 2;
    const V6: u8 = 3;
    let [family, bits, is_network, _, address @ ..] = bytes else {
        return Err(Unreadable::Malformed);
    };
    let all_bits = match *family {
        V4 => {
            written(write!(out, "{}", Ipv4Addr::from(fixed::<4>(address)?)))?;
            32
        }
        V6 => {
            written(write!(out, "{}", Ipv6Addr::from(fixed::<16>(address)?)))?;
            128
        }
        _ => return Err(Unreadable::Malformed),
    };
    if *is_network != 0 || *bits != all_bits {
        written(write!(out, "/{bits}"))?;
    }
    Ok(())
}

pub(super) fn hardware(bytes: &[u8], out: &mut String) {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    out.push_str(&bytes.join(":"));
}
