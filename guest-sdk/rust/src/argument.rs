//! Arguments of a fujsen, decoded as its signature says. Called by the code that `#[fujsen]` writes.
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Datum, Error, FromDatum, Request, Result, datum::describe, deserialize, panic};

/// What was passed to one call, in the order of the parameters.
pub struct Arguments(std::vec::IntoIter<Datum>);

impl Arguments {
    /// As the host passes them: one for each parameter, `null` where none was given.
    pub(crate) fn new(arguments: Vec<Datum>) -> Self {
        Self(arguments.into_iter())
    }

    /// Notes where the fujsen stands: a panic inside of the standard library has no better place.
    #[track_caller]
    pub fn enter(&self) {
        panic::enter(std::panic::Location::caller());
    }

    fn next(&mut self) -> Datum {
        self.0.next().unwrap_or(Datum::Null)
    }

    /// Text, a number, a boolean or bytes.
    pub fn required<T: Scalar>(&mut self, name: &str) -> Result<T> {
        self.optional(name)?.ok_or_else(|| missing(name))
    }

    /// As [`required`](Self::required); none where the argument is `null` or missing.
    pub fn optional<T: Scalar>(&mut self, name: &str) -> Result<Option<T>> {
        match self.next() {
            Datum::Null => Ok(None),
            datum => scalar(name, datum).map(Some),
        }
    }

    /// Any other type, as JSON. A type that takes `null` decides itself what a missing argument is.
    pub fn required_json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        match self.next() {
            Datum::Null => serde_json::from_value(Value::Null).map_err(|_| missing(name)),
            datum => json(name, datum),
        }
    }

    /// As [`required_json`](Self::required_json), but `null` and a missing argument are none.
    pub fn optional_json<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        match self.next() {
            Datum::Null => Ok(None),
            datum => json(name, datum).map(Some),
        }
    }

    /// The HTTP request that the call serves. 400, with the code `argument`, where an event or a schedule started it.
    pub fn required_request(&mut self, name: &str) -> Result<Request> {
        self.optional_request(name)?.ok_or_else(|| {
            Error::bad_request(format!("`{name}`: no HTTP request started this call")).with_code("argument")
        })
    }

    /// The host passes `null` for it: the request is read only by those who ask for it.
    pub fn optional_request(&mut self, _: &str) -> Result<Option<Request>> {
        self.next();
        Ok(Request::incoming())
    }
}

/// Types that travel as they are. Stricter than [`FromDatum`]: an argument of the wrong type is the caller's mistake.
pub trait Scalar: FromDatum {
    /// Whether an argument is of a kind that this type takes. Whether it is in the type's range is not looked at yet.
    fn accepts(datum: &Datum) -> bool;
}

macro_rules! scalars {
    ($($variants:pat => $($type:ty)*;)*) => {$($(
        impl Scalar for $type {
            fn accepts(datum: &Datum) -> bool {
                matches!(datum, $variants)
            }
        }
    )*)*};
}
scalars! {
    // JSON: an integer above those of `i64`.
    Datum::Integer(_) | Datum::Real(_) | Datum::Json(_) => i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64;
    Datum::Boolean(_) => bool;
    Datum::Text(_) => String;
    Datum::Bytes(_) | Datum::Text(_) => Vec<u8>;
}

fn scalar<T: Scalar>(name: &str, datum: Datum) -> Result<T> {
    let is = match &datum {
        Datum::Integer(integer) => integer.to_string(),
        Datum::Real(real) => real.to_string(),
        other => describe(other).to_owned(),
    };
    Some(datum)
        .filter(T::accepts)
        .and_then(T::from_datum)
        .ok_or_else(|| wrong(format!("`{name}` must be {}, not {is}", T::EXPECTED)))
}

fn json<T: DeserializeOwned>(name: &str, datum: Datum) -> Result<T> {
    let decoded = match &datum {
        Datum::Json(text) => serde_json::from_str(text),
        other => deserialize::read(other),
    };
    decoded.map_err(|error| wrong(format!("`{name}`: {error}")))
}

fn missing(name: &str) -> Error {
    wrong(format!("`{name}` is missing"))
}

fn wrong(message: String) -> Error {
    Error::bad_request(message).with_code("argument")
}
