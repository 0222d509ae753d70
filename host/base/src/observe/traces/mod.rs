//! Distributed traces: what a service does as spans, sent to a collector by `otlp`.
//!
//! A `Tracer` (App) decides where a trace begins or goes on whether it is recorded, and `Trace` (call) carries that along
//! with the ids of `trace_context`: whoever has a `Trace` can open a `Span`. A span is written as it will be sent
//! (`encoding`), and goes to its `Exporter` when it ends. Where nothing is recorded, a span is nothing: one branch, and no
//! allocation.

mod encoding;
mod sampler;
mod settings;
mod span;
mod trace;
mod tracer;

#[cfg(test)]
mod tests;

pub use self::{
    encoding::SpanKind,
    settings::TracingSettings,
    span::{OTHER_METHOD, Recording, Span, method},
    trace::Trace,
    tracer::Tracer,
};
