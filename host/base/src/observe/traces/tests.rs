//! Spans from their start to a collector.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use axum::{Router, body::Bytes, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as AnyValue},
    trace::v1::{ResourceSpans, span, status::StatusCode},
};
use prost::Message as _;
use serde_json::json;

use super::{sampler::Sampler, *};
use crate::{
    base::{fixture, limits},
    observe::{
        metrics::Metrics,
        otlp::{Exporters, Resource},
        trace_context::{Parent, TraceContext},
    },
};

const CALLER: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

fn settings(traces: serde_json::Value, variables: &[(&str, &str)]) -> Result<TracingSettings, Vec<String>> {
    let file = match traces {
        serde_json::Value::Null => json!({}),
        traces => json!({ "traces": traces }),
    };
    let variable = |name: &str| {
        let found = variables.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    TracingSettings::new(&fixture::config(file), variable).map_err(|wrong| {
        let said = wrong.into_iter();
        said.map(|one| format!("{} ({})", one.message, one.help.unwrap()))
            .collect()
    })
}

fn service(version: &str) -> Resource {
    Resource {
        name: "shop".into(),
        version: version.into(),
    }
}

fn exporters() -> Exporters {
    Exporters::new(&Metrics::default())
}

fn tracer_of(exporters: &Exporters, settings: &TracingSettings, service: Resource) -> Tracer {
    Tracer::of(exporters, settings, &service).0
}

fn tracer(share: f64) -> Tracer {
    let settings = settings(json!({"endpoint": "http://127.0.0.1:1", "sample": share}), &[]).unwrap();
    tracer_of(&exporters(), &settings, service("1"))
}

#[test]
fn where_spans_go() {
    let url = |traces, variables: &[_]| {
        let address = settings(traces, variables).unwrap().address;
        address.map(|address| address.url.to_string())
    };
    for (endpoint, expected) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://c.example/", "https://c.example/v1/traces"),
        ("https://c.example/otlp", "https://c.example/otlp/v1/traces"),
        ("http://c:4318/v1/traces", "http://c:4318/v1/traces"),
    ] {
        assert_eq!(url(json!({ "endpoint": endpoint }), &[]).as_deref(), Some(expected));
        let general = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)];
        assert_eq!(url(json!(null), &general).as_deref(), Some(expected));
    }
    assert_eq!(url(json!(null), &[]), None);
    assert_eq!(url(json!({"sample": 1}), &[]), None);
    let both = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://whole/x"),
    ];
    assert_eq!(url(json!({"sample": 1}), &both).as_deref(), Some("http://whole/x"));
    assert_eq!(url(json!({"endpoint": ""}), &both), None, "the file has the last word");
    let off = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general"),
        ("OTEL_SDK_DISABLED", "True"),
    ];
    assert_eq!(
        (url(json!(null), &off), url(json!({"endpoint": "http://c"}), &off)),
        (None, None)
    );
    let none = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ];
    assert_eq!(url(json!(null), &none), None);
    let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    assert_eq!(
        url(json!({"endpoint": "http://c:4317"}), &grpc).as_deref(),
        Some("http://c:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    );
}

#[test]
fn what_goes_beside_traces() {
    let urls = |traces, variables: &[_]| {
        let settings = settings(traces, variables).unwrap();
        [settings.metrics, settings.logs].map(|address| address.map(|address| address.url.to_string()))
    };
    let expected = |metrics: Option<&str>, logs: Option<&str>| [metrics, logs].map(|url| url.map(str::to_owned));
    let endpoint = "http://c/v1/traces";
    assert_eq!(urls(json!({ "endpoint": endpoint }), &[]), expected(None, None));
    assert_eq!(
        urls(json!({"endpoint": endpoint, "metrics": true, "logs": true}), &[]),
        expected(Some("http://c/v1/metrics"), Some("http://c/v1/logs"))
    );
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://lines/x"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
    ];
    assert_eq!(
        urls(json!(null), &variables),
        expected(Some("http://all/v1/metrics"), Some("http://lines/x"))
    );
    assert_eq!(
        urls(json!(null), &variables[..2]),
        expected(None, None),
        "nobody asked for them"
    );
    assert_eq!(
        urls(json!({"metrics": false}), &variables),
        expected(None, Some("http://lines/x")),
        "the file has the last word"
    );
    let named = |file: serde_json::Value| {
        let variable = |name: &str| (name == "OTEL_SERVICE_NAME").then(|| "other".to_owned());
        let settings = TracingSettings::new(&fixture::config(file), variable);
        settings
            .map(|settings| settings.name.as_deref().map(str::to_owned))
            .unwrap_or_default()
    };
    assert_eq!(named(json!({})).as_deref(), Some("other"));
    assert_eq!(named(json!({"service": {"name": "shop"}})), None);
}

