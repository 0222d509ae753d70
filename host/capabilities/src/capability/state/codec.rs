//! A value as bytes, the same in both engines. An integer is its decimal digits, so that Redis can count with it;
//! anything else is a letter and its content. Never empty.

use super::StateError;
use crate::base::{limits, value::Value};

/// None for `null`, which stands for no value.
pub(super) fn encode(value: &Value) -> Result<Option<Vec<u8>>, StateError> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Boolean(value) => vec![if *value { b'y' } else { b'n' }],
        Value::Integer(value) => value.to_string().into_bytes(),
        Value::Real(value) => [b"r", value.to_bits().to_string().as_bytes()].concat(),
        Value::Text(text) => [b"t", text.as_bytes()].concat(),
        Value::Bytes(bytes) => [b"b", bytes.as_slice()].concat(),
        Value::Json(text) => {
            data(text)?;
            [b"j", text.as_bytes()].concat()
        }
    }))
}

/// None for what this module did not write.
pub(super) fn decode(mut bytes: Vec<u8>) -> Option<Value> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).ok();
    let (first, rest) = bytes.split_first()?;
    // The letter, and a value: what is longer came in part.
    if bytes.len() > 1 + limits::STATE_VALUE {
        return None;
    }
    Some(match first {
        b'0'..=b'9' | b'-' => Value::Integer(integer(&bytes)?),
        b'y' if bytes.len() == 1 => Value::Boolean(true),
        b'n' if bytes.len() == 1 => Value::Boolean(false),
        b'r' => Value::Real(f64::from_bits(text(rest)?.parse().ok()?)),
        b't' => Value::Text(text(rest)?),
        b'j' => Value::Json(text(rest)?),
        b'b' => Value::Bytes(bytes.split_off(1)),
        _ => return None,
    })
}

pub(super) fn integer(bytes: &[u8]) -> Option<i64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Whether two values, encoded, are the same data. JSON has many spellings.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    let parse = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    match (one, other) {
        _ if one == other => true,
        ([b'j', one @ ..], [b'j', other @ ..]) => parse(one).is_some_and(|one| Some(one) == parse(other)),
        _ => false,
    }
}

fn data(text: &str) -> Result<serde::de::IgnoredAny, StateError> {
    serde_json::from_str(text).map_err(StateError::NotJson)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::base::explain::Told;

    #[test]
    fn values_come_back_as_they_were() {
        for value in [
            Value::Boolean(true),
            Value::Boolean(false),
            Value::Integer(i64::MIN),
            Value::Integer(0),
            Value::Real(-0.1),
            Value::Real(f64::INFINITY),
            Value::Text(String::new()),
            Value::Text("42".into()),
            Value::Bytes(vec![]),
            Value::Bytes(vec![0, 255]),
            Value::Json(r#"{"b": [1, null], "a": "ü"}"#.into()),
        ] {
            assert_eq!(decode(encode(&value).unwrap().unwrap()), Some(value));
        }
        assert_eq!(encode(&Value::Null).unwrap(), None);
        assert_eq!(encode(&Value::Json("{".into())).told().code, "bad-argument");
        for foreign in [&b"hello"[..], b"", b"yes", b"-", b"99999999999999999999", b"t\xff"] {
            assert_eq!(decode(foreign.to_vec()), None);
        }
    }

    #[test]
    fn json_is_compared_as_data() {
        let same = |one: &str, other: &str| same(one.as_bytes(), other.as_bytes());
        assert!(same(r#"j{"a":1,"b":[2]}"#, r#"j{ "b": [2], "a": 1 }"#));
        assert!(!same("j[1,2]", "j[2,1]"));
        assert!(!same("t[1]", "t[ 1]"));
        assert!(!same("1", "t1"));
    }
}
