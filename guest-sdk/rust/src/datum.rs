//! One value on its way between a fujsen and the host: an argument, a column, a result.

use serde::{Serialize, Serializer};
use serde_json::Value;

pub use crate::bindings::tusk::fujsen::types::Value as Datum;
use crate::{Error, Result, bytes};

/// What can be passed to a query, a Redis command, a log line or another fujsen.
pub trait ToDatum {
    /// The value as the host takes it. Objects, lists other than of bytes, and integers beyond 64 signed bits are JSON
    /// text.
    fn to_datum(&self) -> Datum;
}

/// What a column, a Redis reply or a configuration value can be read as. The error says what it is instead.
pub trait FromDatum: Sized {
    /// What is expected, such as `an integer`.
    const EXPECTED: &'static str;

    /// Reads `datum`; none when it is of another kind, or out of the type's range. A text that spells a number or a
    /// boolean is read as one.
    fn from_datum(datum: Datum) -> Option<Self>;
}

/// A list of arguments for [`sql`](crate::sql), [`redis`](crate::redis) and the like. Takes everything by reference.
///
/// ```
/// use tusk::prelude::*;
///
/// let name = String::from("Ada");
/// let email: Option<&str> = None;
/// let parameters = params![name, email, 1815, true, json!({"tags": ["first"]})];
/// assert_eq!(parameters[0], Datum::Text(name));
/// assert_eq!(parameters[1], Datum::Null);
/// ```
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::ToDatum::to_datum(&$value)),*][..] as &[$crate::Datum] };
}

/// Named values for a log line or a call: `fields! { user: id, "http.status": 200 }`.
///
/// ```
/// let id = 7;
/// assert_eq!(tusk::fields! { user: id }.len(), 1);
/// ```
#[macro_export]
macro_rules! fields {
    (@name $name:ident) => { stringify!($name) };
    (@name $name:literal) => { $name };
    ($($name:tt : $value:expr),* $(,)?) => {
        &[$(($crate::fields!(@name $name), $crate::ToDatum::to_datum(&$value))),*][..] as &[(&str, $crate::Datum)]
    };
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl ToDatum for $type {
            fn to_datum(&self) -> Datum {
                // What 64 signed bits cannot hold stays whole as JSON.
                i64::try_from(*self).map_or_else(|_| Datum::Json(self.to_string()), Datum::Integer)
            }
        }

        impl FromDatum for $type {
            const EXPECTED: &'static str = concat!("an integer that fits ", stringify!($type));

            fn from_datum(datum: Datum) -> Option<Self> {
                match datum {
                    Datum::Integer(integer) => integer.try_into().ok(),
                    Datum::Real(real) if real.fract() == 0.0 && real.abs() < 9_007_199_254_740_992.0 => {
                        (real as i64).try_into().ok()
                    }
                    Datum::Text(text) | Datum::Json(text) => text.parse().ok(),
                    _ => None,
                }
            }
        }
    )*};
}
integers! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

macro_rules! reals {
    ($($type:ty)*) => {$(
        impl ToDatum for $type {
            fn to_datum(&self) -> Datum {
                Datum::Real((*self).into())
            }
        }

        impl FromDatum for $type {
            const EXPECTED: &'static str = "a number";

            fn from_datum(datum: Datum) -> Option<Self> {
                match datum {
                    Datum::Real(real) => Some(real as $type),
                    Datum::Integer(integer) => Some(integer as $type),
                    Datum::Text(text) | Datum::Json(text) => text.parse().ok(),
                    _ => None,
                }
            }
        }
    )*};
}
reals! { f32 f64 }

impl ToDatum for bool {
    fn to_datum(&self) -> Datum {
        Datum::Boolean(*self)
    }
}

