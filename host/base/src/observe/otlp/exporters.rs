//! The exporters of the process.

use std::{
    sync::{Arc, Weak},
    time::Instant,
};

use parking_lot::Mutex;

use super::{address::CollectorAddress, exporter::Exporter, senders::Senders, service::Resource, signal::Signal};
use crate::{
    base::limits,
    observe::metrics::{Exports, Metrics},
};

/// The exporters of the process: one for each signal, collector and service, for as long as a version that names it lives.
pub struct Exporters {
    known: Mutex<Vec<Weak<Exporter>>>,
    instance: Arc<str>,
    counts: [Arc<Exports>; 3],
    senders: Senders,
}

impl Exporters {
    /// None as yet. `metrics` count what becomes of what they send. The id of the instance, under which collectors know
    /// the process, is drawn here.
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            known: Mutex::default(),
            instance: format!("{:032x}", fastrand::u128(..)).into(),
            counts: [&metrics.spans, &metrics.pushed, &metrics.lines].map(Arc::clone),
            senders: Senders::default(),
        }
    }

    /// For one `App`. Starts nothing: the first part does.
    pub(in crate::observe) fn exporter(&self, address: &CollectorAddress, service: &Resource) -> Arc<Exporter> {
        let mut known = self.known.lock();
        known.retain(|one| one.strong_count() > 0);
        let same = |one: &Arc<Exporter>| one.address == *address && one.service == *service;
        if let Some(exporter) = known.iter().filter_map(Weak::upgrade).find(same) {
            return exporter;
        }
        let [spans, pushed, lines] = &self.counts;
        let counts = match address.signal {
            Signal::Traces => spans,
            Signal::Metrics => pushed,
            Signal::Logs => lines,
        };
        let exporter = Arc::new(Exporter::new(
            address.clone(),
            service.clone(),
            self.instance.clone(),
            counts.clone(),
            self.senders.clone(),
        ));
        known.push(Arc::downgrade(&exporter));
        exporter
    }

    /// Sends what waits, for [`limits::SPANS_FLUSH`] at most, however many collectors there are. Blocks.
    pub fn stop(&self) {
        let end = Instant::now() + limits::SPANS_FLUSH;
        let known: Vec<_> = self.known.lock().iter().filter_map(Weak::upgrade).collect();
        for exporter in known {
            exporter.stop(end);
        }
        self.senders.wait(end);
    }
}
