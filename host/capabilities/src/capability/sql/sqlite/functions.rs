//! Functions instead of SQLite's own. Its text functions take time in the product of their arguments' lengths: nothing can stop
//! a function within a step, so a single call could hold a thread for an hour. These take time in the sum.

use std::{collections::HashSet, sync::Arc};

use rusqlite::{
    Connection, Error, Result,
    functions::{Context, FunctionFlags},
    types::{Value, ValueRef},
};

use super::control::Control;
use crate::base::limits;

pub(super) fn replace_slow(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("instr", 2, flags, |context| instr(context))?;
    connection.create_scalar_function("replace", 3, flags, |context| replace(context))?;
    connection.create_scalar_function("trim", 2, flags, |context| trim(context, true, true))?;
    connection.create_scalar_function("ltrim", 2, flags, |context| trim(context, true, false))?;
    connection.create_scalar_function("rtrim", 2, flags, |context| trim(context, false, true))?;
    connection.create_scalar_function("unhex", 2, flags, |_| -> Result<Value> {
        Err(Error::UserFunctionError(
            "unhex takes one argument here: remove other characters first".into(),
        ))
    })
}

/// SQLite's `changes()` tells what the connection's user before has done.
pub(super) fn replace_shared(connection: &Connection, control: &Arc<Control>) -> Result<()> {
    let control = control.clone();
    connection.create_scalar_function("changes", 0, FunctionFlags::SQLITE_UTF8, move |_| Ok(control.changes()))
}

/// The first place of one value in another: of a character in texts, of a byte in blobs; 0 when there is none.
fn instr(context: &Context<'_>) -> Result<Option<i64>> {
    let (within, what) = (context.get_raw(0), context.get_raw(1));
    let (within, what) = match (within, what) {
        // A character for each byte, so that the search of texts, which takes linear time, serves blobs, too.
        (ValueRef::Blob(within), ValueRef::Blob(what)) => (Some(latin(within)), Some(latin(what))),
        _ => (text(within), text(what)),
    };
    let (Some(within), Some(what)) = (within, what) else {
        return Ok(None);
    };
    Ok(Some(within.find(&what).map_or(0, |start| {
        within.get(..start).unwrap_or_default().chars().count() as i64 + 1
    })))
}

fn replace(context: &Context<'_>) -> Result<Value> {
    let [Some(within), Some(what), Some(with)] = [0, 1, 2].map(|index| text(context.get_raw(index))) else {
        return Ok(Value::Null);
    };
    if what.is_empty() {
        return Ok(Value::Text(within));
    }
    let found = within.matches(&what).count();
    if within.len().saturating_add(found.saturating_mul(with.len())) > limits::SQL_BYTES.saturating_mul(2) {
        return Err(Error::UserFunctionError("the result of replace is too large".into()));
    }
    Ok(Value::Text(within.replace(&what, &with)))
}

fn trim(context: &Context<'_>, start: bool, end: bool) -> Result<Option<String>> {
    let (Some(within), Some(what)) = (text(context.get_raw(0)), text(context.get_raw(1))) else {
        return Ok(None);
    };
    let what: HashSet<char> = what.chars().collect();
    let mut rest = within.as_str();
    if start {
        rest = rest.trim_start_matches(|character| what.contains(&character));
    }
    if end {
        rest = rest.trim_end_matches(|character| what.contains(&character));
    }
    Ok(Some(rest.to_owned()))
}

/// A value as SQLite would read it as a text; none for NULL.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(value.to_string()),
        ValueRef::Real(value) => Some(if value.fract() == 0.0 && value.abs() < 1e15 {
            format!("{value:.1}")
        } else {
            value.to_string()
        }),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn they_answer_as_the_built_in_ones() {
        let built_in = Connection::open_in_memory().unwrap();
        let own = Connection::open_in_memory().unwrap();
        replace_slow(&own).unwrap();
        for expression in [
            "instr('hello', 'l')",
            "instr('hello', 'z')",
            "instr('hello', '')",
            "instr('äöü', 'ü')",
            "instr(NULL, 'a')",
            "instr('a', NULL)",
            "instr(x'00ff01', x'ff')",
            "instr(x'00ff01', x'02')",
            "instr(12345, 34)",
            "instr(1.5, '.')",
            "instr(2.0, '.0')",
            "replace('a-b-c', '-', '++')",
            "replace('abc', '', 'x')",
            "replace('abc', 'b', NULL)",
            "replace(101, 0, 2)",
            "trim('xxaxbxx', 'x')",
            "ltrim('xxaxx', 'x')",
            "rtrim('xxaxx', 'x')",
            "trim('äaä', 'ä')",
            "trim('abc', 'cba')",
            "trim('abc', '')",
            "trim(NULL, 'a')",
            "trim('  a ')",
        ] {
            let value = |connection: &Connection| {
                connection
                    .query_row(&format!("SELECT {expression}"), [], |row| row.get::<_, Value>(0))
                    .unwrap()
            };
            assert_eq!(value(&own), value(&built_in), "{expression}");
        }
        assert!(own.query_row("SELECT unhex('ab', ' ')", [], |_| Ok(())).is_err());
    }

    #[test]
    fn long_arguments_come_to_an_end() {
        let own = Connection::open_in_memory().unwrap();
        replace_slow(&own).unwrap();
        // SQLite's own take trillions of steps for each of these, which is days.
        let long = "hex(zeroblob(2000000))";
        let odd = "hex(zeroblob(1000000)) || '1'";
        for (expression, expected) in [
            (format!("instr({long}, {odd})"), 0),
            (format!("length(replace({long}, {odd}, ''))"), 4_000_000),
            (format!("length(trim('x' || {long}, 'a' || {odd}))"), 1),
        ] {
            let value: i64 = own
                .query_row(&format!("SELECT {expression}"), [], |row| row.get(0))
                .unwrap();
            assert_eq!(value, expected, "{expression}");
        }
        assert!(
            own.query_row(&format!("SELECT replace({long}, '0', {long})"), [], |_| Ok(()))
                .is_err()
        );
    }
}
