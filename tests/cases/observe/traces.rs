//! Traces, as a collector gets them.

use serde_json::Value;

use super::{LANGUAGES, Switch};
use crate::harness::{Answer, Collector, Folder, Redis, Service, Span, eventually, free_ports, signal, tree};

const TEXT: &str = include_str!("traces.tsk");
const CALLER: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

async fn service(variables: &[(&str, &str)]) -> Service {
    Service::start_in(Folder::new(TEXT), variables).await
}

/// A request of a caller who has a trace, recorded or not.
async fn called(service: &Service, path: &str, flags: &str) -> u16 {
    let request = service.client.get(format!("{}{path}", service.url));
    let request = request.header("traceparent", format!("00-{CALLER}-{flags}"));
    service.send(request).await.status
}

/// What a request is recorded as when nothing happens in it but a call.
const QUICK: &str = "GET /rust/quick";

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no `{name}` in\n{}", tree(spans)))
}

#[tokio::test]
async fn one_trace_goes_through_services_databases_and_events() {
    let (collector, redis) = (Collector::start().await, Redis::start());
    let own = [
        ("COLLECTOR", &*collector.url()),
        ("TOKEN", "Bearer geheim"),
        ("REDIS_URL", &redis.url()),
    ];
    let stock = service(&[&own[..], &[("NAME", "stock")]].concat()).await;
    let shop = service(&[&own[..], &[("STOCK", &stock.url)]].concat()).await;
    for (language, other) in [
        ("rust", "assemblyscript"),
        ("assemblyscript", "typescript"),
        ("typescript", "rust"),
    ] {
        let answer = shop.get(&format!("/{language}/order/{language}")).await;
        assert_eq!(answer.status, 200, "{answer:?}\n{}", shop.log());
        let root = format!("GET /{language}/order/{{name}}");
        let spans = collector.trace(&root, 13).await;
        let expected = format!(
            "\
shop SERVER {root}
  shop INTERNAL {language}.order
    shop CLIENT INSERT main
    shop CLIENT SET cache
    shop CLIENT GET
      stock SERVER GET /{language}/stock
        stock INTERNAL {language}.stock
          stock CLIENT SELECT main
    shop INTERNAL {other}.note
    shop PRODUCER publish {language}_ordered
      shop CONSUMER process {language}_ordered
        shop INTERNAL {language}.on_ordered
          shop CLIENT SELECT main
"
        );
        assert_eq!(tree(&spans), expected);
        for span in &spans {
            assert!(
                span.start > 1_700_000_000_000_000_000 && span.end >= span.start,
                "{span:?}"
            );
            let crosses = span.name == format!("GET /{language}/stock") || span.kind == "CONSUMER";
            assert_eq!(span.is_remote, crosses, "{span:?}");
        }
        attributes(&spans, language, &redis, &stock);
        let line = shop.log();
        let line = line.lines().rfind(|line| line.contains("\"ordered\"")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["trace_id"], spans[0].trace);
    }
    assert_eq!(collector.header("authorization"), "Bearer geheim");
    assert!(
        !collector.has_seen("geheim"),
        "neither texts of statements, keys, queries nor headers"
    );
    let instances: std::collections::BTreeSet<_> = collector
        .spans()
        .into_iter()
        .map(|span| span.resource["service.instance.id"].clone())
        .collect();
    assert_eq!(instances.len(), 2, "{instances:?}");
    let page = shop.metrics().await;
    assert!(page.get("tusk_spans_exported_total", &[]) >= Some(30.0));
    assert_eq!(page.get("tusk_spans_dropped_total", &[]), Some(0.0));
}

