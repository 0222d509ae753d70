//! One statement on one connection.

use rusqlite::{Connection, Statement, fallible_iterator::FallibleIterator, ffi, types::ValueRef};

use super::{
    super::error::{empty, rolled_back, too_many_bytes, too_many_rows, wrong_count},
    error::explain,
    guard::Control,
};
use crate::{
    bindings::{
        Error, Value,
        sql::{Changes, Rows},
    },
    limits,
};

/// Runs one statement and reads its rows. One that writes (`INSERT … RETURNING`) takes effect whole or, where its rows
/// are over a bound, not at all.
pub(super) fn query(
    connection: &Connection,
    control: &Control,
    sql: &str,
    parameters: &[Value],
) -> Result<Rows, Error> {
    let mut statement = prepare(connection, control, sql, parameters)?;
    if statement.column_count() == 0 || statement.readonly() || !connection.is_autocommit() {
        return read(&mut statement, control);
    }
    begin(connection, control)?;
    let rows = read(&mut statement, control);
    drop(statement);
    let rows = rows.and_then(|rows| commit(connection, control).map(|()| rows));
    if rows.is_err() {
        rollback(connection, control);
    }
    rows
}

/// Runs one statement and drops its rows, if it has any.
pub(super) fn execute(
    connection: &Connection,
    control: &Control,
    sql: &str,
    parameters: &[Value],
) -> Result<Changes, Error> {
    let mut statement = prepare(connection, control, sql, parameters)?;
    // SAFETY: the handle is open as long as `connection` is, and only this thread uses it. The call only sets a number
    // in it: otherwise a statement that inserts nothing would tell the row id of some earlier call.
    unsafe { ffi::sqlite3_set_last_insert_rowid(connection.handle(), 0) };
    let before = connection.total_changes();
    let mut rows = statement.raw_query();
    while rows.next().map_err(|error| explain(error, control))?.is_some() {}
    drop(rows);
    let changed = connection.total_changes() != before;
    Ok(Changes {
        affected: if changed { connection.changes() } else { 0 },
        last_insert_id: connection.last_insert_rowid(),
    })
}

/// Runs the statements of a database's setup, whole or not at all.
pub(super) fn setup(connection: &Connection, control: &Control, sql: &str) -> Result<(), Error> {
    begin(connection, control)?;
    let done = run_all(connection, control, sql).and_then(|()| commit(connection, control));
    if done.is_err() {
        rollback(connection, control);
    }
    done
}

fn run_all(connection: &Connection, control: &Control, sql: &str) -> Result<(), Error> {
    let mut batch = rusqlite::Batch::new(connection, sql);
    while let Some(mut statement) = batch.next().map_err(|error| explain(error, control))? {
        let mut rows = statement.raw_query();
        while rows.next().map_err(|error| explain(error, control))?.is_some() {}
    }
    Ok(())
}

/// SQLite rolls back by itself when a transaction cannot go on (its disk is full, its time is over). What follows must
/// not run outside of one.
pub(super) fn still_open(connection: &Connection) -> Result<(), Error> {
    if connection.is_autocommit() {
        return Err(rolled_back());
    }
    Ok(())
}

/// Writers queue at `BEGIN`, where nothing is lost by trying again, rather than fail at their first write.
pub(super) fn begin(connection: &Connection, control: &Control) -> Result<(), Error> {
    own(connection, control, "BEGIN IMMEDIATE")
}

pub(super) fn commit(connection: &Connection, control: &Control) -> Result<(), Error> {
    own(connection, control, "COMMIT")
}

/// Gives up an open transaction, if there is one.
pub(super) fn rollback(connection: &Connection, control: &Control) {
    if !connection.is_autocommit()
        && let Err(error) = own(connection, control, "ROLLBACK")
    {
        tracing::warn!(%error.message, "a transaction could not be rolled back");
    }
}

fn own(connection: &Connection, control: &Control, sql: &str) -> Result<(), Error> {
    let run = || connection.prepare_cached(sql)?.raw_execute().map(drop);
    control.as_host(run).map_err(|error| explain(error, control))
}

fn prepare<'c>(
    connection: &'c Connection,
    control: &Control,
    sql: &str,
    parameters: &[Value],
) -> Result<rusqlite::CachedStatement<'c>, Error> {
    let mut statement = connection
        .prepare_cached(sql)
        .map_err(|error| explain(error, control))?;
    // What has no columns and writes nothing is a comment, or nothing at all: transaction statements are refused.
    if statement.column_count() == 0 && statement.readonly() {
        return Err(empty());
    }
    let (wanted, given) = (statement.parameter_count(), parameters.len());
    if wanted != given {
        return Err(wrong_count(wanted, given));
    }
    for (index, value) in parameters.iter().enumerate() {
        refuse_unsigned(index + 1, value)?;
        bind(&mut statement, index + 1, value).map_err(|error| explain(error, control))?;
    }
    Ok(statement)
}

/// An integer above those of `i64` comes as its digits. SQLite would take them for a text, or round them to a real.
fn refuse_unsigned(number: usize, value: &Value) -> Result<(), Error> {
    let is_number = |text: &str| text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    match value {
        Value::Json(text) if is_number(text) => {
            let message =
                format!("parameter {number}: SQLite's integers have 64 bits and a sign; keep a larger one as text");
            Err(Error::new(400, "bad-argument", message))
        }
        _ => Ok(()),
    }
}

fn bind(statement: &mut Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
        Value::Boolean(value) => statement.raw_bind_parameter(index, value),
        Value::Integer(value) => statement.raw_bind_parameter(index, value),
        Value::Real(value) => statement.raw_bind_parameter(index, value),
        Value::Text(text) | Value::Json(text) => statement.raw_bind_parameter(index, text),
        Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
    }
}

fn read(statement: &mut Statement<'_>, control: &Control) -> Result<Rows, Error> {
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    let mut bytes = 0;
    let mut read = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| explain(error, control))? {
        if read.len() == limits::SQL_ROWS {
            return Err(too_many_rows());
        }
        let mut values = Vec::with_capacity(width);
        for index in 0..width {
            let value = row.get_ref(index).map_err(|error| explain(error, control))?;
            bytes += size_of::<Value>() + text_size(value);
            if bytes > limits::SQL_BYTES {
                return Err(too_many_bytes());
            }
            values.push(own_value(value));
        }
        read.push(values);
    }
    Ok(Rows { columns, rows: read })
}

fn text_size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

fn own_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        // SQLite does not check that a text is UTF-8.
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Bytes(bytes.to_vec()),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}
