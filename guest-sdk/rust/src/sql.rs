//! The databases that the file names under `[databases]`.
//!
//! ```
//! use tusk::prelude::*;
//!
//! #[derive(Deserialize, Serialize)]
//! struct User {
//!     id: i64,
//!     username: String,
//! }
//!
//! #[fujsen]
//! fn create(username: String) -> Result<Created<User>> {
//!     sql::transaction("main", |main| {
//!         let row = main.query_one("INSERT INTO users (username) VALUES (?) RETURNING id", params![username])?;
//!         main.execute("INSERT INTO audit (action) VALUES (?)", params!["create"])?;
//!         Ok(Created(User { id: row.expect("a row was inserted").get("id")?, username }))
//!     })
//! }
//!
//! #[fujsen]
//! fn list() -> Result<Vec<User>> {
//!     sql::query("main", "SELECT id, username FROM users", params![])?.read()
//! }
//! ```
use std::rc::Rc;

use serde::{Serialize, Serializer, de::DeserializeOwned, ser::SerializeMap};
use serde_json::Value;

use crate::{Datum, Error, FromDatum, Result, bindings::tusk::fujsen::sql as host, datum, deserialize};

pub use host::Changes;

/// Runs one statement that gives rows.
pub fn query(database: &str, statement: &str, parameters: &[Datum]) -> Result<Rows> {
    host::query(database, statement, parameters)
        .map(|rows| Rows::new(rows, statement))
        .map_err(Error::from_host)
}

/// The first row of a statement, if there is one.
pub fn query_one(database: &str, statement: &str, parameters: &[Datum]) -> Result<Option<Row>> {
    Ok(query(database, statement, parameters)?.into_iter().next())
}

/// Runs one statement for its effect.
pub fn execute(database: &str, statement: &str, parameters: &[Datum]) -> Result<Changes> {
    host::execute(database, statement, parameters).map_err(Error::from_host)
}

/// Runs `work` in a transaction: commits when it gives `Ok`, rolls back when it gives `Err`.
/// One per database and call at a time.
pub fn transaction<T>(database: &str, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
    host::begin(database).map_err(Error::from_host)?;
    match work(&Transaction { database }) {
        Ok(done) => host::commit(database).map(|()| done).map_err(Error::from_host),
        Err(error) => {
            // Why the work failed is what matters; the host rolls back at the end of the call anyway.
            let _ = host::rollback(database);
            Err(error)
        }
    }
}

/// A database inside [`transaction`].
#[derive(Debug)]
pub struct Transaction<'a> {
    database: &'a str,
}

impl Transaction<'_> {
    /// As [`query`].
    pub fn query(&self, statement: &str, parameters: &[Datum]) -> Result<Rows> {
        query(self.database, statement, parameters)
    }

    /// As [`query_one`].
    pub fn query_one(&self, statement: &str, parameters: &[Datum]) -> Result<Option<Row>> {
        query_one(self.database, statement, parameters)
    }

    /// As [`execute`].
    pub fn execute(&self, statement: &str, parameters: &[Datum]) -> Result<Changes> {
        execute(self.database, statement, parameters)
    }
}

/// What a query gave. Serializes as an array of objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    head: Rc<Head>,
    rows: Vec<Row>,
}

/// What the rows of a result share.
#[derive(Debug)]
struct Head {
    columns: Vec<String>,
    /// What gave them, for messages.
    statement: String,
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.columns == other.columns
    }
}

impl Rows {
    fn new(rows: host::Rows, statement: &str) -> Self {
        let head = Rc::new(Head {
            columns: rows.columns,
            statement: shortened(statement),
        });
        let rows = rows.rows.into_iter().map(|values| Row {
            head: Rc::clone(&head),
            values,
        });
        Self {
            rows: rows.collect(),
            head,
        }
    }

    /// The names of the columns, in the order of the statement.
    pub fn columns(&self) -> &[String] {
        &self.head.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first row, if there is one.
    pub fn first(&self) -> Option<&Row> {
        self.rows.first()
    }

    /// The rows in the order in which the database gave them.
    pub fn iter(&self) -> std::slice::Iter<'_, Row> {
        self.rows.iter()
    }

    /// Every row as a value of a type with a field per column.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        self.iter().map(Row::read).collect()
    }
}

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.rows)
    }
}

/// One row. Serializes as an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    head: Rc<Head>,
    values: Vec<Datum>,
}