fn attributes(spans: &[Span], language: &str, redis: &Redis, stock: &Service) {
    let check = |span: &Span, expected: &[(&str, &str)]| {
        for (key, value) in expected {
            assert_eq!(span.get(key), *value, "{key} of {span:?}");
        }
    };
    let root = &spans[0];
    assert_eq!(
        (&*root.resource["service.name"], &*root.resource["service.version"]),
        ("shop", "1.2.0")
    );
    assert_eq!(root.resource["telemetry.sdk.name"], "tusk-host");
    let path = format!("/{language}/order/{language}");
    check(
        root,
        &[
            ("http.request.method", "GET"),
            ("http.route", &format!("/{language}/order/{{name}}")),
            ("url.path", &path),
            ("url.scheme", "http"),
            ("http.response.status_code", "200"),
            ("tusk.request_id", &root.trace),
        ],
    );
    // One language with and without types.
    let name = if language == "typescript" {
        "javascript"
    } else {
        language
    };
    check(named(spans, &format!("{language}.order")), &[("tusk.language", name)]);
    check(
        named(spans, "INSERT main"),
        &[
            ("db.system.name", "sqlite"),
            ("db.namespace", "main"),
            ("db.operation.name", "INSERT"),
            ("db.query.text", "INSERT INTO orders (name, note) VALUES (?, ?)"),
            ("tusk.dependency", "main"),
        ],
    );
    check(
        named(spans, "SET cache"),
        &[
            ("db.system.name", "redis"),
            ("db.operation.name", "SET"),
            ("server.address", "127.0.0.1"),
            ("server.port", &redis.port.to_string()),
            ("tusk.dependency", "cache"),
        ],
    );
    check(
        named(spans, "GET"),
        &[
            ("http.request.method", "GET"),
            ("url.full", &format!("{}/{language}/stock", stock.url)),
            ("server.address", "127.0.0.1"),
            ("http.response.status_code", "200"),
            ("tusk.dependency", "stock"),
        ],
    );
    let id = named(spans, &format!("publish {language}_ordered")).get("messaging.message.id");
    let event = format!("{language}_ordered");
    for (name, operation, kind) in [("publish", "publish", "send"), ("process", "process", "process")] {
        check(
            named(spans, &format!("{name} {event}")),
            &[
                ("messaging.system", "tusk"),
                ("messaging.operation.name", operation),
                ("messaging.operation.type", kind),
                ("messaging.destination.name", &event),
                ("messaging.message.id", id),
            ],
        );
    }
}

#[tokio::test]
async fn failures_are_marked_and_their_words_stay_in_the_log() {
    let (collector, stock) = (Collector::start().await, Switch::start().await);
    let service = service(&[("COLLECTOR", &collector.url()), ("STOCK", &stock.url())]).await;
    let line_of = |text: &str| TEXT.lines().position(|line| line.contains(text)).unwrap() + 1;
    // An error that is no `HttpError` is a panic of JavaScript's.
    let places = [
        ("rust", line_of("fn panics")),
        ("typescript", line_of("throw new Error")),
    ];
    for language in LANGUAGES {
        for (name, status) in [("fails", 500), ("refuses", 404), ("panics", 500)] {
            assert_eq!(service.get(&format!("/{language}/{name}?geheim")).await.status, status);
        }
        let tree_of = async |name: &str| tree(&collector.trace(&format!("GET /{language}/{name}"), 2).await);
        let failed = tree_of("fails").await;
        let expected = format!("shop SERVER GET /{language}/fails !500\n  shop INTERNAL {language}.fails !internal\n");
        assert_eq!(failed, expected);
        let refused = format!("shop SERVER GET /{language}/refuses\n  shop INTERNAL {language}.refuses\n");
        assert_eq!(tree_of("refuses").await, refused);
        let panicked = tree_of("panics").await;
        assert!(
            panicked.contains(&format!("{language}.panics !panicked at ")),
            "{panicked}"
        );
        for (_, line) in places.iter().filter(|(name, _)| *name == language) {
            assert!(panicked.contains(&format!("service.tsk:{line}:")), "{panicked}");
        }
    }
    let root = collector.trace("GET /rust/fails", 2).await;
    assert_eq!(
        (root[0].get("error.type"), root[1].get("error.type")),
        ("500", "internal")
    );
    service.logged(&format!("\"trace_id\":\"{}\"", root[0].trace)).await;

    let asked = service.ask("/asks", &[("statement", "SELEKT 'geheim'")]).await;
    assert_eq!(asked.status, 500);
    let spans = collector.trace("GET /asks", 3).await;
    let statement = named(&spans, "SQL main");
    assert!(
        !statement.failure.is_empty() && statement.get("db.query.text") == "SELEKT ?",
        "{statement:?}"
    );

    stock.status.store(503, std::sync::atomic::Ordering::Relaxed);
    service.get("/reaches").await;
    let spans = collector.trace("GET /reaches", 3).await;
    let sent = named(&spans, "GET");
    assert_eq!((&*sent.failure, sent.get("http.response.status_code")), ("503", "503"));
    assert_eq!(named(&spans, "rust.reaches").failure, "", "it took the answer as one");

    assert_eq!(service.get("/breaks").await.status, 200);
    let spans = collector.trace("GET /breaks", 5).await;
    let handled = "
      shop CONSUMER process breaks !handler
        shop INTERNAL rust.broken_handler !internal
";
    assert!(tree(&spans).ends_with(handled), "{}", tree(&spans));

    assert_eq!(service.post("/nowhere?geheim", Value::Null).await.status, 404);
    let nowhere = collector.span("POST").await;
    assert_eq!((nowhere.get("url.path"), nowhere.get("http.route")), ("/nowhere", ""));
    let lost = service.client.request(
        reqwest::Method::from_bytes(b"BREW").unwrap(),
        format!("{}/x", service.url),
    );
    service.send(lost).await;
    assert_eq!(collector.span("HTTP").await.get("http.request.method"), "_OTHER");
    assert!(!collector.has_seen("geheim"));
}

