//! The collector that parts are sent to, up or down.

use std::{error::Error, io::Write, sync::Arc, time::Instant};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokio::{runtime::Runtime, time::timeout};

use super::{
    address::{CollectorAddress, OtlpProtocol},
    answer::{self, Again, ExportFailure, Partial},
    message::Message,
    queue::{ExportBatch, ExportQueue},
};
use crate::{
    base::{
        backoff::jittered,
        limits,
        off_limits::{self, OffLimits},
    },
    observe::metrics::Exports,
};

/// A collector, as the thread sees it that sends to it. Counts what is taken, and says once when it is down and once when
/// it is back.
pub(super) struct Collector {
    address: CollectorAddress,
    message: Message,
    counts: Arc<Exports>,
}

impl Collector {
    pub(super) fn new(address: CollectorAddress, message: Message, counts: Arc<Exports>) -> Self {
        Self {
            address,
            message,
            counts,
        }
    }

    /// Sends what comes, until no more does.
    pub(super) fn take_from(&self, queue: &ExportQueue, is_down: &mut bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let client = match &runtime {
            // Reads the certificates of the system, which blocks.
            Ok(_) => client(self.address.protocol),
            Err(error) => Err(error.to_string()),
        };
        while let Some(batch) = queue.take() {
            // A panic loses it.
            let in_hand = InHand(&self.counts, batch.count as u64);
            let sent = match (&runtime, &client) {
                (Ok(runtime), Ok(client)) => self.deliver(runtime, client, &batch, queue),
                (_, client) => Err(client.as_ref().err().cloned().unwrap_or_default()),
            };
            std::mem::forget(in_hand);
            self.tell(batch.count as u64, sent, is_down);
        }
    }

    /// Sends a message, and again while the collector is busy or away, until its time is over. A wait that the collector
    /// asks for does not count. Once no more comes, there is one attempt left.
    fn deliver(
        &self,
        runtime: &Runtime,
        client: &reqwest::Client,
        batch: &ExportBatch,
        queue: &ExportQueue,
    ) -> Result<Option<Partial>, String> {
        let body = self.body(&batch.parts)?;
        let mut end = Instant::now() + self.address.timeout;
        let (mut pauses, mut asked) = (limits::SPANS_AGAIN.pauses(), 0);
        let mut is_last = false;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let tried = runtime.block_on(async { timeout(left, self.attempt(client, &body)).await });
            let failure = match tried {
                Ok(Ok(partial)) => return Ok(partial),
                Ok(Err(failure)) => failure,
                Err(_) => return Err(format!("no answer within {:?}", self.address.timeout)),
            };
            let pause = match failure.again {
                Again::Later => jittered(pauses.after_another()),
                Again::After(pause) if asked < limits::SPANS_ASKED => {
                    asked += 1;
                    let pause = pause.min(limits::SPANS_WAIT);
                    end = end.max(Instant::now() + pause + self.address.timeout);
                    pause
                }
                Again::After(_) | Again::Never => return Err(failure.why),
            };
            if is_last || Instant::now() + pause >= end {
                return Err(failure.why);
            }
            is_last = !queue.pause(pause);
        }
    }

    async fn attempt(&self, client: &reqwest::Client, body: &Bytes) -> Result<Option<Partial>, ExportFailure> {
        if off_limits::has_url(&self.address.url) {
            return Err(ExportFailure::never(OffLimits.to_string()));
        }
        let mut request = client.post(self.address.url.clone());
        request = match self.address.protocol {
            OtlpProtocol::Http => request.header(CONTENT_TYPE, "application/x-protobuf"),
            OtlpProtocol::Grpc => request
                .header(CONTENT_TYPE, "application/grpc")
                .header("te", "trailers"),
        };
        if self.address.gzip {
            request = match self.address.protocol {
                OtlpProtocol::Http => request.header(CONTENT_ENCODING, "gzip"),
                OtlpProtocol::Grpc => request.header("grpc-encoding", "gzip"),
            };
        }
        for (name, value) in &self.address.headers {
            request = request.header(name, value.reveal());
        }
        let sent = request.body(body.clone()).send().await;
        let answer = sent.map_err(|error| ExportFailure::later(reason(&error)))?;
        answer::read(answer.into(), self.address.protocol).await
    }

    /// The message around parts, as the protocol has it.
    fn body(&self, parts: &[u8]) -> Result<Bytes, String> {
        let message = self.message.around(parts);
        let message = if self.address.gzip { zipped(&message)? } else { message };
        if self.address.protocol == OtlpProtocol::Http {
            return Ok(message.into());
        }
        let length = u32::try_from(message.len()).map_err(|_| "the message is too long".to_owned())?;
        let mut framed = Vec::with_capacity(5 + message.len());
        framed.push(self.address.gzip.into());
        framed.extend_from_slice(&length.to_be_bytes());
        framed.extend_from_slice(&message);
        Ok(framed.into())
    }

    pub(super) fn tell(&self, count: u64, sent: Result<Option<Partial>, String>, is_down: &mut bool) {
        let (collector, parts) = (self.address.show(), self.address.signal.parts());
        match sent {
            Ok(partial) => {
                if std::mem::take(is_down) {
                    tracing::info!(target: "otlp", collector, "the collector takes {parts} again");
                }
                let partial = partial.filter(|partial| partial.rejected > 0);
                let rejected = partial.as_ref().map_or(0, |partial| count.min(partial.rejected as u64));
                self.counts.exported.add(count - rejected);
                self.counts.unsent.add(rejected);
                if let Some(partial) = partial {
                    let why: String = partial.message.chars().take(limits::SPAN_NAME).collect();
                    tracing::debug!(target: "otlp", collector, rejected, "the collector does not take all {parts}: {why}");
                }
            }
            Err(why) => {
                self.counts.unsent.add(count);
                if !std::mem::replace(is_down, true) {
                    tracing::warn!(target: "otlp", collector, "the collector does not take {parts}, which are dropped: {why}");
                }
            }
        }
    }
}

/// Parts that are lost when this is dropped.
struct InHand<'a>(&'a Exports, u64);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.unsent.add(self.1);
    }
}

fn zipped(message: &[u8]) -> Result<Vec<u8>, String> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    let zipped = zip.write_all(message).and_then(|()| zip.finish());
    zipped.map_err(|error| error.to_string())
}

fn client(protocol: OtlpProtocol) -> Result<reqwest::Client, String> {
    // Fails when the process has chosen one before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("tusk-host/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits::SPANS_CONNECT);
    if protocol == OtlpProtocol::Grpc {
        builder = builder.http2_prior_knowledge();
    }
    builder.build().map_err(|error| format!("no HTTP client: {error}"))
}

/// Without the URL, which is said beside it.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no connection within {:?}", limits::SPANS_CONNECT);
    }
    let mut reason: &dyn Error = error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    reason.to_string()
}
