//! Spans in the form of OTLP 1 (`opentelemetry/proto/trace/v1/trace.proto`), written once, as they will be sent.

use crate::observe::{
    otlp::wire::{self, AttributeValue, key_value},
    trace_context::TraceContext,
};

/// What a span is to its neighbours in the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Something within this service, such as a call of a fujsen.
    Internal = 1,
    /// A request that this service answers.
    Server = 2,
    /// A request of this service to another one, or to a database, which is waited for.
    Client = 3,
    /// An event that this service publishes.
    Producer = 4,
    /// An event that this service handles.
    Consumer = 5,
}

/// `SpanFlags`, beside those of the trace: whether the parent is another process's is known, and is so.
const KNOWS_PARENT: u32 = 1 << 8;
const FOREIGN_PARENT: u32 = 1 << 9;
/// `Status.StatusCode`.
const ERROR: u64 = 2;

/// The fields of a `Span` that its start settles. Times are nanoseconds since the Unix epoch.
pub(super) fn start(to: &mut Vec<u8>, context: &TraceContext, kind: SpanKind, time: u64) {
    wire::bytes(to, 1, &context.trace_id().to_be_bytes());
    wire::bytes(to, 2, &context.span_id().to_be_bytes());
    if let Some(state) = context.state() {
        wire::bytes(to, 3, state.as_bytes());
    }
    let mut flags = u32::from(context.flags()) | KNOWS_PARENT;
    if let Some(parent) = context.parent() {
        wire::bytes(to, 4, &parent.span.to_be_bytes());
        flags |= if parent.is_foreign { FOREIGN_PARENT } else { 0 };
    }
    wire::integer(to, 6, kind as u64);
    wire::fixed64(to, 7, time);
    wire::fixed32(to, 16, flags);
}

pub(super) fn attribute(to: &mut Vec<u8>, key: &str, value: AttributeValue<'_>) {
    key_value(to, 9, key, value);
}

/// Those that its end settles. `failure` is why it failed.
pub(super) fn end(to: &mut Vec<u8>, name: &str, time: u64, dropped: u32, failure: Option<&str>) {
    wire::bytes(to, 5, name.as_bytes());
    wire::fixed64(to, 8, time);
    if dropped > 0 {
        wire::integer(to, 10, dropped.into());
    }
    if let Some(message) = failure {
        wire::head(
            to,
            15,
            wire::length_of_bytes(message.len()) + wire::length_of_integer(ERROR),
        );
        wire::bytes(to, 2, message.as_bytes());
        wire::integer(to, 3, ERROR);
    }
}
