//! The collector that spans are sent to, up or down.

use std::{error::Error, sync::Arc};

use http::header::CONTENT_TYPE;
use prost::Message as _;

use super::{
    otlp::{Message, Partial, Taken},
    queue::{Batch, Queue},
    settings::Address,
};
use crate::{
    base::{
        limits,
        off_limits::{self, OffLimits},
    },
    observe::metrics::Spans,
};

/// A collector, as the thread sees it that sends to it. Counts what is taken, and says once when it is down and once when
/// it is back.
pub(super) struct Collector {
    address: Address,
    message: Message,
    counts: Arc<Spans>,
}

impl Collector {
    pub(super) fn new(address: Address, message: Message, counts: Arc<Spans>) -> Self {
        Self {
            address,
            message,
            counts,
        }
    }

    /// Sends what comes, until no more does.
    pub(super) fn take_from(&self, queue: &Queue, is_down: &mut bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let client = match &runtime {
            // Reads the certificates of the system, which blocks.
            Ok(_) => client(),
            Err(error) => Err(error.to_string()),
        };
        while let Some(batch) = queue.take() {
            // A panic loses it.
            let in_hand = InHand(&self.counts, batch.count as u64);
            let sent = match (&runtime, &client) {
                (Ok(runtime), Ok(client)) => runtime.block_on(self.send(client, &batch)),
                (_, client) => Err(client.as_ref().err().cloned().unwrap_or_default()),
            };
            std::mem::forget(in_hand);
            self.tell(batch.count as u64, sent, is_down);
        }
    }

    /// How many of the spans it did not want.
    async fn send(&self, client: &reqwest::Client, batch: &Batch) -> Result<Option<Partial>, String> {
        if off_limits::has_url(&self.address.url) {
            return Err(OffLimits.to_string());
        }
        let mut request = client
            .post(self.address.url.clone())
            .header(CONTENT_TYPE, "application/x-protobuf");
        for (name, value) in &self.address.headers {
            request = request.header(name, value.reveal());
        }
        let sent = request.body(self.message.around(&batch.spans)).send().await;
        let mut answer = sent.map_err(reason)?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(reason)? {
            body.extend_from_slice(&piece);
            if body.len() > limits::SPANS_ANSWER {
                return Ok(None);
            }
        }
        Ok(partial(&body))
    }

    pub(super) fn tell(&self, count: u64, sent: Result<Option<Partial>, String>, is_down: &mut bool) {
        let collector = self.address.show();
        match sent {
            Ok(partial) => {
                if std::mem::take(is_down) {
                    tracing::info!(target: "traces", collector, "the collector takes spans again");
                }
                let partial = partial.filter(|partial| partial.rejected > 0);
                let rejected = partial.as_ref().map_or(0, |partial| count.min(partial.rejected as u64));
                self.counts.exported.add(count - rejected);
                self.counts.unsent.add(rejected);
                if let Some(partial) = partial {
                    let why: String = partial.message.chars().take(limits::SPAN_NAME).collect();
                    tracing::debug!(target: "traces", collector, rejected, "the collector does not take all spans: {why}");
                }
            }
            Err(why) => {
                self.counts.unsent.add(count);
                if !std::mem::replace(is_down, true) {
                    tracing::warn!(target: "traces", collector, "the collector does not take spans, which are dropped: {why}");
                }
            }
        }
    }
}

/// Spans that are lost when this is dropped.
struct InHand<'a>(&'a Spans, u64);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.unsent.add(self.1);
    }
}

/// What the body of an answer says that was not taken. Collectors that answer with something else have taken the spans, too.
pub(super) fn partial(answer: &[u8]) -> Option<Partial> {
    Taken::decode(answer).ok().and_then(|taken| taken.partial)
}

fn client() -> Result<reqwest::Client, String> {
    // Fails when the process has chosen one before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("tusk-host/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits::SPANS_EXPORT)
        .timeout(limits::SPANS_EXPORT)
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))
}

/// Without the URL, which is said beside it.
fn reason(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {:?}", limits::SPANS_EXPORT);
    }
    let mut reason: &dyn Error = &error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    reason.to_string()
}
