//! An OTLP collector that remembers what it was sent.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest,
        metrics::v1::ExportMetricsServiceRequest,
        trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    },
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{NumberDataPoint, metric::Data, number_data_point},
    trace::v1::{Span as Sent, SpanFlags, span::SpanKind, status::StatusCode as Outcome},
};
use prost::Message;
use reqwest::header::HeaderMap;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::eventually;

/// A collector of OpenTelemetry on a socket of its own, which decodes what it is sent.
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    held: Arc<Held>,
    serving: JoinHandle<()>,
}

/// What it does with a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    Takes,
    Refuses,
    Hangs,
}

struct Held {
    answer: watch::Sender<Answer>,
    messages: Mutex<Vec<Received>>,
    /// By name, the sum of the values that came last.
    metrics: Mutex<BTreeMap<String, f64>>,
    /// Trace and body.
    lines: Mutex<Vec<(String, String)>>,
}

struct Received {
    headers: HeaderMap,
    bytes: Bytes,
}

/// A span as it was sent, with the resource around it.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) resource: BTreeMap<String, String>,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty at the root.
    pub(crate) parent: String,
    /// The parent is another process's.
    pub(crate) is_remote: bool,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Of its failure; empty without one.
    pub(crate) failure: String,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Span {
    pub(crate) fn get(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}

impl Collector {
    pub(crate) async fn start() -> Self {
        Self::start_at(0, Answer::Takes).await
    }

    /// On a port that is free, 0 being any.
    pub(crate) async fn start_at(port: u16, answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let held = Arc::new(Held {
            answer: watch::Sender::new(answer),
            messages: Mutex::default(),
            metrics: Mutex::default(),
            lines: Mutex::default(),
        });
        let router = Router::new()
            .route("/v1/traces", post(take))
            .route("/v1/metrics", post(take_metrics))
            .route("/v1/logs", post(take_logs))
            .with_state(held.clone());
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, held, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn answer(&self, answer: Answer) {
        self.held.answer.send_replace(answer);
    }

    /// All that it has taken.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let messages = self.held.messages.lock().expect("no task panicked");
        messages.iter().flat_map(|message| decode(&message.bytes)).collect()
    }

    /// Whether a text stands in anything that it was sent, headers aside.
    pub(crate) fn has_seen(&self, text: &str) -> bool {
        let messages = self.held.messages.lock().expect("no task panicked");
        let contains = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        messages.iter().any(|message| contains(&message.bytes))
    }

    /// A header of the first message.
    pub(crate) fn header(&self, name: &str) -> String {
        let messages = self.held.messages.lock().expect("no task panicked");
        let value = messages.first().and_then(|message| message.headers.get(name));
        value.and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
    }

    /// A metric as it came last: the sum of its values, or how many a histogram has.
    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        self.held.metrics.lock().expect("no task panicked").get(name).copied()
    }

    /// The lines of the log that came, each with the trace that it names.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        self.held.lines.lock().expect("no task panicked").clone()
    }

    /// Waits for the first span of a name.
    pub(crate) async fn span(&self, name: &str) -> Span {
        eventually(&format!("the span `{name}`"), || async {
            self.spans().into_iter().find(|span| span.name == name)
        })
        .await
    }

    /// Waits until the trace of this root has so many spans.
    pub(crate) async fn trace(&self, root: &str, count: usize) -> Vec<Span> {
        let id = self.span(root).await.trace;
        eventually(&format!("{count} spans of `{root}`"), || async {
            let mut spans = self.spans();
            spans.retain(|span| span.trace == id);
            spans.sort_by_key(|span| span.start);
            (spans.len() >= count).then_some(spans)
        })
        .await
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The tree of a trace, a line for each span: whose it is, its kind and its name. Children in the order of their start.
pub(crate) fn tree(spans: &[Span]) -> String {
    let mut text = String::new();
    let is_root = |span: &&Span| !spans.iter().any(|other| other.id == span.parent);
    for root in spans.iter().filter(is_root) {
        write_tree(spans, root, 0, &mut text);
    }
    text
}

fn write_tree(spans: &[Span], span: &Span, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let service = &span.resource["service.name"];
    let failure = if span.failure.is_empty() { "" } else { " !" };
    let _ = writeln!(
        text,
        "{indent}{service} {} {}{failure}{}",
        span.kind, span.name, span.failure
    );
    for child in spans.iter().filter(|other| other.parent == span.id) {
        write_tree(spans, child, depth + 1, text);
    }
}

async fn take(State(held): State<Arc<Held>>, headers: HeaderMap, bytes: Bytes) -> (StatusCode, Vec<u8>) {
    let mut answer = held.answer.subscribe();
    let _ = answer.wait_for(|answer| *answer != Answer::Hangs).await;
    if *answer.borrow() == Answer::Refuses {
        return (StatusCode::BAD_REQUEST, Vec::new());
    }
    let _ = decode(&bytes);
    held.messages
        .lock()
        .expect("no task panicked")
        .push(Received { headers, bytes });
    (StatusCode::OK, ExportTraceServiceResponse::default().encode_to_vec())
}

async fn take_metrics(State(held): State<Arc<Held>>, bytes: Bytes) -> Vec<u8> {
    let request = ExportMetricsServiceRequest::decode(bytes).expect("a message of OTLP");
    let resources = request.resource_metrics.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_metrics);
    let mut metrics = held.metrics.lock().expect("no task panicked");
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let numbers = |points: Vec<NumberDataPoint>| points.iter().map(number).sum();
        let value = match metric.data.expect("a metric has data") {
            Data::Sum(sum) => numbers(sum.data_points),
            Data::Gauge(gauge) => numbers(gauge.data_points),
            Data::Histogram(histogram) => histogram.data_points.iter().map(|point| point.count as f64).sum(),
            other => panic!("{other:?}"),
        };
        metrics.insert(metric.name, value);
    }
    Vec::new()
}

