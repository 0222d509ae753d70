//! What PostgreSQL says went wrong, as an author can act on it.

use std::error::Error as _;

use tokio_postgres::{
    Error as Postgres,
    error::{DbError, ErrorPosition, Severity, SqlState},
};

use super::{
    super::error::{SqlError, with_place},
    server::Server,
};
use crate::base::limits;

/// Why some work on a connection did not end well, and so what is known of the connection.
pub(super) enum PostgresFault {
    /// Nothing was sent, or everything has been read.
    Ours(SqlError),
    /// As `Ours`: a value that does not fit what was known of the statement.
    Unfit(SqlError),
    /// Rows are still coming.
    Unread(SqlError),
    Server(Postgres),
    /// The server has refused the statement, or the values of its parameters where it has any, before it ran any of it.
    Unbound {
        error: Postgres,
        has_values: bool,
    },
    /// While a statement changed rows by the values of its parameters.
    Changing(Postgres),
}

impl PostgresFault {
    /// Whether what was known of a statement may be out of date, and nothing of it has run.
    pub(super) fn may_be_stale(&self) -> bool {
        match self {
            Self::Unfit(_) => true,
            Self::Unbound { error, .. } => is_stale(error) || is_about_values(error),
            _ => false,
        }
    }

    /// Whether whom this was sent to does not know the statement: a pooler has chosen another of the server's connections.
    pub(super) fn is_forgotten(&self) -> bool {
        matches!(self, Self::Unbound { error, .. } if is_forgotten(error))
    }

    /// Whether it is out of date, whatever its types are.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self, Self::Unbound { error, .. } if is_stale(error))
    }
}

impl From<Postgres> for PostgresFault {
    fn from(error: Postgres) -> Self {
        Self::Server(error)
    }
}

/// Whether the connection has come to an end with this.
pub(super) fn is_last(error: &Postgres) -> bool {
    error.as_db_error().is_none_or(|error| {
        *error.code() == SqlState::PROGRAM_LIMIT_EXCEEDED
            || matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
    })
}

/// Whether a statement that was prepared before must be prepared again: its tables have changed, or somebody between
/// this host and the server has forgotten it. What a function complains of within has a context.
fn is_stale(error: &Postgres) -> bool {
    error.as_db_error().is_some_and(|error| match *error.code() {
        // Its message may be in any language.
        SqlState::FEATURE_NOT_SUPPORTED => error.routine() == Some("RevalidateCachedQuery"),
        SqlState::INVALID_SQL_STATEMENT_NAME => true,
        SqlState::UNDEFINED_FUNCTION
        | SqlState::DATATYPE_MISMATCH
        | SqlState::CANNOT_COERCE
        | SqlState::AMBIGUOUS_FUNCTION
        | SqlState::INDETERMINATE_DATATYPE => error.where_().is_none(),
        _ => false,
    })
}

/// Whether the server does not know a statement, or another of the same name.
pub(super) fn is_forgotten(error: &Postgres) -> bool {
    let codes = [SqlState::INVALID_SQL_STATEMENT_NAME, SqlState::DUPLICATE_PSTATEMENT];
    error
        .as_db_error()
        .is_some_and(|error| codes.contains(error.code()) || is_of_another(error))
}

/// Whether the server knows another statement by the name, with other parameters: one of another process behind the same
/// pooler. Where it is fatal it is about the connection, and PgBouncer says so of its own.
fn is_of_another(error: &DbError) -> bool {
    *error.code() == SqlState::PROTOCOL_VIOLATION && error.parsed_severity() == Some(Severity::Error)
}

/// Data exceptions: a parameter's value that is none of its type.
fn is_about_values(error: &Postgres) -> bool {
    error
        .as_db_error()
        .is_some_and(|error| error.code().code().starts_with("22"))
}

/// The failure of a statement that changes rows, or of one that has not begun, where a value of its parameters does not fit.
/// That is no failure of the service: its values come from whoever called. None for what is none of it.
///
/// The message names the type and no value: the value may be a secret, or what a function has made of one.
pub(super) fn unfit(error: &Postgres, has_begun: bool) -> Option<SqlError> {
    let error = error.as_db_error()?;
    let message = match error.code().code() {
        "22001" => "a text is longer than its place takes",
        "22003" => "a number is out of the range that its place takes",
        code if code.starts_with("22") && !has_begun => error.message().split(':').next().unwrap_or_default(),
        _ => return None,
    };
    Some(SqlError::Unfit(message.to_owned()))
}

