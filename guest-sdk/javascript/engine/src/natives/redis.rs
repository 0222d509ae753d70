//! Redis servers that the file names.

use rquickjs::{Ctx, Object, Result, Value};
use tusk::bindings::tusk::fujsen::redis as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Data, Text, from_host},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "redisCommand" => command)
}

fn command<'js>(ctx: Ctx<'js>, server: Text, name: Text, arguments: Data) -> Result<Vec<Value<'js>>> {
    live(&ctx)?;
    let reply = host::command(&server.0, &name.0, &arguments.0).map_err(|error| throw(&ctx, error))?;
    reply.into_iter().map(|value| from_host(&ctx, value)).collect()
}
