//! Which traces are recorded.

use std::sync::Arc;

use super::{
    exporter::{Exporter, Recorder},
    trace::Trace,
};
use crate::observe::trace_context::TraceContext;

/// Which traces one version of a service records. None, without an endpoint.
#[derive(Clone, Default)]
pub struct Tracer {
    pub(super) exporter: Option<Arc<Exporter>>,
    /// Of the traces that start here, those are recorded whose id is below. 63 bits.
    below: u64,
}

/// One more than 63 bits hold: every id is below.
const ALL: f64 = (1u64 << 63) as f64;

impl Tracer {
    /// `share` is that of the traces that start here, from 0 to 1.
    pub(super) fn new(exporter: Arc<Exporter>, share: f64) -> Self {
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