fn number(point: &NumberDataPoint) -> f64 {
    match point.value {
        Some(number_data_point::Value::AsInt(number)) => number as f64,
        Some(number_data_point::Value::AsDouble(number)) => number,
        None => panic!("{point:?}"),
    }
}

async fn take_logs(State(held): State<Arc<Held>>, bytes: Bytes) -> Vec<u8> {
    let request = ExportLogsServiceRequest::decode(bytes).expect("a message of OTLP");
    let resources = request.resource_logs.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_logs);
    let records = scopes.flat_map(|scope| scope.log_records);
    let lines = records.map(|record| (hex(&record.trace_id), record.body.map_or_else(String::new, text)));
    held.lines.lock().expect("no task panicked").extend(lines);
    Vec::new()
}

fn decode(bytes: &Bytes) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(bytes.clone()).expect("a message of OTLP");
    let mut spans = Vec::new();
    for resource in request.resource_spans {
        let about = attributes(
            resource
                .resource
                .map(|resource| resource.attributes)
                .unwrap_or_default(),
        );
        for scope in resource.scope_spans {
            assert_eq!(scope.scope.map(|scope| scope.name).as_deref(), Some("tusk-host"));
            spans.extend(scope.spans.into_iter().map(|sent| span(&about, sent)));
        }
    }
    spans
}

fn span(resource: &BTreeMap<String, String>, sent: Sent) -> Span {
    let kind = sent.kind().as_str_name();
    assert_ne!(sent.kind(), SpanKind::Unspecified);
    let status = sent.status.unwrap_or_default();
    let failed = status.code() == Outcome::Error;
    assert_eq!(failed, !status.message.is_empty(), "{}: {status:?}", sent.name);
    Span {
        resource: resource.clone(),
        trace: hex(&sent.trace_id),
        id: hex(&sent.span_id),
        parent: hex(&sent.parent_span_id),
        is_remote: sent.flags & SpanFlags::ContextIsRemoteMask as u32 != 0,
        kind: kind.trim_start_matches("SPAN_KIND_"),
        name: sent.name,
        attributes: attributes(sent.attributes),
        failure: status.message,
        start: sent.start_time_unix_nano,
        end: sent.end_time_unix_nano,
    }
}

fn attributes(all: Vec<KeyValue>) -> BTreeMap<String, String> {
    let pair = |one: KeyValue| (one.key, one.value.map_or_else(String::new, text));
    all.into_iter().map(pair).collect()
}

fn text(value: AnyValue) -> String {
    match value.value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
