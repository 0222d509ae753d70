//! What goes wrong with a statement, in the words of both engines.

use std::collections::HashMap;

use crate::base::explain::{Explain, Explanation, is};
use crate::{base::limits, storage::store::StoreError};

/// Why a statement, a transaction or a connection failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SqlError {
    /// The file has no such database. `hint` may name one that is spelt alike.
    #[error("no database `{name}`{hint}")]
    Unknown { name: String, hint: String },
    /// None was named, and there is none.
    #[error("the file names no database")]
    NoDatabase,
    /// None was named, and there are these.
    #[error("the file names several databases and none is `main`: name one of {} before the statement", .0.join(", "))]
    NotNamed(Vec<String>),
    /// The call has begun a transaction on this database already.
    #[error("a transaction on `{0}` is open already: commit it or roll it back first")]
    InTransaction(String),
    /// The call has begun no transaction on this database.
    #[error("no transaction on `{0}` is open: begin one first")]
    NoTransaction(String),
    /// The engine gave it up. What follows must not run outside of one.
    #[error("the transaction was rolled back by an earlier failure: roll it back and start again")]
    RolledBack,
    /// Others held a lock, or all connections, for longer than is waited for.
    #[error(
        "another call, or a transaction of this call's own caller, held the database for {} s: try again",
        limits::SQL_BUSY.as_secs()
    )]
    Busy,
    /// Two that would do the same at once.
    #[error("{0}: try again")]
    Conflict(String),
    /// A table is no longer as it was when the statement was prepared.
    #[error("the tables of the statement have changed meanwhile: try again")]
    Changed,
    /// Another connection than the one that knows the statement was asked.
    #[error(
        "the server has forgotten a prepared statement: try again. Where a pooler such as PgBouncer shares connections \
         between transactions, write `prepared_statements: false` beside the database's `url`"
    )]
    Forgotten,
    /// The call's own time ran out.
    #[error("the statement was stopped: the call's time is over")]
    Late,
    /// By a time that the operator has set.
    #[error("{0}")]
    Stopped(String),
    /// The statement is wrong in itself, names what there is not, or asks for what is not supported.
    #[error("{0}")]
    Syntax(String),
    /// There is more than one statement.
    #[error("one call runs one statement: leave out what follows the `;`")]
    SeveralStatements,
    /// The statement has a zero byte in it.
    #[error("the statement contains a zero byte, where engines take it to end: give such a text as a parameter")]
    ZeroByte,
    /// There is no statement.
    #[error("the statement is empty")]
    Empty,
    /// There are more or fewer values than the statement has parameters.
    #[error("the statement has {wanted} parameter(s), {given} value(s) were given")]
    WrongCount { wanted: usize, given: usize },
    /// Something is wrong with the statement's parameters: how they are written, how many there are, or a list where
    /// the engine takes none.
    #[error("{0}")]
    Parameters(String),
    /// What no column, or no parameter, of the kind takes: the author's mistake.
    #[error("{0}")]
    WrongKind(String),
    /// A value that does not fit, where others would: the mistake of whoever sent it.
    #[error("{0}")]
    Unfit(String),
    /// A value that the statement computes or converts is none: a division by zero, a text that is no date.
    #[error("{0}")]
    Data(String),
    /// A constraint of the database does not hold: a unique column, a foreign key, a check.
    #[error("{0}")]
    Constraint(String),
    /// Two columns of the result have one name; `first` and `second` are their positions, from 0.
    #[error(
        "columns {} and {} of the result have the same name, `{column}`: give one of them another, as in `x.{} AS x_{}`",
        .first + 1, .second + 1, alias(.column), alias(.column)
    )]
    SameName {
        column: String,
        first: usize,
        second: usize,
    },
    /// The host keeps fujsens from this part of SQL.
    #[error("fujsens may not use {0}")]
    Denied(String),
    /// The server keeps the role of the URL from it.
    #[error("{0}: the role of the database's URL has no right to it")]
    NoRight(String),
    /// A value or a statement that no result or database could hold.
    #[error(
        "a value is over {} MiB, or the statement over {} KiB: keep a larger value in pieces, a row for each, and give values \
         as parameters",
        limits::SQL_BYTES >> 20,
        limits::SQL_STATEMENT >> 10
    )]
    TooBig,
    /// What would fill the disk, with what a transaction writes or a query sorts.
    #[error(
        "the transaction wrote over {} MiB, to the database or to sort and join: do it in parts, with LIMIT and a condition \
         on a key, each in a call of its own; what the whole service needs belongs into the database's setup",
        limits::SQL_WRITTEN >> 20
    )]
    TooMuchWritten,
    /// The result has too many rows.
    #[error(
        "the result is over {} rows: read it in parts, with LIMIT and a condition on a key",
        limits::SQL_ROWS
    )]
    TooManyRows,
    /// The result is too large.
    #[error(
        "the result is over {} MiB: read it in parts, with LIMIT and a condition on a key",
        limits::SQL_BYTES >> 20
    )]
    TooManyBytes,
    /// Of the server's own bounds.
    #[error("{0}")]
    OverBound(String),
    /// The disk, a bound or another resource of the database or of its server is used up.
    #[error("{what}: {why}")]
    Full { what: &'static str, why: String },
    /// The database, or the transaction, takes no writes.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// The file is damaged, or no database.
    #[error("{0}")]
    Corrupt(String),
    /// Others have taken the file's place.
    #[error("{0}")]
    Moved(String),
    /// The system does not open the file, or fails to read or write it.
    #[error("{0}")]
    Unusable(String),
    /// There is no connection to the server, or it has ended.
    #[error("{server} cannot be reached: {why}")]
    Unreachable { server: String, why: String },
    /// The server does not let the user of the URL in.
    #[error("{0}")]
    Login(String),
    /// The server has no database of the URL's name.
    #[error("{0}")]
    NoSuchDatabase(String),
    /// The URL demands TLS, which this server does not give, or not so that it can be trusted.
    #[error("{server}: no TLS with this server: {why}")]
    NoTls { server: String, why: String },
    /// What the engine says of all else.
    #[error("{0}")]
    Engine(String),
    /// A statement of the database's `setup` failed, with this.
    #[error("the database's setup fails: {0}")]
    Setup(Box<SqlError>),
    /// From the thread or the task that the connection is on.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SqlError {
    /// Others have what it needs: it is there.
    pub(super) fn is_busy(&self) -> bool {
        match self {
            Self::Busy | Self::Conflict(_) | Self::Changed | Self::Forgotten => true,
            Self::Setup(error) => error.is_busy(),
            _ => false,
        }
    }
}

