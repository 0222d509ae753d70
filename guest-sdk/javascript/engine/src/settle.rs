//! The job queue: promises and timers, run until a result is there.

use rquickjs::{Ctx, Exception, Function, Result, Value, promise::PromiseState};
use tusk::bindings::tusk::fujsen::time;

use crate::engine::Sdk;

/// What a function's result comes to. A promise is waited for, within the call's deadline, which the host keeps.
pub(crate) fn settle<'js>(ctx: &Ctx<'js>, sdk: &Sdk, value: Value<'js>) -> Result<Value<'js>> {
    let result = match value.as_promise() {
        None => Ok(value),
        Some(promise) => loop {
            run_jobs(ctx);
            match promise.state() {
                PromiseState::Pending => wait(ctx, sdk)?,
                PromiseState::Resolved | PromiseState::Rejected => {
                    break promise.result().unwrap_or(Err(rquickjs::Error::WouldBlock));
                }
            }
        },
    };
    // What was begun and is nobody's to wait for still happens, as far as it needs no time.
    if result.is_ok() {
        run_jobs(ctx);
    }
    result
}

fn run_jobs(ctx: &Ctx<'_>) {
    while ctx.execute_pending_job() {}
}

/// Until the next timer is due, and what it does.
fn wait(ctx: &Ctx<'_>, sdk: &Sdk) -> Result<()> {
    let next: Function = sdk.next_timer.clone().restore(ctx)?;
    let Some(milliseconds) = next.call::<_, Option<f64>>(())? else {
        return Err(Exception::throw_message(
            ctx,
            "its promise never settles: nothing is left that could settle it",
        ));
    };
    if milliseconds > 0.0 {
        time::sleep(milliseconds.ceil() as u32);
    }
    let run: Function = sdk.run_timers.clone().restore(ctx)?;
    run.call(())
}
