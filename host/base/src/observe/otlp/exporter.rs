//! Sends the parts of one signal to a collector.

use std::{
    sync::{Arc, Once},
    time::Instant,
};

use super::{
    address::CollectorAddress, collector::Collector, message::Message, queue::ExportQueue, senders::Senders,
    service::Resource,
};
use crate::{base::limits, observe::metrics::Exports};

/// Sends to one collector, as one service, from a thread of its own. The last one who holds it lets it send the rest.
pub struct Exporter {
    pub(in crate::observe) address: CollectorAddress,
    pub(super) service: Resource,
    /// The process, as resources name it.
    instance: Arc<str>,
    queue: Arc<ExportQueue>,
    counts: Arc<Exports>,
    senders: Senders,
    /// With the first part: a file that is only looked at starts no thread.
    started: Once,
}

impl Exporter {
    pub(super) fn new(
        address: CollectorAddress,
        service: Resource,
        instance: Arc<str>,
        counts: Arc<Exports>,
        senders: Senders,
    ) -> Self {
        Self {
            queue: Arc::new(ExportQueue::new(address.batches)),
            address,
            service,
            instance,
            counts,
            senders,
            started: Once::new(),
        }
    }

    /// Takes a part, unless too many wait already. Never waits.
    pub(in crate::observe) fn record(&self, part: &[u8]) {
        self.started.call_once(|| self.start());
        if !self.queue.add(part) {
            self.counts.overflowed.add(1);
        }
    }

    /// Sends what waits until `end`. What comes after is lost.
    pub(super) fn stop(&self, end: Instant) {
        self.queue.close(end);
    }

    fn start(&self) {
        let message = Message::new(&self.service, &self.instance, &self.address.resource);
        let (queue, counts) = (self.queue.clone(), self.counts.clone());
        let collector = Collector::new(self.address.clone(), message, counts.clone());
        let mut is_down = false;
        self.senders.start(move || {
            collector.take_from(&queue, &mut is_down);
            counts.unsent.add(queue.left() as u64);
        });
    }
}

/// An exporter, as one trace holds it. Every thread counts who holds the exporter itself, which a request is to do once
/// and not with each of its spans.
pub(in crate::observe) struct Recorder(Arc<Exporter>);

impl Recorder {
    pub(in crate::observe) fn new(exporter: &Arc<Exporter>) -> Arc<Self> {
        Arc::new(Self(exporter.clone()))
    }

    /// Takes a span that has ended, unless too many wait already.
    pub(in crate::observe) fn record(&self, span: &[u8]) {
        self.0.record(span);
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.stop(Instant::now() + limits::SPANS_FLUSH);
    }
}
