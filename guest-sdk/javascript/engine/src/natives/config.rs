//! The values of the file.

use rquickjs::{Ctx, Object, Result, Value};
use tusk::bindings::tusk::fujsen::config as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Text, from_host},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "configGet" => get, "configValidate" => validate)
}

fn get<'js>(ctx: Ctx<'js>, key: Text) -> Result<Value<'js>> {
    live(&ctx)?;
    let found = match host::get(&key.0) {
        host::Entry::Missing => None,
        host::Entry::Plain(value) => Some(value),
        host::Entry::Deferred => host::evaluate(&key.0).map_err(|error| throw(&ctx, error))?,
    };
    found.map_or_else(|| Ok(Value::new_undefined(ctx.clone())), |value| from_host(&ctx, value))
}

fn validate(ctx: Ctx<'_>, document: Text, schema: Text) -> Result<Vec<String>> {
    live(&ctx)?;
    host::validate(&document.0, &schema.0).map_err(|error| throw(&ctx, error))
}
