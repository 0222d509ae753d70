//! The values of a statement: by their order (`?`), or by their number (`$1`, `?1`), as on PostgreSQL.

use rusqlite::{Statement, types::Null};

use super::{super::error::SqlError, control::Control, error::explain, lists};
use crate::base::value::Value;

pub(super) fn all(
    statement: &mut Statement<'_>,
    control: &Control,
    sql: &str,
    parameters: &[Value],
) -> Result<(), SqlError> {
    let places = places(statement)?;
    let (wanted, given) = (places.iter().max().copied().unwrap_or(0), parameters.len());
    if wanted != given {
        return Err(SqlError::WrongCount { wanted, given });
    }
    lists::refuse(sql, parameters)?;
    for (index, place) in places.iter().enumerate() {
        if let Some(value) = parameters.get(place - 1) {
            refuse_unsigned(*place, value)?;
            bind(statement, index + 1, value).map_err(|error| explain(error, control))?;
        }
    }
    Ok(())
}

/// The number, from 1, of the value for each parameter that SQLite knows. SQLite itself counts `$2` as a name, and names by
/// their order in the text.
fn places(statement: &Statement<'_>) -> Result<Vec<usize>, SqlError> {
    let count = statement.parameter_count();
    let names: Vec<Option<&str>> = (1..=count).map(|index| statement.parameter_name(index)).collect();
    if names.iter().all(Option::is_none) {
        return Ok((1..=count).collect());
    }
    let mut places = Vec::with_capacity(count);
    for name in names {
        // A number that nothing uses has no name, either.
        let name = name.ok_or_else(|| wrong("`?` and numbered parameters (`$1`), or leaves out a number".into()))?;
        let number = name.strip_prefix(['?', '$']).and_then(|number| number.parse().ok());
        match number {
            Some(number) if number > 0 => places.push(number),
            _ => return Err(wrong(format!("a parameter `{name}`{}", cast(name)))),
        }
    }
    let highest = places.iter().max().copied().unwrap_or(0);
    match (1..=highest.min(count + 1)).find(|number| !places.contains(number)) {
        Some(missing) => Err(wrong(format!("`${highest}` and no `${missing}`"))),
        None => Ok(places),
    }
}

/// PostgreSQL's cast, which SQLite takes for a part of the name.
fn cast(name: &str) -> String {
    match name.split_once("::") {
        Some((parameter, kind)) => format!(", a cast of PostgreSQL: `CAST({parameter} AS {kind})` is one of both"),
        None => String::new(),
    }
}

fn wrong(what: String) -> SqlError {
    let message = format!(
        "the statement has {what}: write `?` for each value in their order, or `$1`, `$2`, … for each by its number, without a \
         gap"
    );
    SqlError::Parameters(message)
}

/// An integer above those of `i64` comes as its digits. SQLite would take them for a text, or round them to a real.
fn refuse_unsigned(number: usize, value: &Value) -> Result<(), SqlError> {
    if value.is_long_integer() {
        let message =
            format!("parameter {number}: SQLite's integers have 64 bits and a sign; keep a larger one as text");
        return Err(SqlError::Unfit(message));
    }
    Ok(())
}

fn bind(statement: &mut Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, Null),
        Value::Boolean(value) => statement.raw_bind_parameter(index, value),
        Value::Integer(value) => statement.raw_bind_parameter(index, value),
        Value::Real(value) => statement.raw_bind_parameter(index, value),
        Value::Text(text) | Value::Json(text) => statement.raw_bind_parameter(index, text),
        Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
    }
}
