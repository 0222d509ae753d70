//! One slot: claimed, run, reported.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::sleep;

use super::{
    claim::{Claim, SlotClaims},
    due::Due,
};
use crate::{
    base::{clock::Clock, explain::Explain, limits, value::Error},
    observe::{request::CallOrigin, traces::SpanKind},
    service::{app::App, schedule::Schedule},
    storage::store::StoreError,
};

/// Runs a slot unless another host does, or the run before goes on. What goes wrong is in the log.
pub(super) async fn slot(app: Arc<App>, due: Due, clock: Arc<dyn Clock>) {
    let (Some(schedule), Some(store)) = (app.schedules.get(&due.id), app.schedules.store.clone()) else {
        return;
    };
    let claims = SlotClaims::new(store, app.context.service.name.clone(), due.id.clone());
    let deadline = schedule.options.deadline.unwrap_or(app.context.limits.deadline);
    let hold = app.context.limits.queue_wait + deadline + limits::SCHEDULE_MARGIN;
    let (text, fujsen, slot) = (&schedule.text, &schedule.handler.path, due.slot);
    if due.is_past && !matches!(claims.last().await, Ok(Some(_))) {
        // The schedule is new.
        return;
    }
    let clock = &*clock;
    match take(&claims, slot, hold, schedule.options.overlap, clock).await {
        Ok(Claim::Won) => {}
        Ok(Claim::Taken) => {
            return tracing::debug!(target: "schedule", schedule = %text, %fujsen, %slot, "another host runs it, or did");
        }
        Ok(Claim::Overlaps) => {
            return tracing::warn!(
                target: "schedule", schedule = %text, %fujsen, %slot, next = next(schedule, clock),
                "skipped: the run before has not ended"
            );
        }
        Err(error) => {
            return tracing::error!(
                target: "schedule", schedule = %text, %fujsen, %slot, next = next(schedule, clock),
                "skipped: whether another host runs it cannot be known: {}", error.message()
            );
        }
    }
    let started = clock.monotonic();
    let result = traced(&app, schedule, deadline, clock).await;
    let took_ms = (clock.monotonic() - started).as_millis() as u64;
    match result {
        Ok(()) => tracing::debug!(target: "schedule", schedule = %text, %fujsen, %slot, took_ms, "done"),
        Err(error) => tracing::error!(
            target: "schedule", schedule = %text, %fujsen, %slot, took_ms, status = error.status, next = next(schedule, clock),
            "{fujsen} failed: {}", error.message
        ),
    }
    if let Err(error) = claims.release(slot).await {
        // It ends by itself, only later.
        tracing::warn!(target: "schedule", schedule = %text, %fujsen, "the claim was not given back: {}", error.message());
    }
}

/// A store that is down for a moment does not cost a slot.
async fn take(
    claims: &SlotClaims,
    slot: Timestamp,
    hold: Duration,
    overlap: bool,
    clock: &dyn Clock,
) -> Result<Claim, StoreError> {
    let started = clock.monotonic();
    loop {
        match claims.take(slot, clock.wall(), hold, overlap).await {
            Err(error) if error.is_unavailable() && clock.monotonic() - started < limits::SCHEDULE_PATIENCE => {
                sleep(Duration::from_millis(250)).await;
            }
            result => return result,
        }
    }
}

/// A run starts a trace of its own.
async fn traced(app: &Arc<App>, schedule: &Schedule, deadline: Duration, clock: &dyn Clock) -> Result<(), Error> {
    let trace = app.tracer.start();
    let mut span = trace.span(SpanKind::Internal, || format!("schedule {}", schedule.text).into());
    span.describe(|span| span.set("tusk.schedule", &*schedule.text));
    let result = call(app, schedule, CallOrigin::starting(trace), deadline, clock).await;
    match &result {
        Ok(()) => span.end(),
        Err(error) => span.fail(&error.code),
    }
    result
}

/// A reply that says of itself that it is a failure is one.
async fn call(
    app: &Arc<App>,
    schedule: &Schedule,
    origin: CallOrigin,
    deadline: Duration,
    clock: &dyn Clock,
) -> Result<(), Error> {
    let _pass = app.gate.enter().await.map_err(|_| {
        let message = "the service had no room for another call (limits.concurrency, limits.queue_wait)";
        Error::new(503, "busy", message)
    })?;
    let until = clock.monotonic() + deadline;
    let reply = app
        .run_at(&schedule.handler, schedule.arguments.clone(), origin, until, 1)
        .await?;
    if reply.status >= 400 {
        let message = format!("it answered with status {}", reply.status);
        return Err(Error::new(reply.status, "status", message));
    }
    Ok(())
}

fn next(schedule: &Schedule, clock: &dyn Clock) -> String {
    schedule
        .next(clock.wall())
        .map_or_else(|| "never".to_owned(), |slot| slot.to_string())
}
