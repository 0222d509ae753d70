//! The server's values as a guest's. They come in the binary form, and what a guest has no kind of value for becomes the
//! text that the server would show.

mod array;
mod clock;
mod network;
mod numeric;
mod shape;
mod unreadable;

use std::error::Error as StdError;

use tokio_postgres::{
    Column, Row, Statement,
    types::{FromSql, Type},
};

use self::{shape::ColumnShape, unreadable::Unreadable};
use super::super::{
    error::{SqlError, distinct},
    rows::Rows,
};
use crate::base::{limits, value::Value};

/// Rows as they come in, up to the bounds of a result.
pub(super) struct RowReader {
    shapes: Vec<ColumnShape>,
    rows: Rows,
    bytes: usize,
}

impl RowReader {
    /// Fails before the statement has run where one of its columns could not be read.
    pub(super) fn new(statement: &Statement) -> Result<Self, SqlError> {
        let columns = statement.columns();
        distinct(columns.iter().map(Column::name))?;
        let shapes = columns.iter().map(|column| {
            ColumnShape::of(column.type_()).ok_or_else(|| {
                let (name, kind) = (column.name(), column.type_().name());
                let message = format!("the column `{name}` is of the type {kind}: select it as text, `{name}::text`");
                SqlError::Syntax(message)
            })
        });
        Ok(Self {
            shapes: shapes.collect::<Result<_, _>>()?,
            rows: Rows {
                columns: columns.iter().map(|column| column.name().to_owned()).collect(),
                rows: Vec::new(),
            },
            bytes: 0,
        })
    }

    pub(super) fn push(&mut self, row: &Row) -> Result<(), SqlError> {
        if self.rows.rows.len() == limits::SQL_ROWS {
            return Err(SqlError::TooManyRows);
        }
        let mut values = Vec::with_capacity(self.shapes.len());
        for (index, shape) in self.shapes.iter().enumerate() {
            let value = match row.try_get::<_, Option<RawValue<'_>>>(index) {
                Ok(None) => Value::Null,
                Ok(Some(RawValue(bytes))) => shape.value(bytes).map_err(explain)?,
                Err(_) => return Err(explain(Unreadable::Malformed)),
            };
            self.bytes += size_of::<Value>() + value.payload();
            if self.bytes > limits::SQL_BYTES {
                return Err(SqlError::TooManyBytes);
            }
            values.push(value);
        }
        self.rows.rows.push(values);
        Ok(())
    }

    pub(super) fn finish(self) -> Rows {
        self.rows
    }
}

fn explain(why: Unreadable) -> SqlError {
    match why {
        Unreadable::Malformed => SqlError::Engine("the server's answer cannot be read".to_owned()),
        Unreadable::TooLong => SqlError::TooManyBytes,
    }
}

/// A value as it came.
struct RawValue<'a>(&'a [u8]);

impl<'a> FromSql<'a> for RawValue<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
