use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use opentelemetry_otlp::{Protocol, SpanExporter as Otlp, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};

use super::settings::Address;
use crate::{limits, metrics::Spans};

/// The collector, as the exporting thread sees it. Counts what it takes, and says once when it is down and once when it
/// is back.
#[derive(Debug)]
pub(super) struct Collector {
    address: Arc<Address>,
    resource: Resource,
    /// Made by the thread that uses it: it reads the system's certificates, and blocks.
    exporter: OnceLock<Result<Otlp, String>>,
    waiting: Arc<AtomicUsize>,
    counts: Arc<Spans>,
    is_down: AtomicBool,
}

impl Collector {
    pub(super) fn new(
        address: Arc<Address>,
        resource: Resource,
        waiting: Arc<AtomicUsize>,
        counts: Arc<Spans>,
    ) -> Self {
        Self {
            address,
            resource,
            exporter: OnceLock::new(),
            waiting,
            counts,
            is_down: AtomicBool::new(false),
        }
    }

    async fn send(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        match self.exporter.get_or_init(|| build(&self.address, &self.resource)) {
            Ok(exporter) => exporter.export(batch).await,
            Err(why) => Err(OTelSdkError::InternalFailure(why.clone())),
        }
    }

    fn tell(&self, result: &OTelSdkResult, count: u64) {
        let collector = self.address.show();
        match result {
            Ok(()) => {
                self.counts.exported.add(count);
                if self.is_down.swap(false, Relaxed) {
                    tracing::info!(target: "traces", collector, "the collector takes spans again");
                }
            }
            Err(error) => {
                self.counts.unsent.add(count);
                if !self.is_down.swap(true, Relaxed) {
                    let why = match error {
                        OTelSdkError::InternalFailure(why) => why.clone(),
                        other => other.to_string(),
                    };
                    tracing::warn!(target: "traces", collector, "the collector does not take spans, which are dropped: {why}");
                }
            }
        }
    }
}

impl SpanExporter for Collector {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        self.waiting.fetch_sub(count, Relaxed);
        let result = self.send(batch).await;
        self.tell(&result, count as u64);
        result
    }
}

fn build(address: &Address, resource: &Resource) -> Result<Otlp, String> {
    // Fails when the process has chosen one before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::blocking::Client::builder()
        .user_agent(concat!("tusk-host/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits::SPANS_EXPORT)
        .timeout(limits::SPANS_EXPORT)
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))?;
    let headers = address.headers.iter();
    let headers: HashMap<_, _> = headers
        .map(|(name, value)| (name.clone(), value.reveal().to_owned()))
        .collect();
    let mut exporter = Otlp::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(address.url.as_str())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(limits::SPANS_EXPORT)
        .with_headers(headers)
        .build()
        .map_err(|error| error.to_string())?;
    exporter.set_resource(resource);
    Ok(exporter)
}
