//! Sends spans to a collector.

use std::{
    sync::{Arc, Once},
    time::Instant,
};

use super::{collector::Collector, otlp::Message, queue::Queue, senders::Senders, service::Service, settings::Address};
use crate::{base::limits, observe::metrics::Spans};

/// Sends spans to one collector, as one service, from a thread of its own. The last one who holds it lets it send the
/// rest.
pub(super) struct Exporter {
    pub(super) address: Address,
    pub(super) service: Service,
    /// The process, as resources name it.
    instance: Arc<str>,
    queue: Arc<Queue>,
    counts: Arc<Spans>,
    senders: Senders,
    /// With the first span: a file that is only looked at starts no thread.
    started: Once,
}

impl Exporter {
    pub(super) fn new(
        address: Address,
        service: Service,
        instance: Arc<str>,
        counts: Arc<Spans>,
        senders: Senders,
    ) -> Self {
        Self {
            address,
            service,
            instance,
            queue: Arc::default(),
            counts,
            senders,
            started: Once::new(),
        }
    }

    fn record(&self, span: &[u8]) {
        self.started.call_once(|| self.start());
        if !self.queue.add(span) {
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
pub(super) struct Recorder(Arc<Exporter>);

impl Recorder {
    pub(super) fn new(exporter: &Arc<Exporter>) -> Arc<Self> {
        Arc::new(Self(exporter.clone()))
    }

    /// Takes a span that has ended, unless too many wait already.
    pub(super) fn record(&self, span: &[u8]) {
        self.0.record(span);
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.stop(Instant::now() + limits::SPANS_FLUSH);
    }
}
