//! The exporters of the process.

use std::{
    sync::{Arc, Weak},
    time::Instant,
};

use super::{exporter::Exporter, senders::Senders, service::Service, settings::Settings, tracer::Tracer};
use crate::{base::limits, observe::metrics::Spans};
use parking_lot::{Mutex, MutexGuard};

/// The exporters of the process: one for each collector and service, for as long as a version that names it lives.
pub struct Exporters {
    known: Mutex<Vec<Weak<Exporter>>>,
    instance: Arc<str>,
    counts: Arc<Spans>,
    senders: Senders,
}

impl Exporters {
    pub fn new(counts: &Arc<Spans>) -> Self {
        Self {
            known: Mutex::default(),
            instance: format!("{:032x}", fastrand::u128(..)).into(),
            counts: counts.clone(),
            senders: Senders::default(),
        }
    }

    /// For one `App`. Starts nothing: the first span does.
    pub fn tracer(&self, settings: Settings, service: Service) -> Tracer {
        let Some(address) = settings.address else {
            return Tracer::default();
        };
        let mut known = self.known();
        known.retain(|one| one.strong_count() > 0);
        let same = |one: &Arc<Exporter>| one.address == address && one.service == service;
        let exporter = known.iter().filter_map(Weak::upgrade).find(same).unwrap_or_else(|| {
            let exporter = Arc::new(Exporter::new(
                address.clone(),
                service.clone(),
                self.instance.clone(),
                self.counts.clone(),
                self.senders.clone(),
            ));
            known.push(Arc::downgrade(&exporter));
            exporter
        });
        Tracer::new(exporter, settings.share)
    }

    /// Sends what waits, for [`limits::SPANS_FLUSH`] at most, however many collectors there are. Blocks.
    pub fn stop(&self) {
        let end = Instant::now() + limits::SPANS_FLUSH;
        for exporter in self.known().iter().filter_map(Weak::upgrade) {
            exporter.stop(end);
        }
        self.senders.wait(end);
    }

    fn known(&self) -> MutexGuard<'_, Vec<Weak<Exporter>>> {
        self.known.lock()
    }
}
