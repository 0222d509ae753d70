//! One statement on one connection.

use rusqlite::{
    CachedStatement, Connection, ErrorCode, Statement, fallible_iterator::FallibleIterator, ffi, types::ValueRef,
};

use super::{
    super::{
        error::{SqlError, distinct},
        rows::{Changes, Rows},
    },
    bind,
    control::Control,
    error::explain,
};
use crate::base::{limits, value::Value};

/// Runs one statement and reads its rows. One that writes (`INSERT … RETURNING`) takes effect whole or, where its rows
/// are over a bound, not at all.
pub(super) fn query(
    connection: &Connection,
    control: &Control,
    sql: &str,
    parameters: &[Value],
) -> Result<Rows, SqlError> {
    let mut statement = prepare(connection, control, sql, parameters)?;
    // Before it has an effect.
    distinct(statement.column_names())?;
    if statement.column_count() == 0 || statement.readonly() || !connection.is_autocommit() {
        return run(connection, control, &mut statement);
    }
    begin(connection, control)?;
    let rows = run(connection, control, &mut statement);
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
) -> Result<Changes, SqlError> {
    let mut statement = prepare(connection, control, sql, parameters)?;
    // Otherwise a statement that inserts nothing would tell the row id of some earlier one.
    forget_row_id(connection);
    let before = connection.total_changes();
    let mut rows = statement.raw_query();
    while rows.next().map_err(|error| explain(error, control))?.is_some() {}
    drop(rows);
    Ok(Changes {
        affected: changed(connection, control, &statement, before),
        last_insert_id: connection.last_insert_rowid(),
    })
}

/// As [`execute`], with its rows.
fn run(connection: &Connection, control: &Control, statement: &mut Statement<'_>) -> Result<Rows, SqlError> {
    let before = connection.total_changes();
    let rows = read(statement, control)?;
    changed(connection, control, statement, before);
    Ok(rows)
}

/// The rows that a statement has changed. SQLite counts them for all users of a connection.
fn changed(connection: &Connection, control: &Control, statement: &Statement<'_>, before: u64) -> u64 {
    let changed = if connection.total_changes() == before {
        0
    } else {
        connection.changes()
    };
    if !statement.readonly() {
        control.changed(changed);
    }
    changed
}

/// Nobody sees what a connection's user before has inserted.
#[expect(unsafe_code, reason = "rusqlite only reads this number")]
pub(super) fn forget_row_id(connection: &Connection) {
    // SAFETY: the handle is open as long as `connection` is, and only this thread uses it. The call only sets a number in it.
    unsafe { ffi::sqlite3_set_last_insert_rowid(connection.handle(), 0) };
}

/// Runs the statements of a database's setup, whole or not at all.
pub(super) fn setup(connection: &Connection, control: &Control, sql: &str) -> Result<(), SqlError> {
    control.unbounded(|| set_up(connection, control, sql))
}

fn set_up(connection: &Connection, control: &Control, sql: &str) -> Result<(), SqlError> {
    begin(connection, control)?;
    let looked = look_again(connection, control).map_err(|error| explain(error, control));
    let done = looked
        .and_then(|()| run_all(connection, control, sql))
        .and_then(|()| commit(connection, control));
    if done.is_err() {
        rollback(connection, control);
    }
    done
}

fn run_all(connection: &Connection, control: &Control, sql: &str) -> Result<(), SqlError> {
    let mut batch = rusqlite::Batch::new(connection, sql);
    while let Some(mut statement) = batch.next().map_err(|error| explain(error, control))? {
        let mut rows = statement.raw_query();
        while rows.next().map_err(|error| explain(error, control))?.is_some() {}
    }
    Ok(())
}

/// SQLite rolls back by itself when a transaction cannot go on (its disk is full, its time is over). What follows must
/// not run outside of one.
pub(super) fn still_open(connection: &Connection) -> Result<(), SqlError> {
    if connection.is_autocommit() {
        return Err(SqlError::RolledBack);
    }
    Ok(())
}

/// Writers queue at `BEGIN`, where nothing is lost by trying again, rather than fail at their first write.
pub(super) fn begin(connection: &Connection, control: &Control) -> Result<(), SqlError> {
    own(connection, control, "BEGIN IMMEDIATE")
}