impl FromDatum for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_datum(datum: Datum) -> Option<Self> {
        match datum {
            Datum::Boolean(boolean) => Some(boolean),
            // SQLite has no booleans.
            Datum::Integer(0) => Some(false),
            Datum::Integer(1) => Some(true),
            Datum::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl ToDatum for str {
    fn to_datum(&self) -> Datum {
        Datum::Text(self.to_owned())
    }
}

impl ToDatum for String {
    fn to_datum(&self) -> Datum {
        self.as_str().to_datum()
    }
}

impl FromDatum for String {
    const EXPECTED: &'static str = "text";

    fn from_datum(datum: Datum) -> Option<Self> {
        match datum {
            Datum::Text(text) | Datum::Json(text) => Some(text),
            Datum::Integer(integer) => Some(integer.to_string()),
            Datum::Real(real) => Some(real.to_string()),
            Datum::Boolean(boolean) => Some(boolean.to_string()),
            Datum::Bytes(_) | Datum::Null => None,
        }
    }
}

impl ToDatum for [u8] {
    fn to_datum(&self) -> Datum {
        Datum::Bytes(self.to_owned())
    }
}

impl<const N: usize> ToDatum for [u8; N] {
    fn to_datum(&self) -> Datum {
        self[..].to_datum()
    }
}

impl ToDatum for Vec<u8> {
    fn to_datum(&self) -> Datum {
        self.as_slice().to_datum()
    }
}

impl FromDatum for Vec<u8> {
    const EXPECTED: &'static str = "bytes";

    fn from_datum(datum: Datum) -> Option<Self> {
        match datum {
            Datum::Bytes(bytes) => Some(bytes),
            Datum::Text(text) | Datum::Json(text) => Some(text.into_bytes()),
            _ => None,
        }
    }
}

impl ToDatum for Value {
    fn to_datum(&self) -> Datum {
        match self {
            Self::Null => Datum::Null,
            Self::Bool(boolean) => Datum::Boolean(*boolean),
            Self::String(text) => Datum::Text(text.clone()),
            Self::Number(number) => match number.as_i64() {
                Some(integer) => Datum::Integer(integer),
                None if number.is_u64() => Datum::Json(number.to_string()),
                None => number.as_f64().map_or(Datum::Null, Datum::Real),
            },
            Self::Array(_) | Self::Object(_) => Datum::Json(self.to_string()),
        }
    }
}

impl FromDatum for Value {
    const EXPECTED: &'static str = "JSON";

    fn from_datum(datum: Datum) -> Option<Self> {
        Some(match datum {
            Datum::Null => Self::Null,
            Datum::Boolean(boolean) => boolean.into(),
            Datum::Integer(integer) => integer.into(),
            Datum::Real(real) => real.into(),
            Datum::Text(text) => text.into(),
            Datum::Bytes(bytes) => bytes::encode(&bytes).into(),
            Datum::Json(text) => serde_json::from_str(&text).ok()?,
        })
    }
}

/// What a list may hold that becomes JSON: everything but bytes, since a list of these is bytes.
pub trait Item: ToDatum {}

macro_rules! items {
    ($($type:ty)*) => {$(impl Item for $type {})*};
}
items! { i8 i16 i32 i64 isize u16 u32 u64 usize f32 f64 bool str String Value Vec<u8> bytes::Bytes }

impl<T: Item + ?Sized> Item for &T {}
impl<T: Item> Item for Option<T> {}
impl<T: Item> Item for Vec<T> {}

/// A list is JSON, and on PostgreSQL an array: `WHERE id = ANY(?)`.
impl<T: Item> ToDatum for [T] {
    fn to_datum(&self) -> Datum {
        let items = self.iter().map(|item| to_json(&item.to_datum()));
        Datum::Json(Value::Array(items.collect()).to_string())
    }
}

impl<T: Item> ToDatum for Vec<T> {
    fn to_datum(&self) -> Datum {
        self.as_slice().to_datum()
    }
}

impl<T: Item, const N: usize> ToDatum for [T; N] {
    fn to_datum(&self) -> Datum {
        self[..].to_datum()
    }
}

impl ToDatum for Datum {
    fn to_datum(&self) -> Datum {
        self.clone()
    }
}

impl FromDatum for Datum {
    const EXPECTED: &'static str = "anything";

    fn from_datum(datum: Datum) -> Option<Self> {
        Some(datum)
    }
}

impl<T: ToDatum + ?Sized> ToDatum for &T {
    fn to_datum(&self) -> Datum {
        (**self).to_datum()
    }
}

impl<T: ToDatum> ToDatum for Option<T> {
    fn to_datum(&self) -> Datum {
        self.as_ref().map_or(Datum::Null, T::to_datum)
    }
}

impl<T: FromDatum> FromDatum for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_datum(datum: Datum) -> Option<Self> {
        match datum {
            Datum::Null => Some(None),
            datum => T::from_datum(datum).map(Some),
        }
    }
}

/// What a value is, for a message: `text`, `an integer`.
pub(crate) fn describe(datum: &Datum) -> &'static str {
    match datum {
        Datum::Null => "null",
        Datum::Boolean(_) => "a boolean",
        Datum::Integer(_) => "an integer",
        Datum::Real(_) => "a number",
        Datum::Text(_) => "text",
        Datum::Bytes(_) => "bytes",
        Datum::Json(_) => "JSON",
    }
}

/// Reads `datum`; `what` begins the message of the failure, such as ``column `id` ``.
pub(crate) fn read<T: FromDatum>(datum: Datum, what: impl FnOnce() -> String) -> Result<T> {
    let is = describe(&datum);
    T::from_datum(datum).ok_or_else(|| {
        let expected = T::EXPECTED;
        Error::internal(format!("{} is {is}, not {expected}", what())).with_code("type")
    })
}

/// Bytes are base64; `null` for what is a number to JSON but has no JSON form.
pub(crate) fn to_json(datum: &Datum) -> Value {
    match datum {
        Datum::Bytes(bytes) => bytes::encode(bytes).into(),
        other => Value::from_datum(other.clone()).unwrap_or(Value::Null),
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(boolean) => serializer.serialize_bool(*boolean),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Real(real) => serializer.serialize_f64(*real),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(content) => bytes::serialize(content, serializer),
            Self::Json(_) => to_json(self).serialize(serializer),
        }
    }
}