impl Row {
    /// A column by name or by position (from 0). `Option<T>` takes NULL.
    pub fn get<T: FromDatum>(&self, column: impl Column) -> Result<T> {
        let Head { columns, statement } = &*self.head;
        let Some(position) = column.position(columns) else {
            let columns = columns.join(", ");
            let message = format!("no column {} in `{statement}`; there are: {columns}", column.describe());
            return Err(Error::internal(message).with_code("column"));
        };
        datum::read(self.values[position].clone(), || {
            format!("column {} of `{statement}`", column.describe())
        })
    }

    /// The values in the order of the columns.
    pub fn values(&self) -> &[Datum] {
        &self.values
    }

    /// The row as a value of a type with a field per column.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let Head { columns, statement } = &*self.head;
        deserialize::row(columns, &self.values).map_err(|(error, column)| {
            let at = column.and_then(|at| Some((columns.get(at)?, self.values.get(at)?)));
            let message = match at {
                Some((column, value)) => {
                    let is = datum::describe(value);
                    format!("column `{column}` of `{statement}` is {is}: {error}")
                }
                None => format!(
                    "the result of `{statement}`, with the columns {}: {error}",
                    columns.join(", ")
                ),
            };
            Error::internal(message).with_code("type")
        })
    }

    /// An object with a field per column.
    pub fn to_json(&self) -> Value {
        let fields = self
            .head
            .columns
            .iter()
            .cloned()
            .zip(self.values.iter().map(datum::to_json));
        Value::Object(fields.collect())
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (column, value) in self.head.columns.iter().zip(&self.values) {
            map.serialize_entry(column, value)?;
        }
        map.end()
    }
}

/// A statement for a message: one line, and the beginning of it.
fn shortened(statement: &str) -> String {
    const MOST: usize = 120;
    let line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A column's name or position.
pub trait Column {
    /// The position among `columns`, from 0; none where there is no such column. Of several with one name, the first.
    fn position(&self, columns: &[String]) -> Option<usize>;
    /// The column as a message names it: a name stands in backquotes.
    fn describe(&self) -> String;
}

impl Column for &str {
    fn position(&self, columns: &[String]) -> Option<usize> {
        columns.iter().position(|column| column == self)
    }

    fn describe(&self) -> String {
        format!("`{self}`")
    }
}

impl Column for usize {
    fn position(&self, columns: &[String]) -> Option<usize> {
        (*self < columns.len()).then_some(*self)
    }

    fn describe(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Todo {
        id: i64,
        done: bool,
    }

    fn row(done: Datum) -> Row {
        let rows = host::Rows {
            columns: ["id", "done"].map(str::to_owned).to_vec(),
            rows: vec![vec![Datum::Integer(7), done]],
        };
        Rows::new(rows, "SELECT id,\n   done FROM todos")
            .into_iter()
            .next()
            .unwrap()
    }

    #[test]
    fn a_row_that_does_not_fit_names_column_and_statement() {
        assert_eq!(
            row(Datum::Boolean(true)).read::<Todo>().unwrap(),
            Todo { id: 7, done: true }
        );
        let error = row(Datum::Text("x".into())).read::<Todo>().unwrap_err();
        let begins = "column `done` of `SELECT id, done FROM todos` is text: ";
        assert!(error.message().starts_with(begins), "{}", error.message());
        #[derive(Debug, Deserialize)]
        struct Other {
            #[allow(dead_code)]
            title: String,
        }
        let error = row(Datum::Null).read::<Other>().unwrap_err();
        let says = "the result of `SELECT id, done FROM todos`, with the columns id, done: missing field `title`";
        assert!(error.message().starts_with(says), "{}", error.message());
        let error = row(Datum::Null).get::<bool>("done").unwrap_err();
        assert_eq!(
            error.message(),
            "column `done` of `SELECT id, done FROM todos` is null, not a boolean"
        );
        let error = row(Datum::Null).get::<bool>("dnoe").unwrap_err();
        assert_eq!(
            error.message(),
            "no column `dnoe` in `SELECT id, done FROM todos`; there are: id, done"
        );
    }

    #[test]
    fn long_statements_are_cut() {
        assert_eq!(shortened("SELECT\n\t1"), "SELECT 1");
        assert_eq!(shortened(&"ü".repeat(200)), format!("{}…", "ü".repeat(120)));
    }
}
