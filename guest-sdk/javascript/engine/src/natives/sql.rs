//! The databases that the file names.

use rquickjs::{Atom, Ctx, IntoAtom, Object, Result, Value};
use tusk::bindings::tusk::fujsen::sql as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Data, Text, from_host, integer_from, object},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(
        ctx, functions,
        "sqlQuery" => query, "sqlExecute" => execute,
        "sqlBegin" => begin, "sqlCommit" => commit, "sqlRollback" => rollback,
    )
}

/// Rows as objects, whose properties are the columns.
fn query<'js>(ctx: Ctx<'js>, database: Text, statement: Text, parameters: Data) -> Result<Vec<Object<'js>>> {
    live(&ctx)?;
    let found = host::query(&database.0, &statement.0, &parameters.0).map_err(|error| throw(&ctx, error))?;
    let columns: Vec<Atom> = found
        .columns
        .iter()
        .map(|name| name.as_str().into_atom(&ctx))
        .collect::<Result<_>>()?;
    let row = |values: Vec<_>| {
        let row = Object::new(ctx.clone())?;
        for (column, value) in columns.iter().zip(values) {
            row.set(column.clone(), from_host(&ctx, value)?)?;
        }
        Ok(row)
    };
    found.rows.into_iter().map(row).collect()
}

fn execute<'js>(ctx: Ctx<'js>, database: Text, statement: Text, parameters: Data) -> Result<Value<'js>> {
    live(&ctx)?;
    let changes = host::execute(&database.0, &statement.0, &parameters.0).map_err(|error| throw(&ctx, error))?;
    object(
        &ctx,
        [
            ("affected", integer_from(&ctx, changes.affected as i64)?),
            ("lastInsertId", integer_from(&ctx, changes.last_insert_id)?),
        ],
    )
}

fn begin(ctx: Ctx<'_>, database: Text) -> Result<()> {
    live(&ctx)?;
    host::begin(&database.0).map_err(|error| throw(&ctx, error))
}

fn commit(ctx: Ctx<'_>, database: Text) -> Result<()> {
    live(&ctx)?;
    host::commit(&database.0).map_err(|error| throw(&ctx, error))
}

fn rollback(ctx: Ctx<'_>, database: Text) -> Result<()> {
    live(&ctx)?;
    host::rollback(&database.0).map_err(|error| throw(&ctx, error))
}
