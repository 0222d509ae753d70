use crate::{
    bindings::{Error, Value},
    limits,
    store::redis::{explain, too_large},
};

/// A reply as a list: a scalar is a list of one, nested arrays and maps are flattened.
pub(super) fn flatten(reply: redis::Value) -> Result<Vec<Value>, Error> {
    let mut flat = Flat::default();
    flat.push(reply)?;
    Ok(flat.values)
}

#[derive(Default)]
struct Flat {
    values: Vec<Value>,
    bytes: usize,
}

impl Flat {
    fn push(&mut self, reply: redis::Value) -> Result<(), Error> {
        use redis::Value as Reply;
        let value = match reply {
            Reply::Nil => Value::Null,
            Reply::Int(value) => Value::Integer(value),
            Reply::Double(value) => Value::Real(value),
            Reply::Boolean(value) => Value::Boolean(value),
            Reply::Okay => Value::Text("OK".into()),
            Reply::SimpleString(text) | Reply::VerbatimString { text, .. } => Value::Text(text),
            Reply::BulkString(bytes) | Reply::BigNumber(bytes) => {
                String::from_utf8(bytes).map_or_else(|error| Value::Bytes(error.into_bytes()), Value::Text)
            }
            Reply::Array(items) | Reply::Set(items) | Reply::Push { data: items, .. } => {
                return items.into_iter().try_for_each(|item| self.push(item));
            }
            Reply::Map(pairs) => {
                return pairs
                    .into_iter()
                    .try_for_each(|(key, value)| self.push(key).and_then(|()| self.push(value)));
            }
            Reply::Attribute { data, .. } => return self.push(*data),
            Reply::ServerError(error) => return Err(explain(&error.into())),
            _ => {
                return Err(Error::new(
                    502,
                    "redis",
                    "the server answered with something that is not understood",
                ));
            }
        };
        self.bytes += super::payload(&value);
        if self.values.len() == limits::REDIS_ELEMENTS || self.bytes > limits::REDIS_REPLY {
            return Err(too_large());
        }
        self.values.push(value);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use redis::Value as Reply;

    use super::*;

    #[test]
    fn replies_are_flattened() {
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(flatten(Reply::Nil).unwrap(), [Value::Null]);
        assert_eq!(flatten(Reply::Okay).unwrap(), [text("OK")]);
        assert_eq!(flatten(Reply::Array(vec![])).unwrap(), []);
        assert_eq!(
            flatten(Reply::BulkString(vec![0xff])).unwrap(),
            [Value::Bytes(vec![0xff])]
        );
        let nested = Reply::Array(vec![
            Reply::BulkString(b"0".to_vec()),
            Reply::Map(vec![(Reply::SimpleString("a".into()), Reply::Int(1))]),
        ]);
        assert_eq!(flatten(nested).unwrap(), [text("0"), text("a"), Value::Integer(1)]);
    }

    #[test]
    fn replies_are_bounded() {
        let half = Reply::BulkString(vec![b'x'; limits::REDIS_REPLY / 2 + 1]);
        assert_eq!(
            flatten(Reply::Array(vec![half.clone(), half])).unwrap_err().code,
            "too-large"
        );
        assert_eq!(
            flatten(Reply::Array(vec![Reply::Nil; limits::REDIS_ELEMENTS + 1]))
                .unwrap_err()
                .code,
            "too-large"
        );
    }
}
