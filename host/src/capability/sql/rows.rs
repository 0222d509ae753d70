//! What a statement gives.

use crate::base::value::Value;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Changes {
    pub(crate) affected: u64,
    /// Of a row that SQLite has inserted; else 0.
    pub(crate) last_insert_id: i64,
}
