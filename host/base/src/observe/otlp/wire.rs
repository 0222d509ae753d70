//! As much of Protobuf (<https://protobuf.dev/programming-guides/encoding>) as spans need: fields, appended to bytes.

use std::sync::Arc;

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;
const FIXED32: u32 = 5;

pub(in super::super) fn integer(to: &mut Vec<u8>, field: u32, value: u64) {
    tag(to, field, VARINT);
    varint(to, value);
}

pub(in super::super) fn fixed64(to: &mut Vec<u8>, field: u32, value: u64) {
    tag(to, field, FIXED64);
    to.extend_from_slice(&value.to_le_bytes());
}

pub(in super::super) fn fixed32(to: &mut Vec<u8>, field: u32, value: u32) {
    tag(to, field, FIXED32);
    to.extend_from_slice(&value.to_le_bytes());
}

/// Bytes, a text, or a message that is encoded already.
pub(in super::super) fn bytes(to: &mut Vec<u8>, field: u32, value: &[u8]) {
    head(to, field, value.len());
    to.extend_from_slice(value);
}

/// What stands before so many bytes that follow.
pub(in super::super) fn head(to: &mut Vec<u8>, field: u32, length: usize) {
    tag(to, field, LENGTH);
    varint(to, length as u64);
}

/// Of a field as [`bytes`] writes it, where its number is below 16.
pub(in super::super) fn length_of_bytes(length: usize) -> usize {
    1 + length_of_varint(length as u64) + length
}

/// Of a field as [`integer`] writes it, where its number is below 16.
pub(in super::super) fn length_of_integer(value: u64) -> usize {
    1 + length_of_varint(value)
}

fn length_of_varint(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// The value of an attribute.
#[derive(Clone, Copy)]
pub enum AttributeValue<'a> {
    /// A text: `string_value`.
    Text(&'a str),
    /// A whole number: `int_value`.
    Integer(i64),
}

impl<'a> From<&'a str> for AttributeValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Arc<str>> for AttributeValue<'a> {
    fn from(text: &'a Arc<str>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for AttributeValue<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// A `KeyValue`.
pub(in super::super) fn key_value(to: &mut Vec<u8>, field: u32, key: &str, value: AttributeValue<'_>) {
    let length = match value {
        AttributeValue::Text(text) => length_of_bytes(text.len()),
        AttributeValue::Integer(number) => length_of_integer(number as u64),
    };
    head(to, field, length_of_bytes(key.len()) + length_of_bytes(length));
    bytes(to, 1, key.as_bytes());
    head(to, 2, length);
    match value {
        AttributeValue::Text(text) => bytes(to, 1, text.as_bytes()),
        AttributeValue::Integer(number) => integer(to, 3, number as u64),
    }
}

fn tag(to: &mut Vec<u8>, field: u32, kind: u32) {
    varint(to, u64::from(field << 3 | kind));
}

fn varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_say() {
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut written = Vec::new();
            integer(&mut written, 3, value);
            assert_eq!(written.len(), length_of_integer(value), "{value}");
            assert_eq!(prost::encoding::decode_varint(&mut &written[1..]), Ok(value));
        }
        let mut written = Vec::new();
        bytes(&mut written, 1, &[7; 200]);
        assert_eq!(written.len(), length_of_bytes(200));
    }
}
