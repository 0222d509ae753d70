//! How the values of a type are written in the binary form.

use std::fmt::Write;

use tokio_postgres::types::{Kind, Type};

use super::{
    array, clock, network, numeric,
    unreadable::{Unreadable, fixed, written},
};
use crate::base::value::Value;

pub(super) enum ColumnShape {
    Boolean,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Bytes,
    Json,
    Jsonb,
    /// Everything whose binary form is its text.
    Text,
    Void,
    Uuid,
    Numeric,
    Date,
    Time,
    Timetz,
    Timestamp,
    Timestamptz,
    Interval,
    Network,
    Hardware,
    Array(Box<ColumnShape>),
}

impl ColumnShape {
    /// None for types that have no plain value and, in a text of their own, are seldom wanted: points, ranges, rows.
    pub(super) fn of(kind: &Type) -> Option<Self> {
        let shape = match *kind {
            Type::BOOL => Self::Boolean,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::OID => Self::Oid,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::BYTEA => Self::Bytes,
            Type::JSON => Self::Json,
            Type::JSONB => Self::Jsonb,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::CHAR | Type::UNKNOWN | Type::XML => {
                Self::Text
            }
            Type::VOID => Self::Void,
            Type::UUID => Self::Uuid,
            Type::NUMERIC => Self::Numeric,
            Type::DATE => Self::Date,
            Type::TIME => Self::Time,
            Type::TIMETZ => Self::Timetz,
            Type::TIMESTAMP => Self::Timestamp,
            Type::TIMESTAMPTZ => Self::Timestamptz,
            Type::INTERVAL => Self::Interval,
            Type::INET | Type::CIDR => Self::Network,
            Type::MACADDR | Type::MACADDR8 => Self::Hardware,
            // An array by its form only.
            Type::INT2_VECTOR | Type::OID_VECTOR => return None,
            _ => match kind.kind() {
                Kind::Enum(_) => Self::Text,
                Kind::Domain(inner) => Self::of(inner)?,
                Kind::Array(element) => Self::Array(Box::new(Self::of(element)?)),
                _ if kind.name() == "citext" => Self::Text,
                _ => return None,
            },
        };
        Some(shape)
    }

    pub(super) fn value(&self, bytes: &[u8]) -> Result<Value, Unreadable> {
        Ok(match self {
            Self::Boolean => Value::Boolean(fixed::<1>(bytes)? != [0]),
            Self::Int2 | Self::Int4 | Self::Int8 | Self::Oid => Value::Integer(self.integer(bytes)?),
            Self::Float4 | Self::Float8 => Value::Real(self.real(bytes)?),
            Self::Bytes => Value::Bytes(bytes.to_vec()),
            Self::Json | Self::Jsonb => Value::from_json_text(self.text(bytes)?).map_err(|_| Unreadable::Malformed)?,
            Self::Void => Value::Null,
            _ => Value::Text(self.text(bytes)?),
        })
    }

    fn text(&self, bytes: &[u8]) -> Result<String, Unreadable> {
        let mut text = String::new();
        self.write(bytes, &mut text)?;
        Ok(text)
    }

    /// As the server would show it.
    pub(super) fn write(&self, bytes: &[u8], out: &mut String) -> Result<(), Unreadable> {
        match self {
            Self::Boolean => out.push(if fixed::<1>(bytes)? == [0] { 'f' } else { 't' }),
            Self::Int2 | Self::Int4 | Self::Int8 | Self::Oid => written(write!(out, "{}", self.integer(bytes)?))?,
            Self::Float4 | Self::Float8 => match self.real(bytes)? {
                real if real.is_infinite() => out.push_str(if real > 0.0 { "Infinity" } else { "-Infinity" }),
                real => written(write!(out, "{real}"))?,
            },
            Self::Bytes => {
                out.push_str("\\x");
                for byte in bytes {
                    written(write!(out, "{byte:02x}"))?;
                }
            }
            Self::Json | Self::Text => out.push_str(utf8(bytes)?),
            Self::Jsonb => match bytes.split_first() {
                // The version of the form; there has been one.
                Some((1, text)) => out.push_str(utf8(text)?),
                _ => return Err(Unreadable::Malformed),
            },
            Self::Void => {}
            Self::Uuid => {
                for (index, byte) in fixed::<16>(bytes)?.into_iter().enumerate() {
                    if matches!(index, 4 | 6 | 8 | 10) {
                        out.push('-');
                    }
                    written(write!(out, "{byte:02x}"))?;
                }
            }
            Self::Numeric => numeric::write(bytes, out)?,
            Self::Date => clock::date(i32::from_be_bytes(fixed(bytes)?), out),
            Self::Time => clock::time(i64::from_be_bytes(fixed(bytes)?), out),
            Self::Timetz => clock::timetz(fixed(bytes)?, out),
            Self::Timestamp => clock::timestamp(i64::from_be_bytes(fixed(bytes)?), "", out),
            Self::Timestamptz => clock::timestamp(i64::from_be_bytes(fixed(bytes)?), "+00", out),
            Self::Interval => clock::interval(fixed(bytes)?, out),
            Self::Network => network::address(bytes, out)?,
            Self::Hardware => network::hardware(bytes, out),
            Self::Array(element) => array::write(bytes, &|bytes, out| element.write(bytes, out), out)?,
        }
        Ok(())
    }

    fn integer(&self, bytes: &[u8]) -> Result<i64, Unreadable> {
        Ok(match self {
            Self::Int2 => i16::from_be_bytes(fixed(bytes)?).into(),
            Self::Int4 => i32::from_be_bytes(fixed(bytes)?).into(),
            Self::Oid => u32::from_be_bytes(fixed(bytes)?).into(),
            _ => i64::from_be_bytes(fixed(bytes)?),
        })
    }

    fn real(&self, bytes: &[u8]) -> Result<f64, Unreadable> {
        match self {
            // By way of its digits: 0.1 stays 0.1.
            Self::Float4 => f32::from_be_bytes(fixed(bytes)?)
                .to_string()
                .parse()
                .map_err(|_| Unreadable::Malformed),
            _ => Ok(f64::from_be_bytes(fixed(bytes)?)),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|_| Unreadable::Malformed)
}