/// The server's failure as its author can act on it. `sql` is the statement as the author wrote it, `sent` as the
/// server has it: they have the same lines.
pub(super) fn explain(server: &Server, error: &Postgres, sql: &str, sent: &str) -> SqlError {
    let Some(error) = error.as_db_error() else {
        return unreachable(server.show(), &causes(error));
    };
    let message = error.message();
    let code = error.code().code();
    match (code.get(..2).unwrap_or_default(), code) {
        // Two that make one table at once meet in the catalog, whatever `IF NOT EXISTS` says.
        ("23", _) if error.schema() == Some("pg_catalog") => SqlError::Conflict(message.to_owned()),
        (_, "42P07" | "42710") if sql.to_ascii_uppercase().contains("IF NOT EXISTS") => {
            SqlError::Conflict(message.to_owned())
        }
        ("23", _) => SqlError::Constraint(message.to_owned()),
        (_, "55P03") => SqlError::Busy,
        (_, "40001" | "40P01") => SqlError::Conflict(message.to_owned()),
        (_, "25P02") => SqlError::RolledBack,
        (_, "26000" | "42P05") => SqlError::Forgotten,
        _ if is_of_another(error) => SqlError::Forgotten,
        (_, "25006") => SqlError::ReadOnly(message.to_owned()),
        // By a time that the operator has set: whoever is stopped by this host no longer waits.
        (_, "57014" | "25P04") => SqlError::Stopped(message.to_owned()),
        ("08", _) | (_, "57P01" | "57P02" | "57P03" | "57P05" | "25P03") => unreachable(server.show(), message),
        ("53", _) => SqlError::Full {
            what: "the server has no room",
            why: message.to_owned(),
        },
        (_, "54000") => SqlError::TooBig,
        ("54", _) => SqlError::OverBound(with_hint(error, message)),
        ("22", _) => SqlError::Data(with_hint(error, message)),
        (_, "42501") => SqlError::NoRight(message.to_owned()),
        ("42" | "0A" | "3F", _) => SqlError::Syntax(with_hint(error, &placed(error, sql, sent))),
        _ => SqlError::Engine(with_hint(error, message)),
    }
}

/// Whether a failure to connect is a mistake rather than an outage: somebody must change the URL, or the server.
pub(in super::super) fn is_for_the_author(error: &SqlError) -> bool {
    matches!(
        error,
        SqlError::Login(_) | SqlError::NoSuchDatabase(_) | SqlError::NoTls { .. }
    )
}

pub(super) fn cannot_connect(server: &Server, error: &Postgres) -> SqlError {
    let shown = server.show();
    if let Some(refusal) = error.as_db_error() {
        let said = format!("{shown}: {}", refusal.message());
        return match refusal.code().code() {
            "3D000" => SqlError::NoSuchDatabase(said),
            code if code.starts_with("28") => SqlError::Login(said),
            _ => explain(server, error, "", ""),
        };
    }
    match (tls_failure(error), causes(error)) {
        (Some(why), _) => SqlError::NoTls {
            server: shown.to_owned(),
            why,
        },
        // The driver's words for a server that asks for one.
        (_, why) if why == "password missing" => SqlError::Login(format!("{shown}: {why} in the URL")),
        (_, why) => unreachable(shown, &why),
    }
}

/// What to do about a database that cannot be used.
pub(in super::super) fn help(server: &Server, error: &SqlError) -> String {
    match error {
        SqlError::Login(_) => "check the user and the password of the URL, and the server's pg_hba.conf".into(),
        SqlError::NoSuchDatabase(_) => format!("create it on the server: CREATE DATABASE \"{}\"", server.database),
        SqlError::NoTls { .. } => "with `?sslmode=require` this machine must trust the server's certificate (SSL_CERT_FILE may name \
                  a file with the authorities to trust instead of the machine's own); `?sslmode=prefer` takes any, or does without"
            .into(),
        _ => "check that the server runs and that the URL's host and port are right".into(),
    }
}

pub(super) fn no_answer(server: &Server) -> SqlError {
    let time = limits::SQL_CONNECT.as_secs();
    unreachable(server.show(), &format!("no connection within {time} s"))
}

pub(super) fn unreachable(server: &str, why: &str) -> SqlError {
    SqlError::Unreachable {
        server: server.to_owned(),
        why: why.to_owned(),
    }
}

fn with_hint(error: &DbError, message: &str) -> String {
    match error.hint() {
        Some(hint) => format!("{message} ({hint})"),
        None => message.to_owned(),
    }
}

/// The message with the line of the statement that it is about. The server counts characters, from one.
fn placed(error: &DbError, sql: &str, sent: &str) -> String {
    let Some(ErrorPosition::Original(position)) = error.position() else {
        return error.message().to_owned();
    };
    let before = sent.chars().take((*position as usize).saturating_sub(1));
    let line = before.filter(|character| *character == '\n').count();
    let start = match line {
        0 => Some(0),
        line => sql.match_indices('\n').nth(line - 1).map(|(at, _)| at + 1),
    };
    match start {
        Some(start) => with_place(error.message(), sql, start),
        None => error.message().to_owned(),
    }
}

/// Why there is no TLS: the certificate, or that the server has none. Not that the connection broke.
fn tls_failure(error: &Postgres) -> Option<String> {
    let source = error.source()?;
    match source.downcast_ref::<std::io::Error>() {
        Some(broken) => broken
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .map(ToString::to_string),
        // The driver says in words that the server offers none.
        None => Some(source.to_string()).filter(|why| why.contains("TLS")),
    }
}

/// The driver's message is the least of it.
fn causes(error: &Postgres) -> String {
    match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}