#[test]
fn which_traces_are_recorded_is_said_by_the_variables() {
    let sampler = |traces, variables: &[_]| settings(traces, variables).unwrap().sampler;
    let of = |sampler| [("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", "0.25")];
    let argument = [("OTEL_TRACES_SAMPLER_ARG", "0.25")];
    for (found, expected) in [
        (sampler(json!(null), &[]), Sampler::new(1.0, true)),
        (sampler(json!(null), &argument), Sampler::new(0.25, true)),
        (sampler(json!({"sample": 0}), &argument), Sampler::new(0.0, true)),
        (
            sampler(json!(null), &of("parentbased_always_off")),
            Sampler::new(0.0, true),
        ),
        (sampler(json!(null), &of("always_on")), Sampler::new(1.0, false)),
        (sampler(json!(null), &of("traceidratio")), Sampler::new(0.25, false)),
        (
            sampler(json!({"sample": 0.5}), &of("always_on")),
            Sampler::new(0.5, true),
        ),
    ] {
        assert_eq!(found, expected);
    }
    let caller = |flags: &str| TraceContext::parse(&format!("00-{CALLER}-{flags}"), None);
    for (word, is_recorded) in [("always_on", true), ("always_off", false)] {
        let settings = settings(json!({"endpoint": "http://127.0.0.1:1"}), &of(word)).unwrap();
        let tracer = tracer_of(&exporters(), &settings, service("1"));
        for flags in ["00", "01"] {
            let trace = tracer.follow(caller(flags));
            assert_eq!(
                (trace.is_recorded(), trace.is_sampled()),
                (is_recorded, is_recorded),
                "{word}"
            );
        }
    }
}

#[test]
fn headers_of_the_file_win_over_those_of_the_environment() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_HEADERS", "X-One=no"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", " X-One = a%20b ,x-two=c,"),
    ];
    let headers = |headers| {
        let section = json!({"endpoint": "http://c", "headers": headers});
        let mut headers = settings(section, &variables).unwrap().address.unwrap().headers;
        headers.sort_by(|one, other| one.0.cmp(&other.0));
        let shown = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.reveal()));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(headers(json!({})), ["x-one: a b", "x-two: c"]);
    assert_eq!(headers(json!({"X-Two": "own"})), ["x-one: a b", "x-two: own"]);
}

#[test]
fn wrong_settings_are_told_without_what_they_hide() {
    let endpoint = "`traces.endpoint` must be the http:// or https:// URL of a collector, without user, password and query \
                    (write, for example, `endpoint: \"http://127.0.0.1:4318\"`)";
    let share = "`traces.sample` must be a number from 0 to 1 (write, for example, `sample: 0.1`)";
    let example = "(write, for example, `headers: { authorization: @env(\"COLLECTOR_TOKEN\") }`)";
    for (traces, said) in [
        (json!({"endpoint": "localhost:4318"}), endpoint),
        (json!({"endpoint": "grpc://c:4317"}), endpoint),
        (json!({"endpoint": "http://u:geheim@c"}), endpoint),
        (json!({"endpoint": "http://c?key=geheim"}), endpoint),
        (json!({"endpoint": 4318}), endpoint),
        (json!({"sample": 1.1}), share),
        (json!({"sample": -1}), share),
        (json!({"sample": "all"}), share),
        (
            json!({"headers": "geheim"}),
            &format!("`traces.headers` must be an object of names and texts {example}"),
        ),
        (
            json!({"headers": {"a b": "geheim"}}),
            &format!("`traces.headers` must be an object, and `a b` is no header's name {example}"),
        ),
        (
            json!({"headers": {"x": "geheim\n"}}),
            &format!("`traces.headers` must be an object, and `x` in it a text of one line {example}"),
        ),
        (
            json!({"endpont": ""}),
            "`traces` has no setting `endpont` (did you mean `endpoint`?)",
        ),
    ] {
        assert_eq!(settings(traces, &[]).unwrap_err(), [said]);
    }
    for (name, value, said) in [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector:4317",
            "the variable OTEL_EXPORTER_OTLP_ENDPOINT must be the http:// or https:// URL of a collector, without user, \
             password and query (set it, for example, to http://127.0.0.1:4318, or unset it)",
        ),
        (
            "OTEL_TRACES_SAMPLER_ARG",
            "10%",
            "the variable OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1 (set it, for example, to 0.1, or unset it)",
        ),
        (
            "OTEL_TRACES_SAMPLER",
            "jaeger_remote",
            "the variable OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio, with parentbased_ before it or not (set \
             it, for example, to parentbased_traceidratio, or unset it)",
        ),
        (
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "100000",
            "the variable OTEL_BSP_MAX_QUEUE_SIZE must be a number from 1 to 16384 (set it, for example, to 2048, or unset it)",
        ),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "http/json",
            "the variable OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or grpc (set it, for example, to http/protobuf, or unset it)",
        ),
        (
            "OTEL_EXPORTER_OTLP_TIMEOUT",
            "10s",
            "the variable OTEL_EXPORTER_OTLP_TIMEOUT must be a number from 1 to 300000 (set it, for example, to 10000, or unset it)",
        ),
        (
            "OTEL_EXPORTER_OTLP_COMPRESSION",
            "zstd",
            "the variable OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none (set it, for example, to gzip, or unset it)",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "x y=geheim",
            "the variable OTEL_EXPORTER_OTLP_HEADERS must be a list of headers (set it, for example, to api-key=abc,tenant=x, or unset it)",
        ),
    ] {
        assert_eq!(settings(json!(null), &[(name, value)]).unwrap_err(), [said]);
    }
}