pub(super) fn commit(connection: &Connection, control: &Control) -> Result<(), SqlError> {
    own(connection, control, "COMMIT")
}

/// Gives up an open transaction, if there is one.
pub(super) fn rollback(connection: &Connection, control: &Control) {
    if !connection.is_autocommit()
        && let Err(error) = own(connection, control, "ROLLBACK")
    {
        tracing::warn!(error.message = %error, "a transaction could not be rolled back");
    }
}

fn own(connection: &Connection, control: &Control, sql: &str) -> Result<(), SqlError> {
    let run = || connection.prepare_cached(sql)?.raw_execute().map(drop);
    control.as_host(run).map_err(|error| explain(error, control))
}

fn prepare<'c>(
    connection: &'c Connection,
    control: &Control,
    sql: &str,
    parameters: &[Value],
) -> Result<CachedStatement<'c>, SqlError> {
    let mut statement = match connection.prepare_cached(sql) {
        Err(error) if is_about_names(&error) && look_again(connection, control).is_ok() => {
            connection.prepare_cached(sql)
        }
        prepared => prepared,
    }
    .map_err(|error| explain(error, control))?;
    // What has no columns and writes nothing is a comment, or nothing at all: transaction statements are refused.
    if statement.column_count() == 0 && statement.readonly() {
        return Err(SqlError::Empty);
    }
    bind::all(&mut statement, control, sql, parameters)?;
    Ok(statement)
}

/// The class of everything that is wrong with a statement itself, such as a column that does not exist.
fn is_about_names(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{SqlInputError, SqliteFailure};
    let (SqlInputError { error, .. } | SqliteFailure(error, _)) = error else {
        return false;
    };
    error.code == ErrorCode::Unknown
}

/// Lets SQLite notice what other connections have changed of the tables. Preparing `SELECT` and the like does so by itself;
/// `ALTER TABLE … DROP COLUMN` takes what this connection remembers for true.
fn look_again(connection: &Connection, control: &Control) -> rusqlite::Result<()> {
    control.as_host(|| connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |_| Ok(())))
}

fn read(statement: &mut Statement<'_>, control: &Control) -> Result<Rows, SqlError> {
    let mut shape = None;
    let mut bytes = 0;
    let mut read = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| explain(error, control))? {
        if read.len() == limits::SQL_ROWS {
            return Err(SqlError::TooManyRows);
        }
        let shape = match &shape {
            Some(shape) => shape,
            None => shape.insert(ResultShape::of(row.as_ref())?),
        };
        let mut values = Vec::with_capacity(shape.columns.len());
        for (index, is_boolean) in shape.booleans.iter().enumerate() {
            let value = row.get_ref(index).map_err(|error| explain(error, control))?;
            bytes += size_of::<Value>() + text_size(value);
            if bytes > limits::SQL_BYTES {
                return Err(SqlError::TooManyBytes);
            }
            values.push(own_value(value, *is_boolean));
        }
        read.push(values);
    }
    drop(rows);
    let columns = match shape {
        Some(shape) => shape.columns,
        None => ResultShape::of(statement)?.columns,
    };
    Ok(Rows { columns, rows: read })
}

/// The columns of a result, as they are once the statement has begun: SQLite prepares it anew at its first step where
/// somebody has changed the tables since.
struct ResultShape {
    columns: Vec<String>,
    /// Declared as BOOLEAN. SQLite itself keeps the integers 0 and 1.
    booleans: Vec<bool>,
}

impl ResultShape {
    fn of(statement: &Statement<'_>) -> Result<Self, SqlError> {
        let columns: Vec<_> = statement.columns().collect();
        let is_boolean = |kind: &str| kind.eq_ignore_ascii_case("boolean") || kind.eq_ignore_ascii_case("bool");
        let shape = Self {
            booleans: columns
                .iter()
                .map(|one| one.decl_type().is_some_and(is_boolean))
                .collect(),
            columns: columns.iter().map(|one| one.name().to_owned()).collect(),
        };
        distinct(shape.columns.iter().map(String::as_str))?;
        Ok(shape)
    }
}

fn text_size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

fn own_value(value: ValueRef<'_>, is_boolean: bool) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value @ (0 | 1)) if is_boolean => Value::Boolean(value == 1),
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
