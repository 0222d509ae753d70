//! Scalars and strings go to the host as they are; only what has parts becomes JSON text.
use std::fmt::{self, Display};

use serde::ser::{Error as _, Impossible, Serialize, Serializer};

use crate::{Datum, Error, Result, bytes};

pub(super) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Datum> {
    match value.serialize(Scalars) {
        Ok(datum) => Ok(datum),
        Err(Failed::HasParts) => serde_json::to_string(value).map(Datum::Json).map_err(Error::from),
        Err(Failed::Message(message)) => Err(Error::internal(message)),
    }
}

#[derive(Debug)]
enum Failed {
    /// Not a scalar: serialize it as JSON.
    HasParts,
    Message(String),
}

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HasParts => f.write_str("not a scalar"),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failed {}

impl serde::ser::Error for Failed {
    fn custom<T: Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }
}

struct Scalars;

macro_rules! integers {
    ($($method:ident $type:ty)*) => {$(
        fn $method(self, value: $type) -> Result<Datum, Failed> {
            // What 64 signed bits cannot hold stays whole as JSON.
            Ok(i64::try_from(value).map_or_else(|_| Datum::Json(value.to_string()), Datum::Integer))
        }
    )*};
}

macro_rules! has_parts {
    ($($method:ident($($argument:ty),*) -> $type:ident;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self::$type, Failed> {
            Err(Failed::HasParts)
        }
    )*};
}

impl Serializer for Scalars {
    type Ok = Datum;
    type Error = Failed;
    type SerializeSeq = Impossible<Datum, Failed>;
    type SerializeTuple = Impossible<Datum, Failed>;
    type SerializeTupleStruct = Impossible<Datum, Failed>;
    type SerializeTupleVariant = Impossible<Datum, Failed>;
    type SerializeMap = Impossible<Datum, Failed>;
    type SerializeStruct = Impossible<Datum, Failed>;
    type SerializeStructVariant = Impossible<Datum, Failed>;

    integers! {
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64 serialize_i128 i128
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64 serialize_u128 u128
    }

    has_parts! {
        serialize_seq(Option<usize>) -> SerializeSeq;
        serialize_tuple(usize) -> SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant;
        serialize_map(Option<usize>) -> SerializeMap;
        serialize_struct(&'static str, usize) -> SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant;
    }

    fn serialize_bool(self, value: bool) -> Result<Datum, Failed> {
        Ok(Datum::Boolean(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Datum, Failed> {
        // By way of its digits, as in JSON: 0.1 stays 0.1.
        self.serialize_f64(value.to_string().parse().unwrap_or(value.into()))
    }

    /// JSON has no infinity and no NaN: `null`, as serde_json writes them.
    fn serialize_f64(self, value: f64) -> Result<Datum, Failed> {
        Ok(if value.is_finite() {
            Datum::Real(value)
        } else {
            Datum::Null
        })
    }

    fn serialize_char(self, value: char) -> Result<Datum, Failed> {
        Ok(Datum::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Datum, Failed> {
        Ok(Datum::Text(value.to_owned()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Datum, Failed> {
        Ok(Datum::Bytes(bytes.to_owned()))
    }

    fn serialize_none(self) -> Result<Datum, Failed> {
        Ok(Datum::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Datum, Failed> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Datum, Failed> {
        Ok(Datum::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Datum, Failed> {
        Ok(Datum::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Datum, Failed> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Datum, Failed> {
        match value.serialize(self)? {
            // A whole answer is no JSON that would need it.
            Datum::Text(base64) if name == bytes::NAME => Ok(Datum::Bytes(bytes::decode(&base64).unwrap_or_default())),
            datum => Ok(datum),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Datum, Failed> {
        Err(Failed::HasParts)
    }
}
