//! What SQLite says went wrong, as an author can act on it.

use rusqlite::{ErrorCode, ffi};

use super::{
    super::error::{SqlError, with_place},
    control::Control,
};

/// SQLite's failure as its author can act on it.
pub(super) fn explain(error: rusqlite::Error, control: &Control) -> SqlError {
    use rusqlite::Error as Sqlite;
    if let Some(what) = control.take_denied() {
        return SqlError::Denied(what);
    }
    if control.has_written_too_much() && error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
        return SqlError::TooMuchWritten;
    }
    match error {
        Sqlite::MultipleStatement => SqlError::SeveralStatements,
        Sqlite::NulError(_) => SqlError::ZeroByte,
        Sqlite::SqlInputError { msg, sql, offset, .. } => {
            // Without a place the offset is negative.
            let message = usize::try_from(offset).map_or(msg.clone(), |offset| with_place(&msg, &sql, offset));
            SqlError::Syntax(message)
        }
        Sqlite::SqliteFailure(error, message) => failure(
            error,
            message.unwrap_or_else(|| ffi::code_to_str(error.extended_code).to_owned()),
        ),
        other => SqlError::Engine(other.to_string()),
    }
}

fn failure(error: ffi::Error, message: String) -> SqlError {
    match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => SqlError::Busy,
        ErrorCode::TypeMismatch => misfit(),
        ErrorCode::ConstraintViolation if error.extended_code == ffi::SQLITE_CONSTRAINT_DATATYPE => misfit(),
        ErrorCode::ConstraintViolation => SqlError::Constraint(message),
        ErrorCode::OperationInterrupted => SqlError::Late,
        ErrorCode::TooBig => SqlError::TooBig,
        ErrorCode::DiskFull => SqlError::Full {
            what: "the database cannot grow",
            why: message,
        },
        ErrorCode::ReadOnly => SqlError::ReadOnly(message),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => SqlError::Corrupt(message),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => SqlError::Unusable(message),
        // The class of everything that is wrong with the statement itself, such as a table that does not exist.
        _ if error.extended_code == ffi::SQLITE_ERROR => SqlError::Syntax(message),
        _ => SqlError::Engine(message),
    }
}

/// A row id or a column of a STRICT table is given another type than it has.
fn misfit() -> SqlError {
    SqlError::Unfit("a value is of another type than its column takes".to_owned())
}
