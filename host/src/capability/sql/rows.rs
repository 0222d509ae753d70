//! What a statement gives.

use crate::base::value::Value;

/// The result of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    /// The names of the columns, each once.
    pub(crate) columns: Vec<String>,
    /// A value for each column, row by row.
    pub(crate) rows: Vec<Vec<Value>>,
}

/// What a statement has changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Changes {
    /// The rows that it has inserted, changed or deleted; 0 for a statement that does none of these.
    pub(crate) affected: u64,
    /// Of a row that SQLite has inserted; else 0.
    pub(crate) last_insert_id: i64,
}
