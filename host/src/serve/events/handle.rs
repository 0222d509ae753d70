//! One delivery, from its event to what the queue is told of it.

use std::{sync::Arc, time::Instant};

use tokio::time::sleep;

use super::session::Source;
use crate::{
    base::backoff::{Backoff, jittered},
    base::{
        arguments,
        explain::Explain,
        limits, redact,
        value::{Error, Value},
    },
    observe::{
        request::CallOrigin,
        traces::{SpanKind, Trace},
    },
    sandbox::module::Handler,
    service::app::App,
    storage::queue::{Delivery, Event, Settlement},
};

/// Runs the handlers of one event. Whether something may be due by that: another try, or the next of its key.
pub(super) async fn handle(app: Arc<App>, source: Source, mut delivery: Delivery) -> bool {
    let taken = app.now();
    let (outcome, key) = outcome(&app, &source, &mut delivery).await;
    let unlocks = key || !matches!(outcome, Settlement::Handled);
    settle(&app, &source, &delivery, outcome, taken).await;
    unlocks
}

/// How it went, and whether the event has a key.
async fn outcome(app: &Arc<App>, source: &Source, delivery: &mut Delivery) -> (Settlement, bool) {
    if delivery.attempts > source.attempts {
        // The count was kept, and nothing came of the last delivery.
        let why = "its last delivery did not end: the host ended while it was handled, or was stopped";
        return (given_up(source, delivery, source.attempts, why.into()), true);
    }
    let event = match Event::parse(&delivery.event) {
        Ok(event) => event,
        Err(why) => return (given_up(source, delivery, delivery.attempts, why), true),
    };
    let outcome = match traced(app, &event, delivery).await {
        Ok(()) => Settlement::Handled,
        Err(why) if delivery.attempts >= source.attempts => given_up(source, delivery, delivery.attempts, why),
        Err(why) => {
            let pause = jittered(Backoff::new(source.backoff, limits::EVENTS_BACKOFF).after(delivery.attempts));
            tracing::warn!(
                target: "events", service = %app.context.service.name, event = %event.id, r#type = %event.kind,
                attempt = delivery.attempts, "an event was not handled, to be tried again in {pause:.0?}: {why}"
            );
            Settlement::Again(pause)
        }
    };
    (outcome, event.key.is_some())
}

/// One delivery is one span, in the trace of whoever published the event.
async fn traced(app: &Arc<App>, event: &Event, delivery: &mut Delivery) -> Result<(), String> {
    let trace = app.tracer.follow(event.trace());
    let mut span = trace.span(SpanKind::Consumer, || format!("process {}", event.kind).into());
    span.describe(|span| {
        event.describe(span, "process", "process");
        span.set("tusk.event.attempt", i64::from(delivery.attempts));
    });
    let result = run_all(app, event, delivery, &trace).await;
    match &result {
        Ok(()) => span.end(),
        Err(_) => span.fail("handler"),
    }
    result
}

/// Runs the handlers that have not finished in an earlier delivery, and notes those that do. The first failure.
async fn run_all(app: &Arc<App>, event: &Event, delivery: &mut Delivery, trace: &Trace) -> Result<(), String> {
    let mut failed = None;
    for handler in app.subscriptions.of(&event.kind) {
        if delivery.done.split(' ').any(|done| done == &*handler.path) {
            continue;
        }
        match run(app, handler, event, &delivery.event, trace).await {
            Ok(()) => {
                if !delivery.done.is_empty() {
                    delivery.done.push(' ');
                }
                delivery.done.push_str(&handler.path);
            }
            Err(why) => {
                failed.get_or_insert(format!("{}: {why}", handler.path));
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

fn given_up(source: &Source, delivery: &Delivery, attempts: u32, why: String) -> Settlement {
    let id = Event::parse(&delivery.event).map_or_else(|_| "unknown".into(), |event| event.id);
    tracing::error!(
        target: "events", service = %source.consumer.service, event = %id, attempts,
        "an event was given up, `tusk-host events FILE list-dead` shows it: {why}"
    );
    Settlement::GivenUp { attempts, why }
}

/// `text` is the event as it stood in the queue.
async fn run(app: &Arc<App>, handler: &Handler, event: &Event, text: &str, trace: &Trace) -> Result<(), String> {
    let data = event.data.as_ref().map_or("null", |data| data.get());
    let bound = arguments::event::bind(handler.function(), text, data).map_err(Error::from);
    let said = |error: Error| format!("{} ({}): {}", error.status, error.code, redact::message(&error.message));
    let origin = CallOrigin::within(trace.clone());
    let reply = app
        .run(handler, bound.map_err(said)?, origin, app.now())
        .await
        .map_err(said)?;
    if reply.status < 400 {
        return Ok(());
    }
    Err(match reply.body {
        Value::Text(text) | Value::Json(text) => format!("{}: {}", reply.status, redact::message(&text)),
        _ => reply.status.to_string(),
    })
}

/// Tells the queue, again and again for as long as the event is this host's own: what cannot be told is delivered again.
async fn settle(app: &App, source: &Source, delivery: &Delivery, outcome: Settlement, taken: Instant) {
    let mut pauses = limits::REDIS_BACKOFF.pauses();
    loop {
        let told = source.queue.settle(&source.consumer.service, delivery, &outcome).await;
        let Err(error) = told else { return };
        let wait = pauses.after_another();
        if app.now().saturating_duration_since(taken) + wait > source.consumer.lease {
            tracing::warn!(target: "events", "the queue was not told of an event: {}", error.message());
            return;
        }
        sleep(jittered(wait)).await;
    }
}
