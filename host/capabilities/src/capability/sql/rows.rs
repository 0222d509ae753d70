//! What a statement gives.

use crate::base::value::Value;

/// The result of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The names of the columns, each once.
    pub columns: Vec<String>,
    /// A value for each column, row by row.
    pub rows: Vec<Vec<Value>>,
}

/// What a statement has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The rows that it has inserted, changed or deleted; 0 for a statement that does none of these.
    pub affected: u64,
    /// Of a row that SQLite has inserted; else 0.
    pub last_insert_id: i64,
}
