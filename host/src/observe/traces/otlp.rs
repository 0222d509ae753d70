//! Spans in the form of OTLP 1 (`opentelemetry/proto/trace/v1/trace.proto`), written once, as they will be sent.
//!
//! The SDK of OpenTelemetry keeps a span as values, hands it to a thread by a channel, and turns the values into messages
//! and these into bytes: where everything is recorded that took a tenth of the machine.

use std::sync::Arc;

use super::{service::Service, wire};
use crate::observe::trace_context::TraceContext;

/// What a span is to its neighbours in the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// The value of an attribute.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Text(&'a str),
    Integer(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Arc<str>> for Value<'a> {
    fn from(text: &'a Arc<str>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// `SpanFlags`, beside those of the trace: whether the parent is another process's is known, and is so.
const KNOWS_PARENT: u32 = 1 << 8;
const FOREIGN_PARENT: u32 = 1 << 9;
/// `Status.StatusCode`.
const ERROR: u64 = 2;

/// The fields of a `Span` that its start settles. Times are nanoseconds since the Unix epoch.
pub(super) fn start(to: &mut Vec<u8>, context: &TraceContext, kind: Kind, time: u64) {
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

pub(super) fn attribute(to: &mut Vec<u8>, key: &str, value: Value<'_>) {
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

/// A span among others, as [`Message`] takes them.
pub(super) fn span(to: &mut Vec<u8>, span: &[u8]) {
    wire::bytes(to, 2, span);
}

/// An `ExportTraceServiceRequest` around the spans of one service.
pub(super) struct Message {
    resource: Vec<u8>,
    scope: Vec<u8>,
}

impl Message {
    /// `instance` is the process, `more` what else is said of it.
    pub(super) fn new(service: &Service, instance: &str, more: &[(String, String)]) -> Self {
        let own = [
            ("service.name", &*service.name),
            ("service.version", &*service.version),
            ("service.instance.id", instance),
            ("telemetry.sdk.name", HOST),
            ("telemetry.sdk.version", VERSION),
            ("telemetry.sdk.language", "rust"),
        ];
        let mut resource = Vec::new();
        for (key, value) in own {
            key_value(&mut resource, 1, key, value.into());
        }
        for (key, value) in more.iter().filter(|(key, _)| own.iter().all(|(known, _)| known != key)) {
            key_value(&mut resource, 1, key, value.as_str().into());
        }
        let mut scope = Vec::new();
        wire::bytes(&mut scope, 1, HOST.as_bytes());
        wire::bytes(&mut scope, 2, VERSION.as_bytes());
        Self { resource, scope }
    }

    pub(super) fn around(&self, spans: &[u8]) -> Vec<u8> {
        let of_scope = wire::length_of_bytes(self.scope.len()) + spans.len();
        let of_resource = wire::length_of_bytes(self.resource.len()) + wire::length_of_bytes(of_scope);
        let mut message = Vec::with_capacity(wire::length_of_bytes(of_resource));
        wire::head(&mut message, 1, of_resource);
        wire::bytes(&mut message, 1, &self.resource);
        wire::head(&mut message, 2, of_scope);
        wire::bytes(&mut message, 1, &self.scope);
        message.extend_from_slice(spans);
        message
    }
}

const HOST: &str = "tusk-host";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A `KeyValue`.
fn key_value(to: &mut Vec<u8>, field: u32, key: &str, value: Value<'_>) {
    let length = match value {
        Value::Text(text) => wire::length_of_bytes(text.len()),
        Value::Integer(number) => wire::length_of_integer(number as u64),
    };
    wire::head(
        to,
        field,
        wire::length_of_bytes(key.len()) + wire::length_of_bytes(length),
    );
    wire::bytes(to, 1, key.as_bytes());
    wire::head(to, 2, length);
    match value {
        Value::Text(text) => wire::bytes(to, 1, text.as_bytes()),
        Value::Integer(number) => wire::integer(to, 3, number as u64),
    }
}

/// What a collector says of a message that it took: some of it, perhaps.
#[derive(prost::Message)]
pub(super) struct Taken {
    #[prost(message, optional, tag = "1")]
    pub(super) partial: Option<Partial>,
}

#[derive(prost::Message)]
pub(super) struct Partial {
    #[prost(int64, tag = "1")]
    pub(super) rejected: i64,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}
