//! One call of a fujsen, from its arguments to its reply or the error that its end amounts to.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    base::{
        escape, limits, redact,
        value::{Error, Reply, Value},
    },
    observe::{
        metrics::Outcome,
        traces::{Span, SpanKind},
    },
    sandbox::{
        call::Call,
        instance::{CallFailure, Guest, TimeLimit},
        module::{Handler, Module},
        place::Panic,
    },
};

/// Runs a fujsen as a call that was made for it. What went wrong inside is in the log and in the error's message; a message of
/// status 500 is not for clients.
/// It began at `now`.
pub(crate) async fn run(handler: &Handler, arguments: Vec<Value>, call: Call, now: Instant) -> Result<Reply, Error> {
    let context = call.context.clone();
    let request_id = call.origin.request_id.clone();
    let module = &handler.module;
    let mut span = call
        .origin
        .trace
        .span(SpanKind::Internal, || handler.path.to_string().into());
    span.describe(|span| span.set("tusk.language", module.language.map_or("prebuilt", tsk::Language::name)));
    let running = handler.meter.start(&*context.clock, now);
    let result = bounded(handler, Box::new(call), arguments, now).await;
    running.end(outcome(&result));
    let trace_id = span.trace_id();
    let place = |panic: &Panic| context.place(&module.section, panic);
    end(span, &result, place);
    result.map_err(|failure| {
        let error = explain(failure, place);
        if error.status >= 500 {
            tracing::error!(
                target: "fujsen",
                service = %context.service.name, fujsen = %handler.path, %request_id,
                trace_id = trace_id.map(|id| tracing::field::display(format!("{id:032x}"))),
                status = error.status, code = %error.code, "{}", error.message
            );
        }
        error
    })
}

/// Ends the span of a call. What a guest says of its failure is for the log, where the trace's id stands beside it.
fn end(mut span: Span, result: &Result<Reply, CallFailure>, place: impl Fn(&Panic) -> String) {
    let failed = !matches!(outcome(result), Outcome::Ok | Outcome::Refused);
    match result {
        Ok(reply) if failed => span.fail(&reply.status.to_string()),
        Err(CallFailure::Panic(panic)) => {
            span.describe(|span| span.reason(format!("panicked at {}", place(panic))));
            span.fail("panic");
        }
        Err(failure) if failed => span.fail(failure.code()),
        _ => span.end(),
    }
}

/// A failure in words, with the line of the TSK file where it is known. Whatever its guest says, it is bounded, and
/// without the secrets of the file.
fn explain(failure: CallFailure, place: impl Fn(&Panic) -> String) -> Error {
    let mut error = failure.explain(place);
    if error.status >= 500 {
        error.message = redact::message(&error.message);
    }
    error.code = escape::shown(&error.code, limits::ERROR_CODE).into_owned();
    error
}

/// How a call ended, for its meter.
fn outcome(result: &Result<Reply, CallFailure>) -> Outcome {
    let by_status = |status| match status {
        0..400 => Outcome::Ok,
        400..500 => Outcome::Refused,
        _ => Outcome::Failed,
    };
    match result {
        Ok(reply) => by_status(reply.status),
        Err(CallFailure::Error(error)) => by_status(error.status),
        Err(CallFailure::Panic(_)) => Outcome::Panic,
        Err(CallFailure::Deadline(_)) => Outcome::Deadline,
        Err(CallFailure::Memory(_)) => Outcome::Memory,
        Err(CallFailure::Stack) => Outcome::Stack,
        Err(CallFailure::TooLong(_) | CallFailure::Trap(_)) => Outcome::Trap,
    }
}

/// Runs one fujsen: on an instance kept for reuse, else on a fresh one.
/// An instance that trapped or was stopped is never entered again.
async fn bounded(
    handler: &Handler,
    call: Box<Call>,
    arguments: Vec<Value>,
    began: Instant,
) -> Result<Reply, CallFailure> {
    let (deadline, limit) = (call.deadline, limit(&call, began));
    let lane = call.context.lane.clone();
    let is_outermost = call.depth <= 1;
    let running = enter(handler.module.clone(), handler.function, call, arguments);
    let running = async move {
        match (is_outermost, handler.module.habits.get(handler.function)) {
            (true, Some(habit)) => lane.run(habit, running).await,
            // It moves with its caller.
            _ => running.await,
        }
    };
    match tokio::time::timeout_at(deadline.into(), running).await {
        Ok(result) => result,
        Err(_) => Err(CallFailure::Deadline(limit)),
    }
}

fn limit(call: &Call, began: Instant) -> TimeLimit {
    let usual = call.context.limits.deadline;
    let given = call.deadline.saturating_duration_since(began);
    match call.depth {
        2.. => TimeLimit::Caller,
        // Whoever gives it another time does so a moment before it begins.
        _ if given.abs_diff(usual) < Duration::from_millis(1) => TimeLimit::Call(usual),
        _ => TimeLimit::Run(Duration::from_millis(given.as_micros().div_ceil(1000) as u64)),
    }
}

async fn enter(
    module: Arc<Module>,
    function: usize,
    call: Box<Call>,
    arguments: Vec<Value>,
) -> Result<Reply, CallFailure> {
    let Some(function) = module.functions.get(function) else {
        return Err(CallFailure::Trap("the module has no such function".to_owned()));
    };
    let (mut guest, call) = match take_idle(&module) {
        Some(guest) => (guest, Some(call)),
        // Its future is kilobytes, which calls of an instance that is there would carry along.
        None => (Box::pin(Guest::fresh(&module.pre, call)).await?, None),
    };
    let result = guest.run(call, &function.name, arguments).await;
    let is_sound = matches!(result, Ok(_) | Err(CallFailure::Error(_)));
    if guest.calls < module.reuse && is_sound {
        keep_idle(&module, guest);
    }
    result
}

fn take_idle(module: &Module) -> Option<Guest> {
    if module.reuse <= 1 {
        return None;
    }
    module.idle.lock().pop()
}

fn keep_idle(module: &Module, guest: Guest) {
    module.idle.lock().push(guest);
}
