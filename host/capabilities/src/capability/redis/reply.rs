//! Replies of Redis as the values that guests are given.

use super::RedisError;
use crate::{
    base::{limits, value::Value},
    storage::store::{StoreError, redis::refused},
};

/// A reply as a list: a scalar is a list of one, nested arrays and maps are flattened.
pub struct RedisReply {
    /// The values in order; what is no UTF-8 is bytes.
    pub values: Vec<Value>,
    /// Whether the server answered with a list, of however many values.
    pub(crate) is_list: bool,
}

impl RedisReply {
    pub fn new(reply: redis::Value) -> Result<Self, RedisError> {
        use redis::Value as Raw;
        let is_list = matches!(reply, Raw::Array(_) | Raw::Set(_) | Raw::Push { .. } | Raw::Map(_));
        let mut flat = Flat::default();
        flat.push(reply)?;
        Ok(Self {
            values: flat.values,
            is_list,
        })
    }
}

#[derive(Default)]
struct Flat {
    values: Vec<Value>,
    bytes: usize,
}

impl Flat {
    fn push(&mut self, reply: redis::Value) -> Result<(), RedisError> {
        use redis::Value as Raw;
        let value = match reply {
            Raw::Nil => Value::Null,
            Raw::Int(value) => Value::Integer(value),
            Raw::Double(value) => Value::Real(value),
            Raw::Boolean(value) => Value::Boolean(value),
            Raw::Okay => Value::Text("OK".into()),
            Raw::SimpleString(text) | Raw::VerbatimString { text, .. } => Value::Text(text),
            Raw::BulkString(bytes) | Raw::BigNumber(bytes) => {
                String::from_utf8(bytes).map_or_else(|error| Value::Bytes(error.into_bytes()), Value::Text)
            }
            Raw::Array(items) | Raw::Set(items) | Raw::Push { data: items, .. } => {
                return items.into_iter().try_for_each(|item| self.push(item));
            }
            Raw::Map(pairs) => {
                return pairs
                    .into_iter()
                    .try_for_each(|(key, value)| self.push(key).and_then(|()| self.push(value)));
            }
            Raw::Attribute { data, .. } => return self.push(*data),
            Raw::ServerError(error) => return Err(refused(&error.into()).into()),
            _ => {
                return Err(RedisError::NotUnderstood);
            }
        };
        self.bytes += value.payload();
        if self.values.len() == limits::REDIS_ELEMENTS || self.bytes > limits::REDIS_REPLY {
            return Err(StoreError::TooLarge.into());
        }
        self.values.push(value);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use redis::Value as Raw;

    use super::*;
    use crate::base::explain::Told;

    fn flatten(reply: Raw) -> Result<Vec<Value>, RedisError> {
        RedisReply::new(reply).map(|reply| reply.values)
    }

    #[test]
    fn replies_are_flattened() {
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(flatten(Raw::Nil).unwrap(), [Value::Null]);
        assert_eq!(flatten(Raw::Okay).unwrap(), [text("OK")]);
        assert_eq!(flatten(Raw::Array(vec![])).unwrap(), []);
        assert_eq!(
            flatten(Raw::BulkString(vec![0xff])).unwrap(),
            [Value::Bytes(vec![0xff])]
        );
        let nested = Raw::Array(vec![
            Raw::BulkString(b"0".to_vec()),
            Raw::Map(vec![(Raw::SimpleString("a".into()), Raw::Int(1))]),
        ]);
        assert_eq!(flatten(nested).unwrap(), [text("0"), text("a"), Value::Integer(1)]);
    }

    #[test]
    fn a_list_of_one_is_a_list() {
        assert!(RedisReply::new(Raw::Array(vec![Raw::Int(1)])).unwrap().is_list);
        assert!(!RedisReply::new(Raw::Int(1)).unwrap().is_list);
    }

    #[test]
    fn replies_are_bounded() {
        let half = Raw::BulkString(vec![b'x'; limits::REDIS_REPLY / 2 + 1]);
        assert_eq!(flatten(Raw::Array(vec![half.clone(), half])).told().code, "too-large");
        assert_eq!(
            flatten(Raw::Array(vec![Raw::Nil; limits::REDIS_ELEMENTS + 1]))
                .told()
                .code,
            "too-large"
        );
    }
}