impl Explain for SqlError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Unknown { name, .. } => is(500, "unknown-database").help(format!(
                "to add it, write in the file:\n[databases]\n{name}: \"sqlite:{name}.db\""
            )),
            Self::NoDatabase => {
                is(500, "unknown-database").help("to add one, write\n[databases]\nmain: \"sqlite:main.db\"")
            }
            Self::NotNamed(_) => is(500, "unknown-database"),
            Self::InTransaction(_) => is(500, "in-transaction"),
            Self::NoTransaction(_) => is(500, "no-transaction"),
            Self::RolledBack => is(500, "rolled-back"),
            Self::Busy | Self::Conflict(_) | Self::Changed | Self::Forgotten => is(503, "busy"),
            Self::Late | Self::Stopped(_) => is(504, "timeout"),
            Self::Syntax(_) | Self::SeveralStatements | Self::ZeroByte | Self::Empty => is(500, "syntax"),
            Self::WrongCount { .. } | Self::Parameters(_) => is(500, "parameters"),
            Self::WrongKind(_) => is(500, "bad-argument"),
            Self::Unfit(_) => is(400, "bad-argument"),
            Self::Data(_) => is(500, "data"),
            Self::Constraint(_) => is(409, "constraint"),
            Self::SameName { .. } => is(500, "duplicate-column"),
            Self::Denied(_) | Self::NoRight(_) => is(500, "denied"),
            Self::TooBig | Self::TooMuchWritten | Self::TooManyRows | Self::TooManyBytes | Self::OverBound(_) => {
                is(500, "too-large")
            }
            Self::Full { .. } => is(503, "full"),
            Self::ReadOnly(_) => is(503, "read-only"),
            Self::Corrupt(_) => is(500, "corrupt"),
            Self::Moved(_) => is(503, "moved"),
            Self::Unusable(_) | Self::Unreachable { .. } => is(503, "unavailable"),
            Self::Login(_) => is(503, "login"),
            Self::NoSuchDatabase(_) => is(503, "no-database"),
            Self::NoTls { .. } => is(503, "tls"),
            Self::Engine(_) => is(500, "sql"),
            Self::Setup(error) => error.explain(),
            Self::Store(error) => error.explain(),
        }
    }
}

/// That an engine reads a statement as its author wrote it: to the end.
pub(super) fn whole(sql: &str) -> Result<(), SqlError> {
    if sql.contains('\0') {
        Err(SqlError::ZeroByte)
    } else {
        Ok(())
    }
}

/// Two columns of one name: a row as an object could hold only one of them.
pub(super) fn distinct<'a>(columns: impl IntoIterator<Item = &'a str>) -> Result<(), SqlError> {
    let mut seen = HashMap::new();
    for (second, column) in columns.into_iter().enumerate() {
        if let Some(first) = seen.insert(column, second) {
            let column = column.to_owned();
            return Err(SqlError::SameName { column, first, second });
        }
    }
    Ok(())
}

/// What may be written as a name: that of an expression is its text.
fn alias(column: &str) -> &str {
    let is_name = !column.is_empty() && column.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_name { column } else { "id" }
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