#[tokio::test]
async fn callers_decide_and_else_the_share() {
    let collector = Collector::start().await;
    let (all, none) = (
        service(&[("COLLECTOR", &collector.url()), ("NAME", "all")]).await,
        service(&[("COLLECTOR", &collector.url()), ("NAME", "none"), ("SAMPLE", "0")]).await,
    );
    for service in [&all, &none] {
        for language in LANGUAGES {
            assert_eq!(called(service, &format!("/{language}/quick"), "00").await, 204);
        }
    }
    none.get("/rust/quick").await;
    called(&none, "/rust/quick", "01").await;
    all.get("/assemblyscript/quick").await;
    let of = |spans: &[Span], name: &str| {
        let own = spans.iter().filter(|span| span.resource["service.name"] == name);
        own.cloned().collect::<Vec<_>>()
    };
    let spans = eventually("two requests", || async {
        Some(collector.spans()).filter(|spans| spans.len() >= 4)
    })
    .await;
    let (all, none) = (of(&spans, "all"), of(&spans, "none"));
    assert_eq!((all.len(), none.len()), (2, 2), "{spans:?}");
    let request = named(&none, QUICK);
    assert_eq!(
        (format!("{}-{}", request.trace, request.parent), request.is_remote),
        (CALLER.to_owned(), true)
    );
    let started = named(&all, "GET /assemblyscript/quick");
    assert_eq!((&*started.parent, started.is_remote), ("", false));
}

#[tokio::test]
async fn the_standard_variables_hold_where_the_file_says_nothing() {
    let collector = Collector::start().await;
    let start = TEXT.find("[traces]").unwrap();
    let end = TEXT.find("[databases]").unwrap();
    let text = format!("{}{}", &TEXT[..start], &TEXT[end..]);
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-own=a%20b"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
    ];
    let service = Service::start_in(Folder::new(&text), &variables).await;
    service.get("/rust/quick").await;
    let span = collector.span(QUICK).await;
    assert_eq!(span.resource["deployment.environment.name"], "test");
    assert_eq!(span.resource["service.name"], "shop");
    assert_eq!(collector.header("x-own"), "a b");
}

#[tokio::test]
async fn a_schedule_starts_traces_of_its_own() {
    let collector = Collector::start().await;
    let text = format!("{TEXT}\n[schedules]\n\"every 1s\": rust.quick\n");
    let _service = Service::start_in(Folder::new(&text), &[("COLLECTOR", &collector.url())]).await;
    let spans = collector.trace("schedule every 1s", 2).await;
    let expected = "shop INTERNAL schedule every 1s\n  shop INTERNAL rust.quick\n";
    assert_eq!((tree(&spans).as_str(), &*spans[0].parent), (expected, ""));
    assert_eq!(spans[0].get("tusk.schedule"), "every 1s");
}

#[tokio::test]
async fn a_collector_that_is_down_hinders_nobody() {
    let [port] = free_ports();
    let collector = format!("http://127.0.0.1:{port}");
    // Messages are given up soon, or this would last.
    let service = service(&[("COLLECTOR", &collector), ("OTEL_EXPORTER_OTLP_TIMEOUT", "500")]).await;
    let dropped = async |more_than: f64| {
        eventually("dropped spans", || async {
            assert_eq!(service.get("/rust/quick").await.status, 204);
            let page = service.metrics().await;
            page.get("tusk_spans_dropped_total", &[("reason", "collector")])
                .filter(|dropped| *dropped > more_than)
        })
        .await
    };
    let first = dropped(0.0).await;
    dropped(first).await;
    let collector = Collector::start_at(port, Answer::Takes).await;
    service.logged("the collector takes spans again").await;
    service.get("/assemblyscript/quick").await;
    collector.span("GET /assemblyscript/quick").await;
    collector.answer(Answer::Refuses);
    dropped(dropped(first).await).await;
    service.logged("which are dropped: it answered 400").await;
    let log = service.log();
    assert_eq!(
        log.matches("the collector does not take spans").count(),
        2,
        "once each time: {log}"
    );
}