#[test]
fn a_caller_decides_and_else_the_share() {
    let caller = |flags: &str| TraceContext::parse(&format!("00-{CALLER}-{flags}"), None);
    for share in [0.0, 1.0] {
        let tracer = tracer(share);
        let (yes, no) = (tracer.follow(caller("01")), tracer.follow(caller("00")));
        assert_eq!((yes.is_recorded(), no.is_recorded()), (true, false));
        assert_eq!((yes.is_sampled(), no.is_sampled()), (true, false), "the flag goes on");
        for own in [tracer.start(), tracer.follow(None)] {
            assert_eq!((own.is_recorded(), own.is_sampled()), (share == 1.0, share == 1.0));
        }
    }
    let half = tracer(0.5);
    let recorded = (0..2000).filter(|_| half.start().is_recorded()).count();
    assert!((700..1300).contains(&recorded), "{recorded}");
    let off = Tracer::default();
    assert!(!off.start().is_recorded() && !off.follow(caller("01")).is_recorded());
    assert!(off.follow(caller("01")).is_sampled(), "what others record goes on");
}

#[test]
fn places_are_made_where_they_are_needed() {
    let recorded = tracer(1.0).start();
    let inner = recorded.inner();
    let parent = Some(Parent {
        span: recorded.span_id(),
        is_foreign: false,
    });
    assert_eq!((inner.parent(), inner.is_recorded()), (parent, true));
    let unrecorded = Trace::default();
    assert_eq!(unrecorded.inner().to_string(), unrecorded.to_string());
    assert_ne!(unrecorded.child().to_string(), unrecorded.to_string());
    let mut span = unrecorded.span(SpanKind::Internal, || panic!("a name for nobody"));
    span.describe(|_| panic!("attributes for nobody"));
    assert_eq!(span.trace_id(), None);
    span.end();
}

#[test]
fn an_exporter_is_kept_while_nothing_about_it_changes() {
    let exporters = exporters();
    let make = |traces, version| tracer_of(&exporters, &settings(traces, &[]).unwrap(), service(version));
    let same =
        |one: &Tracer, other: &Tracer| Arc::ptr_eq(one.exporter.as_ref().unwrap(), other.exporter.as_ref().unwrap());
    let first = make(json!({"endpoint": "http://a"}), "1");
    assert!(same(&first, &make(json!({"endpoint": "http://a", "sample": 0.1}), "1")));
    assert!(!same(&first, &make(json!({"endpoint": "http://b"}), "1")));
    assert!(!same(&first, &make(json!({"endpoint": "http://a"}), "2")));
    let secret = json!({"endpoint": "http://a", "headers": {"x": "geheim"}});
    let other = make(secret.clone(), "1");
    assert!(!same(&first, &other) && same(&other, &make(secret, "1")));
    let secret = &other.exporter.as_ref().unwrap().address;
    assert!(!format!("{secret:?}").contains("geheim"));
    assert!(make(json!({}), "1").exporter.is_none());
}

