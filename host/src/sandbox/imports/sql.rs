//! What a guest calls `sql`.

use crate::base::value::payload;
use crate::{
    base::bindings::{
        self, Error, Value,
        sql::{Changes, Rows},
    },
    sandbox::call::Call,
};

impl bindings::sql::Host for Call {
    async fn query(&mut self, database: String, statement: String, parameters: Vec<Value>) -> Result<Rows, Error> {
        let sql = &self.context.capabilities.sql;
        let rows = sql
            .query(&self.sessions.sql, self.deadline, &database, statement, parameters)
            .await?;
        self.retain(size(&rows))?;
        Ok(rows)
    }

    async fn execute(&mut self, database: String, statement: String, parameters: Vec<Value>) -> Result<Changes, Error> {
        let sql = &self.context.capabilities.sql;
        sql.execute(&self.sessions.sql, self.deadline, &database, statement, parameters)
            .await
    }

    async fn begin(&mut self, database: String) -> Result<(), Error> {
        self.context
            .capabilities
            .sql
            .begin(&mut self.sessions.sql, self.deadline, &database)
            .await
    }

    async fn commit(&mut self, database: String) -> Result<(), Error> {
        self.context
            .capabilities
            .sql
            .commit(&mut self.sessions.sql, self.deadline, &database)
            .await
    }

    async fn rollback(&mut self, database: String) -> Result<(), Error> {
        self.context
            .capabilities
            .sql
            .rollback(&mut self.sessions.sql, self.deadline, &database)
            .await
    }
}

/// What a result occupies. Bytes.
fn size(rows: &Rows) -> usize {
    let values = rows
        .rows
        .iter()
        .flatten()
        .map(|value| size_of::<Value>() + payload(value))
        .sum::<usize>();
    values + rows.columns.iter().map(String::len).sum::<usize>()
}
