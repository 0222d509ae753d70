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
mod settings;
mod span;
mod trace;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::exporter::{Exporter, Recorder};
pub use self::{
    exporters::Exporters,
    otlp::Kind,
    settings::Settings,
    span::{OTHER_METHOD, Recording, Span, method},
    trace::Trace,
};
use crate::observe::trace_context::TraceContext;

/// Who sends the spans, as resources name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: Arc<str>,
    pub version: Arc<str>,
}

/// Which traces one version of a service records. None, without an endpoint.
#[derive(Clone, Default)]
pub struct Tracer {
    exporter: Option<Arc<Exporter>>,
    /// Of the traces that start here, those are recorded whose id is below. 63 bits.
    below: u64,
}

/// One more than 63 bits hold: every id is below.
const ALL: f64 = (1u64 << 63) as f64;

impl Tracer {
    /// `share` is that of the traces that start here, from 0 to 1.
    fn new(exporter: Arc<Exporter>, share: f64) -> Self {
        Self {
            exporter: Some(exporter),
            below: (share * ALL) as u64,
        }
    }

    /// A trace that starts here.
    pub fn start(&self) -> Trace {
        let context = TraceContext::start();
        match &self.exporter {
            // By the id, as the specification has it, so that others who decide anew decide the same.
            Some(exporter) if (context.trace_id() as u64) >> 1 < self.below => {
                Trace::recorded(context.sampled(), Recorder::new(exporter))
            }
            _ => context.into(),
        }
    }

    /// The trace of a caller, one span further, recorded if the caller's is; without a caller, one that starts here.
    pub fn follow(&self, caller: Option<TraceContext>) -> Trace {
        let Some(caller) = caller else {
            return self.start();
        };
        match &self.exporter {
            Some(exporter) if caller.is_sampled() => Trace::recorded(caller.child(), Recorder::new(exporter)),
            _ => caller.child().into(),
        }
    }
}
