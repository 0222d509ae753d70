//! `numeric`: digits of base 10000, and where the point is.

use std::fmt::Write;

use super::unreadable::{Unreadable, written};

const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xC000;
const INFINITE: u16 = 0xD000;
const NEGATIVE_INFINITE: u16 = 0xF000;

/// At most some 150,000 digits, whatever the value says.
pub(super) fn write(bytes: &[u8], out: &mut String) -> Result<(), Unreadable> {
    let (words, []) = bytes.as_chunks::<2>() else {
        return Err(Unreadable::Malformed);
    };
    let words: Vec<u16> = words.iter().map(|word| u16::from_be_bytes(*word)).collect();
    let [_, weight, sign, scale, digits @ ..] = words.as_slice() else {
        return Err(Unreadable::Malformed);
    };
    let special = match *sign {
        0 | NEGATIVE => None,
        NOT_A_NUMBER => Some("NaN"),
        INFINITE => Some("Infinity"),
        NEGATIVE_INFINITE => Some("-Infinity"),
        _ => return Err(Unreadable::Malformed),
    };
    if let Some(special) = special {
        out.push_str(special);
        return Ok(());
    }
    if *sign == NEGATIVE {
        out.push('-');
    }
    // The place of the first digit, counted in digits before the point.
    let weight = i32::from(weight.cast_signed());
    let digit = |place: i32| {
        let index = usize::try_from(weight - place).ok();
        index.and_then(|index| digits.get(index)).copied().unwrap_or_default()
    };
    written(write!(out, "{}", digit(weight.max(0))))?;
    for place in (0..weight).rev() {
        written(write!(out, "{:04}", digit(place)))?;
    }
    let scale = usize::from(*scale);
    if scale > 0 {
        out.push('.');
        let end = out.len() + scale;
        for place in 1..=scale.div_ceil(4) as i32 {
            written(write!(out, "{:04}", digit(-place)))?;
        }
        out.truncate(end);
    }
    Ok(())
}