#[tokio::test]
async fn metrics_and_the_log_go_to_the_collector_too() {
    let collector = Collector::start().await;
    let text = TEXT.replace("sample: @env(\"SAMPLE\", 1)\n", "metrics: true\nlogs: true\n");
    let variables = [
        ("COLLECTOR", &*collector.url()),
        ("TOKEN", "geheim"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
    ];
    let mut service = Service::start_in(Folder::new(&text), &variables).await;
    assert_eq!(
        called(&service, "/rust/order/geheim", "01").await,
        503,
        "the cache is not there"
    );
    assert_eq!(service.get("/rust/quick").await.status, 204);
    eventually("metrics of the requests", || async {
        (collector.metric("tusk_http_requests_total") == Some(2.0)).then_some(())
    })
    .await;
    assert_eq!(collector.metric("tusk_http_request_duration_seconds"), Some(2.0));
    service.get("/rust/quick").await;
    signal(service.id() as i32, "TERM");
    assert!(service.ended().await.success());
    assert_eq!(
        collector.metric("tusk_http_requests_total"),
        Some(3.0),
        "once more at the stop"
    );
    let lines = collector.lines();
    assert!(lines.iter().any(|(_, body)| body.starts_with("stopping:")), "{lines:?}");
    assert!(!lines.iter().any(|(_, body)| body.contains("geheim")), "{lines:?}");
}

#[tokio::test]
async fn a_collector_that_hangs_does_not_hold_the_stop() {
    let collector = Collector::start_at(0, Answer::Hangs).await;
    let mut service = service(&[("COLLECTOR", &collector.url())]).await;
    for _ in 0..50 {
        assert_eq!(service.get("/rust/quick").await.status, 204);
    }
    let asked = std::time::Instant::now();
    signal(service.id() as i32, "TERM");
    assert!(service.ended().await.success());
    assert!(
        asked.elapsed() < std::time::Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
}

#[tokio::test]
async fn what_was_recorded_is_sent_at_the_stop() {
    let collector = Collector::start().await;
    let mut service = service(&[("COLLECTOR", &collector.url())]).await;
    for _ in 0..20 {
        service.get("/rust/quick").await;
    }
    signal(service.id() as i32, "TERM");
    assert!(service.ended().await.success());
    let requests = collector.spans().into_iter().filter(|span| span.name == QUICK);
    assert_eq!(requests.count(), 20);
}

#[tokio::test]
async fn a_save_moves_spans_to_another_collector() {
    let (first, second) = (Collector::start().await, Collector::start().await);
    let text = |collector: &Collector, version: &str| {
        TEXT.replace("@env(\"COLLECTOR\", \"\")", &format!("\"{}\"", collector.url()))
            .replace("1.2.0", version)
    };
    let mut service = Service::start(&text(&first, "1.2.0")).await;
    service.get("/rust/quick").await;
    service.folder.write("service.tsk", &text(&second, "1.3.0"));
    service.logged("swapped in").await;
    service.get("/assemblyscript/quick").await;
    let before = first.span(QUICK).await;
    let after = second.span("GET /assemblyscript/quick").await;
    let version = |span: &Span| span.resource["service.version"].clone();
    assert_eq!((&*version(&before), &*version(&after)), ("1.2.0", "1.3.0"));
    let instance = |span: &Span| span.resource["service.instance.id"].clone();
    assert_eq!(instance(&before), instance(&after), "it is the same process");
    assert!(!second.spans().iter().any(|span| span.name == QUICK));

    service.folder.write(
        "service.tsk",
        &text(&second, "1.3.0").replace("sample: @env", "sampel: @env"),
    );
    service.logged("was not applied").await;
    service.get("/rust/quick").await;
    second.span(QUICK).await;
    service.folder.write("service.tsk", TEXT);
    eventually("the version without a collector", || async {
        (service.log().matches("swapped in").count() == 2).then_some(())
    })
    .await;
    service.get("/rust/quick").await;
    signal(service.id() as i32, "TERM");
    assert!(service.ended().await.success());
    let requests = second.spans().into_iter().filter(|span| span.name == QUICK);
    assert_eq!(requests.count(), 1, "nothing is recorded any more");
}