#[test]
fn what_is_over_the_queue_is_dropped_and_counted() {
    // Listens, and never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let metrics = Metrics::default();
    let (exporters, counts) = (Exporters::new(&metrics), &metrics.spans);
    let settings = settings(json!({ "endpoint": endpoint }), &[]).unwrap();
    let tracer = tracer_of(&exporters, &settings, service("1"));
    let over = 100;
    for _ in 0..limits::SPANS_WAITING + limits::SPANS_BATCH + over {
        tracer.start().span(SpanKind::Internal, || "x".into()).end();
    }
    assert!(counts.overflowed.get() >= over as u64, "{counts:?}");
    assert!(
        counts.overflowed.get() <= (limits::SPANS_BATCH + over) as u64,
        "{counts:?}"
    );
    exporters.stop();
    assert_eq!(counts.exported.get(), 0);
}

/// What a collector reads of the spans of a trace, all in one message.
async fn read(record: impl FnOnce(&Trace)) -> ResourceSpans {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let take = post(move |body: Bytes| async move {
        sender.send(body).await.unwrap();
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(axum::serve(listener, Router::new().route("/v1/traces", take)).into_future());
    let variables = [("OTEL_RESOURCE_ATTRIBUTES", "place=a%20b,service.name=no")];
    let exporters = exporters();
    let settings = settings(json!({ "endpoint": endpoint }), &variables).unwrap();
    record(&tracer_of(&exporters, &settings, service("1")).start());
    let body = receiver.recv().await.unwrap();
    serving.abort();
    let mut request = ExportTraceServiceRequest::decode(body).unwrap();
    request.resource_spans.remove(0)
}

#[tokio::test]
async fn a_collector_reads_what_was_recorded() {
    let mut ids = (0, 0);
    let read = read(|trace| {
        let inner = trace.inner();
        ids = (trace.span_id(), inner.span_id());
        let mut span = inner.span(SpanKind::Client, || "é".repeat(limits::SPAN_NAME).into());
        span.describe(|span| {
            span.set("x", &*"y".repeat(2 * limits::SPAN_TEXT));
            for number in [0, 1, -1, i64::MAX, i64::MIN] {
                span.set("n", number);
            }
            for _ in 6..2 * limits::SPAN_ATTRIBUTES {
                span.set("", "");
            }
        });
        span.end();
        let mut failed = trace.span(SpanKind::Server, || "GET /".into());
        failed.describe(|span| span.reason("it was too much".to_owned()));
        failed.fail("panic");
    })
    .await;
    let text = |attributes: &[KeyValue], key: &str| {
        let found = attributes.iter().find(|one| one.key == key).unwrap();
        found.value.clone().unwrap().value.unwrap()
    };
    let resource = read.resource.unwrap().attributes;
    for (key, value) in [("service.name", "shop"), ("service.version", "1"), ("place", "a b")] {
        assert_eq!(text(&resource, key), AnyValue::StringValue(value.to_owned()));
    }
    let [cut, failed] = &read.scope_spans[0].spans[..] else {
        panic!("two spans")
    };
    assert_eq!(cut.span_id, ids.1.to_be_bytes());
    assert_eq!(cut.parent_span_id, ids.0.to_be_bytes());
    assert_eq!((cut.trace_id.len(), &cut.trace_id), (16, &failed.trace_id));
    assert_eq!(
        (cut.kind(), failed.kind()),
        (span::SpanKind::Client, span::SpanKind::Server)
    );
    assert_eq!((cut.flags, cut.trace_state.as_str()), (0x101, ""));
    assert!(cut.start_time_unix_nano > 1_700_000_000_000_000_000 && cut.end_time_unix_nano >= cut.start_time_unix_nano);
    assert_eq!(cut.name.len(), limits::SPAN_NAME);
    assert_eq!(cut.attributes.len(), limits::SPAN_ATTRIBUTES);
    assert_eq!(cut.dropped_attributes_count as usize, limits::SPAN_ATTRIBUTES);
    assert_eq!(
        text(&cut.attributes, "x"),
        AnyValue::StringValue("y".repeat(limits::SPAN_TEXT))
    );
    let numbers = cut.attributes.iter().filter(|one| one.key == "n");
    let numbers: Vec<_> = numbers.map(|one| one.value.clone().unwrap().value.unwrap()).collect();
    assert_eq!(numbers, [0, 1, -1, i64::MAX, i64::MIN].map(AnyValue::IntValue));
    assert_eq!(cut.status, None);
    let status = failed.status.clone().unwrap();
    assert_eq!(
        (status.code(), &*status.message),
        (StatusCode::Error, "it was too much")
    );
    assert_eq!(
        text(&failed.attributes, "error.type"),
        AnyValue::StringValue("panic".to_owned())
    );
}
