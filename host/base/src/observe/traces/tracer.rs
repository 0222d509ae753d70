//! Which traces are recorded.

use std::sync::Arc;

use super::{sampler::Sampler, settings::TracingSettings, trace::Trace};
use crate::observe::{
    otlp::{CollectorAddress, Exporter, Exporters, OtherSignals, Recorder, Resource},
    trace_context::TraceContext,
};

/// Which traces one version of a service records. None, without an endpoint.
#[derive(Clone, Default)]
pub struct Tracer {
    pub(super) exporter: Option<Arc<Exporter>>,
    sampler: Sampler,
}

impl Tracer {
    /// For one `App`, with what it tells beside traces.
    pub fn of(exporters: &Exporters, settings: &TracingSettings, service: &Resource) -> (Self, OtherSignals) {
        let service = Resource {
            name: settings.name.clone().unwrap_or_else(|| service.name.clone()),
            version: service.version.clone(),
        };
        let exporter =
            |address: &Option<CollectorAddress>| address.as_ref().map(|address| exporters.exporter(address, &service));
        let tracer = Self {
            exporter: exporter(&settings.address),
            sampler: settings.sampler,
        };
        let beside = OtherSignals {
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
