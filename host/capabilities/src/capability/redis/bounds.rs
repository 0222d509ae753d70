//! What a command may ask of a server: no command of a few bytes makes a value, or an answer, of a great many.

use super::RedisError;
use crate::base::{limits, value::Value};

/// An error where `verb` (upper case) would make too much, or has an argument that Redis cannot have.
pub(super) fn check(verb: &str, arguments: &[Value]) -> Result<(), RedisError> {
    if let Some(at) = arguments.iter().position(|argument| matches!(argument, Value::Null)) {
        return Err(RedisError::Null {
            verb: verb.to_owned(),
            number: at + 1,
        });
    }
    let bytes: usize = arguments.iter().map(Value::payload).sum();
    if bytes > limits::REDIS_VALUE {
        return Err(RedisError::TooLarge(format!(
            "the arguments of {verb} are {bytes} bytes"
        )));
    }
    let number = |index: usize| arguments.get(index).and_then(number);
    let length = |index: usize| arguments.get(index).map_or(0.0, |argument| argument.payload() as f64);
    let needed = match verb {
        "SETBIT" => number(1).map(|bit| (bit / 8.0).floor() + 1.0),
        "SETRANGE" => number(1).map(|offset| offset + length(2)),
        _ => None,
    };
    if let Some(needed) = needed.filter(|needed| *needed > limits::REDIS_VALUE as f64) {
        return Err(RedisError::TooLarge(format!(
            "{verb} would make a value of {needed:.0} bytes"
        )));
    }
    // A negative count may name one element as often as it likes.
    let count = match verb {
        "SRANDMEMBER" | "HRANDFIELD" | "ZRANDMEMBER" => number(1),
        _ => None,
    };
    if count.is_some_and(|count| count.abs() > limits::REDIS_ELEMENTS as f64) {
        return Err(RedisError::TooMany(verb.to_owned()));
    }
    Ok(())
}

/// An error where a value that has `before` bytes would be too long with what is appended.
pub(super) fn append(before: usize, arguments: &[Value]) -> Result<(), RedisError> {
    let after = before.saturating_add(arguments.get(1).map_or(0, Value::payload));
    if after > limits::REDIS_VALUE {
        return Err(RedisError::TooLarge(format!(
            "APPEND would make a value of {after} bytes"
        )));
    }
    Ok(())
}

/// What Redis would read as a number.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        Value::Text(text) | Value::Json(text) => text.trim().parse().ok(),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        Value::Null | Value::Boolean(_) => None,
    }
}
