//! Bytes, and how they stand in JSON.
use std::{fmt, ops::Deref};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

use crate::{Datum, FromDatum, ToDatum};

/// The alphabet of RFC 4648, section 4.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes inside of JSON: base64 there, as everywhere. A `Vec<u8>` in a type of one's own is a list of numbers to serde.
///
/// ```
/// use tusk::prelude::*;
///
/// #[derive(Deserialize, Serialize)]
/// struct File {
///     name: String,
///     content: Bytes,
/// }
///
/// let file: File = serde_json::from_str(r#"{"name": "a", "content": "AP8="}"#).unwrap();
/// assert_eq!(file.content, [0, 255]);
/// assert_eq!(json!(file), json!({"name": "a", "content": "AP8="}));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes(pub Vec<u8>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<Bytes> for Vec<u8> {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

impl<const N: usize> PartialEq<[u8; N]> for Bytes {
    fn eq(&self, other: &[u8; N]) -> bool {
        self.0 == other
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Read).map(Self)
    }
}

impl ToDatum for Bytes {
    fn to_datum(&self) -> Datum {
        self.0.to_datum()
    }
}

impl FromDatum for Bytes {
    const EXPECTED: &'static str = Vec::<u8>::EXPECTED;

    fn from_datum(datum: Datum) -> Option<Self> {
        Vec::from_datum(datum).map(Self)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        decode(text).ok_or_else(|| E::custom("expected base64, found another text"))
    }
}

/// The name under which bytes pass a serializer: one that takes values as they are gives them back as bytes.
pub(crate) const NAME: &str = "$tusk::Bytes";

/// As base64 in a newtype struct called [`NAME`]: a text in JSON, bytes to a serializer that knows the name.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(NAME, &encode(bytes))
}

/// Base64 with padding, in the alphabet of RFC 4648, section 4.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| group.get(index).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for letter in 0..4 {
            let value = bits >> (18 - 6 * letter) & 63;
            text.push(match letter <= group.len() {
                true => ALPHABET[value as usize].into(),
                false => '=',
            });
        }
    }
    text
}

/// None for what is no base64 with its padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() % 4 != 0 {
        return None;
    }
    let letters = text.trim_end_matches('=').as_bytes();
    if text.len() - letters.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3 + 2);
    for group in letters.chunks(4) {
        let mut bits = 0;
        for letter in group {
            bits = bits << 6 | value(*letter)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, group_bytes @ ..] = bits.to_be_bytes();
        let (kept, left) = group_bytes.split_at(group.len() - 1);
        if left.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u32> {
    Some(u32::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"\x00\xff\xfe\x0a", "AP/+Cg=="),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
        for bad in ["A", "AA", "AAA", "AA=A", "AB==", "AAB=", "AA!=", "====", "A===", "é=="] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
