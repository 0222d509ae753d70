//! Parts on their way to collectors, which are real servers and decode what comes by types of their own.
#![allow(clippy::unwrap_used)]

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use flate2::read::GzDecoder;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest,
        metrics::v1::ExportMetricsServiceRequest,
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::{metric::Data, number_data_point},
    trace::v1::Span,
};
use prost::Message as _;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing_subscriber::layer::SubscriberExt;

use super::{answer::partial, collector::Collector, message::Message, *};
use crate::{
    base::{fuzz, limits},
    observe::metrics::{Exports, Metrics, Now},
};

/// What a collector answers to each message, the last one to all further ones, and what came.
struct Held {
    answers: Vec<(u16, Option<&'static str>)>,
    messages: AtomicUsize,
    sender: Sender<(HeaderMap, Bytes)>,
}

async fn take(State(held): State<Arc<Held>>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let message = held.messages.fetch_add(1, Relaxed);
    let (status, wait) = held.answers[message.min(held.answers.len() - 1)];
    held.sender.send((headers, body)).await.unwrap();
    let mut headers = HeaderMap::new();
    if let Some(wait) = wait {
        headers.insert("retry-after", wait.parse().unwrap());
    }
    (StatusCode::from_u16(status).unwrap(), headers)
}

/// A collector over HTTP, and what it is sent.
async fn collector(answers: &[(u16, Option<&'static str>)]) -> (String, Receiver<(HeaderMap, Bytes)>) {
    let (sender, receiver) = channel(100);
    let held = Arc::new(Held {
        answers: answers.to_vec(),
        messages: AtomicUsize::new(0),
        sender,
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/{signal}", post(take)).with_state(held);
    tokio::spawn(axum::serve(listener, router).into_future());
    (url, receiver)
}

fn address(signal: Signal, url: &str, variables: &[(&str, &str)]) -> CollectorAddress {
    let variable = |name: &str| {
        let found = variables.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let url = CollectorAddress::parse(url).unwrap();
    CollectorAddress::of(signal, Some(url), Vec::new(), &Variables::new(&variable))
        .unwrap()
        .unwrap()
}

fn service() -> Resource {
    Resource {
        name: "shop".into(),
        version: "1".into(),
    }
}

const NOW: Now<'static> = Now {
    service: "shop",
    version: "1",
    gate: (1, 2),
};

fn span(name: &str) -> Vec<u8> {
    Span {
        name: name.to_owned(),
        ..Span::default()
    }
    .encode_to_vec()
}

fn names(request: ExportTraceServiceRequest) -> Vec<String> {
    let resources = request.resource_spans.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
}

/// Waits for a count that a thread makes.
async fn counted(what: &str, count: impl Fn() -> u64, expected: u64) {
    let end = Instant::now() + Duration::from_secs(60);
    while count() != expected {
        assert!(Instant::now() < end, "{what}: {} and not {expected}", count());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_busy_collector_is_asked_again_and_gets_the_same_message() {
    let answers = [(503, None), (429, Some("0")), (502, None), (200, None)];
    let (url, mut messages) = collector(&answers).await;
    let metrics = Metrics::default();
    let exporters = Exporters::new(&metrics);
    let exporter = exporters.exporter(&address(Signal::Traces, &url, &[]), &service());
    exporter.record(&span("a"));
    let mut bodies = Vec::new();
    for _ in answers {
        bodies.push(messages.recv().await.unwrap().1);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(
        names(ExportTraceServiceRequest::decode(bodies.remove(0)).unwrap()),
        ["a"]
    );
    counted("exported", || metrics.spans.exported.get(), 1).await;
    assert_eq!(metrics.spans.unsent.get(), 0);
}

#[tokio::test]
async fn a_collector_that_says_no_is_not_asked_again() {
    let (url, mut messages) = collector(&[(400, Some("0")), (200, None)]).await;
    let metrics = Metrics::default();
    let exporters = Exporters::new(&metrics);
    let exporter = exporters.exporter(&address(Signal::Traces, &url, &[]), &service());
    exporter.record(&span("a"));
    counted("unsent", || metrics.spans.unsent.get(), 1).await;
    exporter.record(&span("b"));
    counted("exported", || metrics.spans.exported.get(), 1).await;
    messages.recv().await.unwrap();
    let (_, body) = messages.recv().await.unwrap();
    assert_eq!(names(ExportTraceServiceRequest::decode(body).unwrap()), ["b"]);
}

#[tokio::test]
async fn the_time_of_a_message_ends_its_attempts() {
    let (url, _messages) = collector(&[(503, None)]).await;
    let metrics = Metrics::default();
    let exporters = Exporters::new(&metrics);
    let variables = [("OTEL_EXPORTER_OTLP_TIMEOUT", "300"), ("OTEL_BSP_SCHEDULE_DELAY", "10")];
    let exporter = exporters.exporter(&address(Signal::Traces, &url, &variables), &service());
    exporter.record(&span("a"));
    counted("unsent", || metrics.spans.unsent.get(), 1).await;
}

#[tokio::test]
async fn a_stop_waits_for_no_pause() {
    let (url, mut messages) = collector(&[(503, Some("3600"))]).await;
    let metrics = Metrics::default();
    let exporters = Arc::new(Exporters::new(&metrics));
    let exporter = exporters.exporter(&address(Signal::Traces, &url, &[]), &service());
    exporter.record(&span("a"));
    messages.recv().await.unwrap();
    let stopping = exporters.clone();
    tokio::task::spawn_blocking(move || stopping.stop()).await.unwrap();
    messages.recv().await.unwrap();
    counted("unsent", || metrics.spans.unsent.get(), 1).await;
}

#[tokio::test]
async fn messages_are_compressed_where_that_is_asked_for() {
    let (url, mut messages) = collector(&[(200, None)]).await;
    let metrics = Metrics::default();
    let exporters = Exporters::new(&metrics);
    let variables = [("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")];
    let exporter = exporters.exporter(&address(Signal::Traces, &url, &variables), &service());
    exporter.record(&span("a"));
    let (headers, body) = messages.recv().await.unwrap();
    assert_eq!(
        (&headers["content-encoding"], &headers["content-type"]),
        (&"gzip".parse().unwrap(), &"application/x-protobuf".parse().unwrap())
    );
    let mut plain = Vec::new();
    GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
    assert_eq!(names(ExportTraceServiceRequest::decode(&*plain).unwrap()), ["a"]);
}

/// A collector over gRPC, which is away at first.
struct Calls {
    count: AtomicUsize,
    sender: Sender<ExportTraceServiceRequest>,
}

#[tonic::async_trait]
impl TraceService for Calls {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        if self.count.fetch_add(1, Relaxed) == 0 {
            return Err(tonic::Status::unavailable("not yet"));
        }
        self.sender.send(request.into_inner()).await.unwrap();
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test]
async fn a_collector_is_reached_by_grpc() {
    let (sender, mut requests) = channel(1);
    let calls = Calls {
        count: AtomicUsize::new(0),
        sender,
    };
    let incoming = tonic::transport::server::TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", incoming.local_addr().unwrap());
    let server = tonic::transport::Server::builder().add_service(TraceServiceServer::new(calls));
    tokio::spawn(server.serve_with_incoming(incoming));
    let metrics = Metrics::default();
    let exporters = Exporters::new(&metrics);
    let variables = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    let exporter = exporters.exporter(&address(Signal::Traces, &url, &variables), &service());
    exporter.record(&span("a"));
    assert_eq!(names(requests.recv().await.unwrap()), ["a"]);
    counted("exported", || metrics.spans.exported.get(), 1).await;
    assert_eq!(metrics.spans.unsent.get(), 0, "UNAVAILABLE is asked again");
}

fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|one| one.key == key);
    match found.and_then(|one| one.value.clone()?.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{key}: {other:?}"),
    }
}

#[tokio::test]
async fn a_collector_reads_metrics_as_the_page_has_them() {
    let (url, mut messages) = collector(&[(200, None)]).await;
    let metrics = Arc::<Metrics>::default();
    let exporters = Exporters::new(&metrics);
    let exporter = exporters.exporter(&address(Signal::Metrics, &url, &[]), &service());
    let route = metrics.version("1").route("GET", &"/users".into());
    route.begin();
    route.end(&http::Method::GET, 200, Duration::from_millis(2));
    push(&metrics, NOW, &exporter);
    let (_, body) = messages.recv().await.unwrap();
    let request = ExportMetricsServiceRequest::decode(body).unwrap();
    let [resource] = &request.resource_metrics[..] else {
        panic!("one service")
    };
    let own = &resource.resource.as_ref().unwrap().attributes;
    assert_eq!(attribute(own, "service.name"), "shop");
    let all = &resource.scope_metrics[0].metrics;
    let find = |name: &str| {
        all.iter()
            .find(|one| one.name == name)
            .unwrap_or_else(|| panic!("no {name}"))
    };
    let requests = find("tusk_http_requests_total");
    assert_eq!(requests.description, "Requests answered, by route and status.");
    let Some(Data::Sum(sum)) = &requests.data else {
        panic!("{requests:?}")
    };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2, "{sum:?}");
    let point = &sum.data_points[0];
    assert_eq!(attribute(&point.attributes, "route"), "/users");
    assert_eq!(point.value, Some(number_data_point::Value::AsInt(1)));
    assert!(point.start_time_unix_nano > 1_700_000_000_000_000_000);
    assert!(point.time_unix_nano >= point.start_time_unix_nano);
    let took = find("tusk_http_request_duration_seconds");
    let Some(Data::Histogram(histogram)) = &took.data else {
        panic!("{took:?}")
    };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum, &*took.unit), (1, Some(0.002), "s"));
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    let at = point.explicit_bounds.iter().position(|bound| *bound == 0.0025).unwrap();
    assert_eq!(point.bucket_counts[at], 1);
    let Some(Data::Gauge(gate)) = &find("tusk_gate_waiting").data else {
        panic!("a gauge")
    };
    assert_eq!(gate.data_points[0].value, Some(number_data_point::Value::AsInt(2)));
    find("tusk_service_info");
    counted("exported", || metrics.pushed.exported.get(), all.len() as u64).await;
}

#[tokio::test]
async fn a_collector_reads_lines_of_the_log() {
    let (url, mut messages) = collector(&[(200, None)]).await;
    let metrics = Metrics::default();
    let exporters = Exporters::new(&metrics);
    let exporter = exporters.exporter(&address(Signal::Logs, &url, &[]), &service());
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let marker = format!("sold {}", fastrand::u64(..));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(OtlpLines), || {
        tracing::info!("to nobody");
        OtlpLines::go(Some(exporter.clone()));
        tracing::warn!(target: "users", trace_id, count = 7_u64, by = %"me", "{marker}");
        OtlpLines::go(None);
        tracing::info!("to nobody");
    });
    let (_, body) = messages.recv().await.unwrap();
    let request = ExportLogsServiceRequest::decode(body).unwrap();
    let records = &request.resource_logs[0].scope_logs[0].log_records;
    let body_of = |record: &opentelemetry_proto::tonic::logs::v1::LogRecord| match record.body.clone().unwrap().value {
        Some(Value::StringValue(text)) => text,
        other => panic!("{other:?}"),
    };
    let record = records.iter().find(|record| body_of(record) == marker).unwrap();
    assert!(!records.iter().any(|record| body_of(record) == "to nobody"));
    assert_eq!((&*record.severity_text, record.severity_number), ("WARN", 13));
    assert_eq!(
        record.trace_id,
        0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes()
    );
    let attribute = |key| attribute(&record.attributes, key);
    assert_eq!(
        [attribute("target"), attribute("count"), attribute("by")],
        ["users", "7", "me"]
    );
    counted("exported", || metrics.lines.exported.get(), records.len() as u64).await;
}

/// Any answer of a collector: each span is counted once, as taken or as not.
fn any_answer(executions: u64) {
    let corpus = [
        "",
        "\n\u{12}\u{8}\u{5}\u{12}\u{e}queue is full.",
        "\n\u{2}\u{8}\u{7f}",
        "\u{8}\u{1}",
        "\u{12}\u{3}abc",
        "\n\0",
        r#"{"partialSuccess": {"rejectedSpans": "5", "errorMessage": "\u001b[2J"}}"#,
        "<html>not a collector</html>",
    ];
    let counts = Arc::<Exports>::default();
    let collector = Collector::new(
        address(Signal::Traces, "http://127.0.0.1:1", &[]),
        Message::new(&service(), "", &[]),
        counts.clone(),
    );
    let (mut sent, mut is_down) = (0, false);
    fuzz::run("OTLP answers", executions, &corpus, |input| {
        let count = input.below(limits::SPANS_BATCH) as u64;
        let answer = match input.below(8) {
            0 => Err(input.text()),
            _ => Ok(partial(&input.bytes())),
        };
        let was_lost = answer.is_err();
        collector.tell(count, answer, &mut is_down);
        sent += count;
        assert_eq!(is_down, was_lost);
        assert_eq!(counts.exported.get() + counts.unsent.get(), sent);
    });
    assert!(counts.exported.get() > 0 && counts.unsent.get() > 0);
}

#[test]
fn any_answer_of_a_collector_counts_each_span_once() {
    any_answer(fuzz::SHORT);
}

#[test]
#[ignore = "a minute"]
fn endure_fuzz_otlp_answers() {
    any_answer(fuzz::long());
}
