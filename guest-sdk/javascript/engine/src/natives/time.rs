//! Clocks.

use rquickjs::{Ctx, Exception, Object, Result};
use tusk::bindings::tusk::fujsen::time as host;

use super::{functions, live};
use crate::{thrown::throw, value::Text};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(
        ctx, functions,
        "timeNow" => now, "timeMonotonic" => monotonic, "timeFormat" => format, "timeSleep" => sleep,
    )
}

fn now(ctx: Ctx<'_>) -> Result<f64> {
    live(&ctx)?;
    Ok(host::now() as f64)
}

/// Milliseconds, with a fraction.
fn monotonic(ctx: Ctx<'_>) -> Result<f64> {
    live(&ctx)?;
    Ok(host::monotonic() as f64 / 1e6)
}

fn format(ctx: Ctx<'_>, timestamp: f64, pattern: Text) -> Result<String> {
    live(&ctx)?;
    if !(0.0..=8.64e15).contains(&timestamp) {
        return Err(Exception::throw_range(
            &ctx,
            "a time is a number of milliseconds since 1970",
        ));
    }
    host::format(timestamp as u64, &pattern.0).map_err(|error| throw(&ctx, error))
}

fn sleep(ctx: Ctx<'_>, milliseconds: f64) -> Result<()> {
    live(&ctx)?;
    host::sleep(milliseconds.max(0.0).ceil() as u32);
    Ok(())
}
