//! What SQLite says went wrong, as an author can act on it.

use rusqlite::{ErrorCode, ffi};

use super::{
    super::error::{busy, several_statements, timeout, too_big, too_much_written, with_place, zero_byte},
    control::Control,
};
use crate::base::value::Error;

/// SQLite's failure as its author can act on it.
pub(super) fn explain(error: rusqlite::Error, control: &Control) -> Error {
    use rusqlite::Error as Sqlite;
    if let Some(what) = control.take_denied() {
        return Error::denied(format!("fujsens may not use {what}"));
    }
    if control.has_written_too_much() && error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
        return too_much_written();
    }
    match error {
        Sqlite::MultipleStatement => several_statements(),
        Sqlite::NulError(_) => zero_byte(),
        Sqlite::SqlInputError { msg, sql, offset, .. } => {
            // Without a place the offset is negative.
            let message = usize::try_from(offset).map_or(msg.clone(), |offset| with_place(&msg, &sql, offset));
            Error::new(500, "syntax", message)
        }
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
        ErrorCode::TypeMismatch => misfit(),
        ErrorCode::ConstraintViolation if error.extended_code == ffi::SQLITE_CONSTRAINT_DATATYPE => misfit(),
        ErrorCode::ConstraintViolation => Error::new(409, "constraint", message),
        ErrorCode::OperationInterrupted => timeout(),
        ErrorCode::TooBig => too_big(),
        ErrorCode::DiskFull => Error::new(503, "full", format!("the database cannot grow: {message}")),
        ErrorCode::ReadOnly => Error::new(503, "read-only", format!("the database cannot be written: {message}")),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::new(500, "corrupt", message),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => Error::new(503, "unavailable", message),
        // The class of everything that is wrong with the statement itself, such as a table that does not exist.
        _ if error.extended_code == ffi::SQLITE_ERROR => Error::new(500, "syntax", message),
        _ => Error::new(500, "sql", message),
    }
}

/// A row id or a column of a STRICT table is given another type than it has.
fn misfit() -> Error {
    Error::new(400, "bad-argument", "a value is of another type than its column takes")
}
