//! Distributed traces: what a service does as spans, sent to a collector by OTLP.
//!
//! A `Tracer` (App) decides where a trace begins or goes on whether it is recorded, and `Trace` (call) carries that along
//! with the ids of `trace_context`: whoever has a `Trace` can open a `Span`. A span is written as it will be sent (`otlp`)
//! and goes to its `Exporter` when it ends, which keeps it in a `Queue` for the thread that sends to the `Collector`.
//! `Exporters` (process) keeps one for each place that spans go to, over swaps. Where nothing is recorded, a span is
//! nothing: one branch, and no allocation.

mod collector;
mod exporter;
mod exporters;
mod otlp;
mod queue;
mod senders;
mod service;
mod settings;
mod span;
mod trace;
mod tracer;
mod wire;

#[cfg(test)]
mod tests;

pub use self::{
    exporters::Exporters,
    otlp::Kind,
    service::Service,
    settings::Settings,
    span::{OTHER_METHOD, Recording, Span, method},
    trace::Trace,
    tracer::Tracer,
};
