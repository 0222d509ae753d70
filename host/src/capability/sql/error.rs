use rusqlite::{ErrorCode, ffi};

use super::guard::Control;
use crate::{bindings::Error, limits};

/// SQLite's failure as its author can act on it.
pub(super) fn explain(error: rusqlite::Error, control: &Control) -> Error {
    use rusqlite::Error as Sqlite;
    if let Some(what) = control.take_denied() {
        return Error::denied(format!("fujsens may not use {what}"));
    }
    match error {
        Sqlite::MultipleStatement => Error::new(
            500,
            "syntax",
            "one call runs one statement: leave out what follows the `;`",
        ),
        Sqlite::NulError(_) => Error::new(500, "syntax", "the statement contains a zero byte"),
        Sqlite::SqlInputError { msg, sql, offset, .. } => Error::new(500, "syntax", with_place(&msg, &sql, offset)),
        Sqlite::SqliteFailure(error, message) => failure(
            error,
            &message.unwrap_or_else(|| ffi::code_to_str(error.extended_code).to_owned()),
        ),
        other => Error::new(500, "sql", other.to_string()),
    }
}

fn failure(error: ffi::Error, message: &str) -> Error {
    match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => busy(),
        ErrorCode::ConstraintViolation => Error::new(409, "constraint", message),
        ErrorCode::OperationInterrupted => timeout(),
        ErrorCode::TooBig => Error::new(
            500,
            "too-large",
            format!(
                "a value is over {} MiB or the statement over {} KiB",
                limits::SQL_BYTES >> 20,
                limits::SQL_STATEMENT >> 10
            ),
        ),
        ErrorCode::DiskFull => Error::new(503, "full", format!("the database cannot grow: {message}")),
        ErrorCode::ReadOnly => Error::new(503, "read-only", format!("the database cannot be written: {message}")),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::new(500, "corrupt", message),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => Error::new(503, "unavailable", message),
        // The class of everything that is wrong with the statement itself, such as a table that does not exist.
        _ if error.extended_code == ffi::SQLITE_ERROR => Error::new(500, "syntax", message),
        _ => Error::new(500, "sql", message),
    }
}

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

/// The message with the line of the statement that it is about.
fn with_place(message: &str, sql: &str, offset: i32) -> String {
    let Some(before) = usize::try_from(offset).ok().and_then(|offset| sql.get(..offset)) else {
        return message.to_owned();
    };
    let line = sql[before.rfind('\n').map_or(0, |newline| newline + 1)..]
        .lines()
        .next()
        .unwrap_or_default()
        .trim();
    format!("{message}, in `{}`", line.chars().take(120).collect::<String>())
}
