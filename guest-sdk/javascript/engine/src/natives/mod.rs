//! The functions of `tusk:host`, which the SDK is written with: a room for each interface of the world, and for what
//! JavaScript people expect of a runtime.

mod config;
mod crypto;
mod events;
mod fujsen;
mod grpc;
mod http;
mod log;
mod metrics;
mod redis;
mod sql;
mod state;
mod text;
mod time;
mod url;

use rquickjs::{Ctx, Exception, Object, Result};

use crate::engine;

/// Where the functions wait for the module that exports them.
const WAITING: &str = "__tuskHost";

/// Sets properties of an object to functions of this crate.
macro_rules! functions {
    ($ctx:ident, $host:ident, $($name:literal => $function:path),* $(,)?) => {{
        $($host.set($name, ::rquickjs::Function::new($ctx.clone(), $function)?.with_name($name)?)?;)*
        Ok(())
    }};
}
use functions;

type Offer = for<'js> fn(&Ctx<'js>, &Object<'js>) -> Result<()>;

const ROOMS: &[Offer] = &[
    config::offer,
    crypto::offer,
    events::offer,
    fujsen::offer,
    grpc::offer,
    http::offer,
    log::offer,
    metrics::offer,
    redis::offer,
    sql::offer,
    state::offer,
    text::offer,
    time::offer,
    url::offer,
];

/// Makes all functions.
pub(crate) fn offer(ctx: &Ctx<'_>) -> Result<()> {
    let host = Object::new(ctx.clone())?;
    ROOMS.iter().try_for_each(|offer| offer(ctx, &host))?;
    ctx.globals().set(WAITING, host)
}

/// The code of the module that exports them, and leaves them to nobody else.
pub(crate) fn module(ctx: &Ctx<'_>) -> Result<String> {
    let host: Object = ctx.globals().get(WAITING)?;
    let names = host.keys::<String>().collect::<Result<Vec<_>>>()?.join(", ");
    Ok(format!(
        "const {{ {names} }} = globalThis.{WAITING};\ndelete globalThis.{WAITING};\nexport {{ {names} }};"
    ))
}

/// Throws while the module starts: there is no host yet.
fn live(ctx: &Ctx<'_>) -> Result<()> {
    if !engine::is_starting() {
        return Ok(());
    }
    let message = "a module may not call the host while it starts: move it into a function";
    Err(Exception::throw_message(ctx, message))
}
