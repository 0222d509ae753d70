//! Values of the host as types of one's own.
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
};
use serde_json::Error;

use crate::{Datum, bytes, datum};

/// Reads a value as `T`, as its JSON would be read; bytes are bytes for a `Vec<u8>` or [`Bytes`](crate::Bytes).
pub(crate) fn read<T: DeserializeOwned>(datum: &Datum) -> Result<T, Error> {
    T::deserialize(Cell(datum))
}

/// Reads a row as `T`, whose fields are its columns. With an error comes the position of the column that does not fit; none
/// where it is the row as a whole.
pub(crate) fn row<T: DeserializeOwned>(columns: &[String], values: &[Datum]) -> Result<T, (Error, Option<usize>)> {
    let current = std::cell::Cell::new(None);
    let cells = columns.iter().zip(values).enumerate().map(|(at, (column, value))| {
        current.set(Some(at));
        (column.as_str(), Cell(value))
    });
    let end = std::iter::from_fn(|| {
        current.set(None);
        None
    });
    T::deserialize(MapDeserializer::new(cells.chain(end))).map_err(|error| (error, current.get()))
}

/// One value.
#[derive(Clone, Copy)]
struct Cell<'a>(&'a Datum);

impl<'de> IntoDeserializer<'de, Error> for Cell<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! as_json {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            datum::to_json(self.0).$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Cell<'_> {
    type Error = Error;

    as_json! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_unit deserialize_map deserialize_identifier
        deserialize_ignored_any
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Datum::Bytes(content) => visitor.visit_byte_buf(content.clone()),
            other => datum::to_json(other).deserialize_byte_buf(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Datum::Bytes(content) => SeqDeserializer::new(content.iter().copied()).deserialize_seq(visitor),
            other => datum::to_json(other).deserialize_seq(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Datum::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        datum::to_json(self.0).deserialize_unit_struct(name, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        datum::to_json(self.0).deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        datum::to_json(self.0).deserialize_enum(name, variants, visitor)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::Bytes;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Stored {
        raw: Vec<u8>,
        own: Bytes,
        text: String,
        none: Option<Vec<u8>>,
        some: Option<Bytes>,
        four: [u8; 4],
        huge: u64,
        any: serde_json::Value,
    }

    #[test]
    fn bytes_are_bytes_or_base64_as_their_reader_likes() {
        let content = || Datum::Bytes(vec![0, 255, 254, 10]);
        let columns = ["raw", "own", "text", "none", "some", "four", "huge", "any"].map(str::to_owned);
        let values = [
            content(),
            content(),
            content(),
            Datum::Null,
            content(),
            content(),
            Datum::Json(u64::MAX.to_string()),
            content(),
        ];
        let raw = vec![0, 255, 254, 10];
        let stored = Stored {
            raw: raw.clone(),
            own: Bytes(raw.clone()),
            text: "AP/+Cg==".into(),
            none: None,
            some: Some(Bytes(raw.clone())),
            four: [0, 255, 254, 10],
            huge: u64::MAX,
            any: "AP/+Cg==".into(),
        };
        assert_eq!(row::<Stored>(&columns, &values).unwrap(), stored);
        assert_eq!(read::<Vec<u8>>(&content()).unwrap(), raw);
        assert_eq!(read::<serde_json::Value>(&content()).unwrap(), "AP/+Cg==");
        assert!(read::<Bytes>(&Datum::Json("[1]".into())).is_err());
        assert!(read::<Bytes>(&Datum::Text("no".into())).is_err());
    }
}
