//! Other fujsens of the same service.

use rquickjs::{Ctx, Object, Result, Value};
use tusk::bindings::tusk::fujsen::{fujsen as host, types::Value as Datum};

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Pairs, Text, from_host},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "fujsenCall" => call)
}

fn call<'js>(ctx: Ctx<'js>, name: Text, arguments: Pairs<Datum>) -> Result<Value<'js>> {
    live(&ctx)?;
    let result = host::call(&name.0, &arguments.0).map_err(|error| throw(&ctx, error))?;
    from_host(&ctx, result)
}
