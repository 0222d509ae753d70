//! A guest's values as parameters of the types that the server has found for them.

use std::{borrow::Cow, error::Error as StdError, fmt};

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::{
    super::error::SqlError,
    array,
    unfit::{UnfitParameter, base},
};
use crate::base::value::Value;

/// A parameter, ready to be sent. Most travel as texts, which the server reads as it would read them in a statement.
pub(super) enum Bound<'a> {
    Null,
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
}

/// The driver writes parameters to its log when that is asked to be verbose; a guest's values may be secrets.
impl fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

pub(super) fn all<'a>(values: &'a [Value], types: &[Type]) -> Result<Vec<Bound<'a>>, SqlError> {
    if values.len() != types.len() {
        return Err(SqlError::WrongCount {
            wanted: types.len(),
            given: values.len(),
        });
    }
    let one = |(index, (value, kind)): (usize, (&'a Value, &Type))| {
        bind(value, base(kind)).map_err(|unfit| {
            let told = |why| format!("parameter {} (of the type {}): {why}", index + 1, kind.name());
            match unfit {
                UnfitParameter::Kind(why) => SqlError::WrongKind(told(why)),
                UnfitParameter::Value(why) => SqlError::Unfit(told(why)),
            }
        })
    };
    values.iter().zip(types).enumerate().map(one).collect()
}

fn bind<'a>(value: &'a Value, kind: &Type) -> Result<Bound<'a>, UnfitParameter> {
    match value {
        Value::Null => Ok(Bound::Null),
        Value::Boolean(value) => boolean(*value, kind),
        Value::Integer(value) => integer(*value, kind),
        Value::Real(value) => real(*value, kind),
        Value::Text(text) | Value::Json(text) if *kind == Type::BYTEA => Ok(Bound::Bytes(text.as_bytes())),
        Value::Text(text) | Value::Json(text) if text.contains('\0') => Err(UnfitParameter::zero_byte()),
        Value::Json(json) if json.trim_start().starts_with('[') => list(json, kind),
        Value::Text(text) | Value::Json(text) => Ok(Bound::Text(text.into())),
        Value::Bytes(bytes) if *kind == Type::BYTEA => Ok(Bound::Bytes(bytes)),
        Value::Bytes(_) => Err(UnfitParameter::Kind("bytes are for bytea".into())),
    }
}

/// A list is an array where the server wants one, and its own text where that wants a text.
fn list<'a>(json: &'a str, kind: &Type) -> Result<Bound<'a>, UnfitParameter> {
    match kind.kind() {
        Kind::Array(element) => array::text(json, element).map(|text| Bound::Text(text.into())),
        Kind::Simple if is_text(kind) => Ok(Bound::Text(json.into())),
        _ => Err(UnfitParameter::Kind(
            "a list is for an array: write `= ANY(?)` instead of `IN (?)`".into(),
        )),
    }
}

/// Whether a list may stand there as JSON.
fn is_text(kind: &Type) -> bool {
    let texts = [
        Type::JSON,
        Type::JSONB,
        Type::TEXT,
        Type::VARCHAR,
        Type::BPCHAR,
        Type::UNKNOWN,
    ];
    texts.contains(kind) || kind.name() == "citext"
}

/// SQLite keeps booleans as 0 and 1, and so does a column of integers here.
fn boolean(value: bool, kind: &Type) -> Result<Bound<'static>, UnfitParameter> {
    match *kind {
        Type::BYTEA => Err(UnfitParameter::Kind("it takes bytes, not a boolean".into())),
        _ if range(kind).is_some() => Ok(Bound::Text(if value { "1" } else { "0" }.into())),
        _ => Ok(Bound::Text(if value { "true" } else { "false" }.into())),
    }
}

fn integer(value: i64, kind: &Type) -> Result<Bound<'static>, UnfitParameter> {
    match (kind, range(kind)) {
        (&Type::BYTEA, _) => Err(UnfitParameter::Kind("it takes bytes, not an integer".into())),
        (&Type::BOOL, _) if !(0..=1).contains(&value) => {
            Err(UnfitParameter::Value("the integer is neither 0 nor 1".into()))
        }
        (_, Some((least, most))) if !(least..=most).contains(&value) => Err(UnfitParameter::Value(format!(
            "the integer is not within {least} to {most}"
        ))),
        _ => Ok(Bound::Text(value.to_string().into())),
    }
}

fn real(value: f64, kind: &Type) -> Result<Bound<'static>, UnfitParameter> {
    match *kind {
        Type::BYTEA => Err(UnfitParameter::Kind("it takes bytes, not a number".into())),
        Type::BOOL => Err(UnfitParameter::Kind("it takes a boolean, not a number".into())),
        Type::JSON | Type::JSONB if !value.is_finite() => Err(UnfitParameter::Value(format!("JSON has no {value}"))),
        _ if range(kind).is_some() => {
            // Beyond 2^53 a real is no longer one integer.
            if value.fract() != 0.0 || value.abs() >= 9_007_199_254_740_992.0 {
                return Err(UnfitParameter::Value("the number is no integer".into()));
            }
            integer(value as i64, kind)
        }
        _ => Ok(Bound::Text(format!("{value:?}").into())),
    }
}

/// The integers of a type of integers.
fn range(kind: &Type) -> Option<(i64, i64)> {
    match *kind {
        Type::INT2 => Some((i16::MIN.into(), i16::MAX.into())),
        Type::INT4 => Some((i32::MIN.into(), i32::MAX.into())),
        Type::INT8 => Some((i64::MIN, i64::MAX)),
        Type::OID => Some((0, u32::MAX.into())),
        _ => None,
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
            Self::Bytes(bytes) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        match self {
            Self::Bytes(_) => Format::Binary,
            Self::Null | Self::Text(_) => Format::Text,
        }
    }

    to_sql_checked!();
}
