//! Structured log lines.

use rquickjs::{Ctx, Object, Result};
use tusk::bindings::tusk::fujsen::{log as host, types::Value as Datum};

use super::{functions, live};
use crate::value::{Pairs, Text};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(ctx, functions, "logWrite" => write)
}

fn write(ctx: Ctx<'_>, level: Text, message: Text, fields: Pairs<Datum>) -> Result<()> {
    live(&ctx)?;
    let level = match level.0.as_str() {
        "debug" => host::Level::Debug,
        "warn" => host::Level::Warn,
        "error" => host::Level::Error,
        _ => host::Level::Info,
    };
    host::write(level, &message.0, &fields.0);
    Ok(())
}
