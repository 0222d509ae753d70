//! Failures that both engines tell in the same words.

use std::collections::HashMap;

use crate::base::{bindings::Error, limits};

pub(super) fn busy() -> Error {
    let seconds = limits::SQL_BUSY.as_secs();
    let message = format!(
        "another call, or a transaction of this call's own caller, held the database for {seconds} s: try again"
    );
    Error::new(503, "busy", message)
}

pub(super) fn timeout() -> Error {
    Error::new(504, "timeout", "the statement was stopped: the call's time is over")
}

/// A transaction that the engine gave up. What follows must not run outside of one.
pub(super) fn rolled_back() -> Error {
    let message = "the transaction was rolled back by an earlier failure: roll it back and start again";
    Error::new(500, "rolled-back", message)
}

pub(super) fn several_statements() -> Error {
    Error::new(
        500,
        "syntax",
        "one call runs one statement: leave out what follows the `;`",
    )
}

pub(super) fn zero_byte() -> Error {
    let message = "the statement contains a zero byte, where engines take it to end: give such a text as a parameter";
    Error::new(500, "syntax", message)
}

/// That an engine reads a statement as its author wrote it: to the end.
pub(super) fn whole(sql: &str) -> Result<(), Error> {
    if sql.contains('\0') { Err(zero_byte()) } else { Ok(()) }
}

pub(super) fn empty() -> Error {
    Error::new(500, "syntax", "the statement is empty")
}

pub(super) fn wrong_count(wanted: usize, given: usize) -> Error {
    let message = format!("the statement has {wanted} parameter(s), {given} value(s) were given");
    Error::new(500, "parameters", message)
}

/// A value or a statement that no result or database could hold.
pub(super) fn too_big() -> Error {
    let (value, statement) = (limits::SQL_BYTES >> 20, limits::SQL_STATEMENT >> 10);
    let message = format!(
        "a value is over {value} MiB, or the statement over {statement} KiB: keep a larger value in pieces, a row for each, \
         and give values as parameters"
    );
    Error::new(500, "too-large", message)
}

/// What would fill the disk, with what a transaction writes or a query sorts.
pub(super) fn too_much_written() -> Error {
    let message = format!(
        "the transaction wrote over {} MiB, to the database or to sort and join: do it in parts, with LIMIT and a condition \
         on a key, each in a call of its own; what the whole service needs belongs into the database's setup",
        limits::SQL_WRITTEN >> 20
    );
    Error::new(500, "too-large", message)
}

/// Two columns of one name: a row as an object could hold only one of them.
pub(super) fn distinct<'a>(columns: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    let mut seen = HashMap::new();
    for (index, column) in columns.into_iter().enumerate() {
        if let Some(first) = seen.insert(column, index) {
            let name = alias(column);
            let message = format!(
                "columns {} and {} of the result have the same name, `{column}`: give one of them another, as in `x.{name} \
                 AS x_{name}`",
                first + 1,
                index + 1
            );
            return Err(Error::new(500, "duplicate-column", message));
        }
    }
    Ok(())
}

/// What may be written as a name: that of an expression is its text.
fn alias(column: &str) -> &str {
    let is_name = !column.is_empty() && column.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_name { column } else { "id" }
}

pub(super) fn too_many_rows() -> Error {
    too_large(format!("over {} rows", limits::SQL_ROWS))
}

pub(super) fn too_many_bytes() -> Error {
    too_large(format!("over {} MiB", limits::SQL_BYTES >> 20))
}

fn too_large(what: String) -> Error {
    Error::new(
        500,
        "too-large",
        format!("the result is {what}: read it in parts, with LIMIT and a condition on a key"),
    )
}

/// The message with the line of the statement that it is about, which is `offset` bytes in.
pub(super) fn with_place(message: &str, sql: &str, offset: usize) -> String {
    let Some(before) = sql.get(..offset) else {
        return message.to_owned();
    };
    let line = sql
        .get(before.rfind('\n').map_or(0, |newline| newline + 1)..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default()
        .trim();
    format!("{message}, in `{}`", line.chars().take(120).collect::<String>())
}
