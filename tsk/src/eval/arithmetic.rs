//! Operators on values.

use std::cmp::Ordering;

use crate::{
    diagnostic::Diagnostic,
    parse::syntax::Binary,
    value::{Secret, Value},
};

type Computed = Result<Value, Diagnostic>;

/// What counts as yes: everything but `null`, `false`, zero and what is empty.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Integer(value) => *value != 0,
        Value::Float(value) => *value != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::Secret(text) => !text.reveal().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Source(_) | Value::Wasm(_) | Value::Deferred(_) => true,
    }
}

/// A value's type, as it is named to a person.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a number",
        Value::String(_) | Value::Secret(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::Source(_) | Value::Wasm(_) => "a fujsen",
        Value::Deferred(_) => "a deferred value",
    }
}

/// A scalar as text, and whether it is secret.
pub(super) fn text(value: &Value) -> Option<(String, bool)> {
    Some(match value {
        Value::Null => ("null".to_owned(), false),
        Value::Bool(value) => (value.to_string(), false),
        Value::Integer(value) => (value.to_string(), false),
        Value::Float(value) => (value.to_string(), false),
        Value::String(text) => (text.clone(), false),
        Value::Secret(text) => (text.reveal().to_owned(), true),
        _ => return None,
    })
}

pub(super) fn negate(value: &Value) -> Computed {
    match value {
        Value::Integer(number) => number.checked_neg().map(Value::Integer).ok_or_else(out_of_range),
        Value::Float(number) => Ok(Value::Float(-number)),
        _ => Err(Diagnostic::error("operand-type", "`-` needs a number")
            .label(kind(value))
            .help("put text in quotes: \"…\"")),
    }
}

pub(super) fn binary(operator: Binary, left: &Value, right: &Value) -> Computed {
    match operator {
        Binary::Equal => Ok(Value::Bool(equal(left, right))),
        Binary::NotEqual => Ok(Value::Bool(!equal(left, right))),
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => order(operator, left, right),
        Binary::Add if is_text(left) || is_text(right) => join(left, right),
        _ => numeric(operator, left, right),
    }
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Secret(_))
}

fn join(left: &Value, right: &Value) -> Computed {
    match (text(left), text(right)) {
        (Some((left, left_secret)), Some((right, right_secret))) => {
            let joined = left + &right;
            Ok(match left_secret || right_secret {
                true => Value::Secret(Secret::new(joined)),
                false => Value::String(joined),
            })
        }
        _ => Err(mismatch(Binary::Add)),
    }
}

pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(&left.value, &right.value))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, node)| right.get(key).is_some_and(|other| equal(&node.value, &other.value)))
        }
        _ => compare(left, right) == Some(Ordering::Equal),
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        (Value::Integer(left), Value::Float(right)) => (*left as f64).partial_cmp(right),
        (Value::Float(left), Value::Integer(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        _ if is_text(left) && is_text(right) => Some(text(left)?.0.cmp(&text(right)?.0)),
        _ => None,
    }
}

fn order(operator: Binary, left: &Value, right: &Value) -> Computed {
    let ordering = compare(left, right).ok_or_else(|| mismatch(operator))?;
    Ok(Value::Bool(match operator {
        Binary::Less => ordering.is_lt(),
        Binary::LessOrEqual => ordering.is_le(),
        Binary::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    }))
}

fn numeric(operator: Binary, left: &Value, right: &Value) -> Computed {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => integers(operator, *left, *right),
        (Value::Integer(left), Value::Float(right)) => floats(operator, *left as f64, *right),
        (Value::Float(left), Value::Integer(right)) => floats(operator, *left, *right as f64),
        (Value::Float(left), Value::Float(right)) => floats(operator, *left, *right),
        _ => Err(mismatch(operator)),
    }
}

fn integers(operator: Binary, left: i64, right: i64) -> Computed {
    let result = match operator {
        Binary::Add => left.checked_add(right),
        Binary::Subtract => left.checked_sub(right),
        Binary::Multiply => left.checked_mul(right),
        _ if right == 0 => return Err(by_zero()),
        Binary::Remainder => left.checked_rem(right),
        // A quotient that is no integer is a float.
        _ if left.checked_rem(right) != Some(0) => return Ok(Value::Float(left as f64 / right as f64)),
        _ => left.checked_div(right),
    };
    result.map(Value::Integer).ok_or_else(out_of_range)
}

fn floats(operator: Binary, left: f64, right: f64) -> Computed {
    let result = match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        _ if right == 0.0 => return Err(by_zero()),
        Binary::Remainder => left % right,
        _ => left / right,
    };
    if result.is_finite() {
        Ok(Value::Float(result))
    } else {
        Err(out_of_range())
    }
}

fn mismatch(operator: Binary) -> Diagnostic {
    let symbol = operator.symbol();
    let (what, help) = match operator {
        Binary::Add => (
            "`+` adds numbers or joins text".to_owned(),
            "give it two numbers, or text and a number",
        ),
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => (
            format!("`{symbol}` compares two numbers or two texts"),
            "give both sides one type; a variable's text takes the type of its default: @env(\"X\", 0)",
        ),
        _ => (
            format!("`{symbol}` needs two numbers"),
            "a number in quotes is text: write it without; if all of this is text, put it in quotes",
        ),
    };
    Diagnostic::error("operand-type", what).help(help)
}

fn by_zero() -> Diagnostic {
    Diagnostic::error("division-by-zero", "this divides by zero")
        .label("the right side is 0")
        .help("check the right side first: `n != 0 ? x / n : 0`")
}

fn out_of_range() -> Diagnostic {
    Diagnostic::error("number-range", "the result is out of range")
        .label("does not fit")
        .help("integers have 64 bits; write one number as a float, such as `1.0`, to compute with less precision")
}
