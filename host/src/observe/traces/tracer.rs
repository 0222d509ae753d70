//! Which traces are recorded.

use std::sync::Arc;

use super::{settings::Settings, trace::Trace};
use crate::observe::{
    otlp::{Address, Beside, Exporter, Exporters, Recorder, Service},
    trace_context::TraceContext,
};

/// Which traces one version of a service records. None, without an endpoint.
#[derive(Clone, Default)]
pub struct Tracer {
    pub(super) exporter: Option<Arc<Exporter>>,
    sampler: Sampler,
}

/// Which traces are recorded where there is somebody to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sampler {
    /// Of the traces that start here, those are recorded whose id is below. 63 bits.
    below: u64,
    /// Those of a caller are recorded if the caller's is; else as if they started here.
    follows: bool,
}

/// One more than 63 bits hold: every id is below.
const ALL: f64 = (1u64 << 63) as f64;

impl Sampler {
    /// `share` is that of the traces that start here, from 0 to 1.
    pub(super) fn new(share: f64, follows: bool) -> Self {
        Self {
            below: (share * ALL) as u64,
            follows,
        }
    }

    /// By the id, as the specification has it, so that others who decide anew decide the same.
    fn takes(self, context: &TraceContext) -> bool {
        (context.trace_id() as u64) >> 1 < self.below
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Self::new(1.0, true)
    }
}

impl Tracer {
    /// For one `App`, with what it tells beside traces.
    pub fn of(exporters: &Exporters, settings: &Settings, service: &Service) -> (Self, Beside) {
        let service = Service {
            name: settings.name.clone().unwrap_or_else(|| service.name.clone()),
            version: service.version.clone(),
        };
        let exporter =
            |address: &Option<Address>| address.as_ref().map(|address| exporters.exporter(address, &service));
        let tracer = Self {
            exporter: exporter(&settings.address),
            sampler: settings.sampler,
        };
        let beside = Beside {
            metrics: exporter(&settings.metrics).map(|exporter| (exporter, settings.every)),
            logs: exporter(&settings.logs),
        };
        (tracer, beside)
    }

    /// A trace that starts here.
    pub fn start(&self) -> Trace {
        let context = TraceContext::start();
        match &self.exporter {
            Some(exporter) if self.sampler.takes(&context) => {
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
        let Some(exporter) = &self.exporter else {
            return caller.child().into();
        };
        let is_recorded = match self.sampler.follows {
            true => caller.is_sampled(),
            false => self.sampler.takes(&caller),
        };
        match is_recorded {
            true => Trace::recorded(caller.child().sampled(), Recorder::new(exporter)),
            false => caller.child().unsampled().into(),
        }
    }
}
