//! What a guest calls `sql`.

use crate::{
    capability::sql,
    sandbox::{
        bindings::{
            self, Error, Value,
            sql::{Changes, Rows},
        },
        call::Call,
        imports::wit,
    },
};

impl bindings::sql::Host for Call {
    async fn query(&mut self, database: String, statement: String, parameters: Vec<Value>) -> Result<Rows, Error> {
        let sql = &self.context.capabilities.sql;
        let rows = sql
            .query(
                &self.sessions.sql,
                self.deadline,
                &database,
                statement,
                wit::all(parameters),
            )
            .await?;
        self.retain(size(&rows))?;
        Ok(Rows {
            columns: rows.columns,
            rows: rows.rows.into_iter().map(wit::all).collect(),
        })
    }

    async fn execute(&mut self, database: String, statement: String, parameters: Vec<Value>) -> Result<Changes, Error> {
        let sql = &self.context.capabilities.sql;
        let changes = sql
            .execute(
                &self.sessions.sql,
                self.deadline,
                &database,
                statement,
                wit::all(parameters),
            )
            .await?;
        Ok(Changes {
            affected: changes.affected,
            last_insert_id: changes.last_insert_id,
        })
    }

    async fn begin(&mut self, database: String) -> Result<(), Error> {
        let sql = &self.context.capabilities.sql;
        Ok(sql.begin(&mut self.sessions.sql, self.deadline, &database).await?)
    }

    async fn commit(&mut self, database: String) -> Result<(), Error> {
        let sql = &self.context.capabilities.sql;
        Ok(sql.commit(&mut self.sessions.sql, self.deadline, &database).await?)
    }

    async fn rollback(&mut self, database: String) -> Result<(), Error> {
        let sql = &self.context.capabilities.sql;
        Ok(sql.rollback(&mut self.sessions.sql, self.deadline, &database).await?)
    }
}

/// What a result occupies. Bytes.
fn size(rows: &sql::Rows) -> usize {
    let values = rows
        .rows
        .iter()
        .flatten()
        .map(|value| size_of::<Value>() + value.payload())
        .sum::<usize>();
    values + rows.columns.iter().map(String::len).sum::<usize>()
}
