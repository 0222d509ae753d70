use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanProcessor},
};

use super::{Service, collector::Collector, exporters::Flushes, settings::Address};
use crate::{limits, metrics::Spans};

/// Sends spans to one collector, as one service, from a thread of its own. The last one who holds it lets it flush.
#[derive(Debug)]
pub(super) struct Exporter {
    pub(super) address: Arc<Address>,
    pub(super) service: Service,
    /// The process, as resources name it.
    instance: Arc<str>,
    /// Spans that the thread has not taken yet.
    waiting: Arc<AtomicUsize>,
    counts: Arc<Spans>,
    flushes: Flushes,
    /// Made with the first span: a file that is only looked at starts no thread.
    processor: OnceLock<BatchSpanProcessor>,
}

impl Exporter {
    pub(super) fn new(
        address: Address,
        service: Service,
        instance: Arc<str>,
        counts: Arc<Spans>,
        flushes: Flushes,
    ) -> Self {
        Self {
            address: Arc::new(address),
            service,
            instance,
            waiting: Arc::default(),
            counts,
            flushes,
            processor: OnceLock::new(),
        }
    }

    /// Takes a span that has ended, unless too many wait already. Never blocks.
    pub(super) fn record(&self, span: SpanData) {
        // The processor's own queue is as long, so it drops nothing that is not counted here.
        if self.waiting.fetch_add(1, Relaxed) >= limits::SPANS_WAITING {
            self.waiting.fetch_sub(1, Relaxed);
            self.counts.overflowed.add(1);
            return;
        }
        self.processor.get_or_init(|| self.start()).on_end(span);
    }

    /// Sends what waits, for as long as `time`, and ends: what comes after is lost.
    pub(super) fn stop(&self, time: Duration) {
        if let Some(processor) = self.processor.get() {
            stop(processor, time);
        }
    }

    fn start(&self) -> BatchSpanProcessor {
        let resource = Resource::builder()
            .with_service_name(self.service.name.clone())
            .with_attributes([
                KeyValue::new("service.version", self.service.version.clone()),
                KeyValue::new("service.instance.id", self.instance.clone()),
            ])
            .build();
        let collector = Collector::new(
            self.address.clone(),
            resource,
            self.waiting.clone(),
            self.counts.clone(),
        );
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(limits::SPANS_WAITING)
            .with_max_export_batch_size(limits::SPANS_BATCH)
            .with_scheduled_delay(limits::SPANS_EVERY)
            .build();
        BatchSpanProcessor::builder(collector).with_batch_config(config).build()
    }
}

/// Whoever drops it may be a request: the flush is a thread of its own.
impl Drop for Exporter {
    fn drop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.flushes.start(move || stop(&processor, limits::SPANS_FLUSH));
        }
    }
}

fn stop(processor: &BatchSpanProcessor, time: Duration) {
    // What could not be sent is counted where it was tried; what is cut short here ends with the process.
    let _ = processor.shutdown_with_timeout(time);
}
