//! Metrics, health and alerts, on the admin address of real services.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering::Relaxed},
    },
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::harness::{Folder, Redis, Service, eventually, tusk};

/// Two languages, the same fujsens in each.
const MEASURED: &str = r#"
[service]
name: "shop"
version: "1.2.0"
host: "127.0.0.1"
dependencies: { users: @env("USERS_URL", "http://127.0.0.1:1") }

[admin]
port: 0

[databases]
main: "sqlite::memory:"

[alerts]
high_error_rate: 5
high_response_time: "2s"
high_memory_usage: 80

[events]
alert: rust.on_alert

[rust]
all_fujsen = '''rust
#[fujsen]
fn sell(kind: String) -> Result<()> {
    metrics::counter("rust_orders_total", 2, fields! { kind: kind, paid: true, n: 7 })?;
    metrics::gauge("rust_depth", 4, fields! {})?;
    metrics::change("rust_depth", -1.5, fields! {})?;
    metrics::histogram("rust_euros", 5, fields! { kind: kind }, &[1.0, 10.0])?;
    metrics::histogram("rust_took_seconds", 0.2, fields! {}, &[])?;
    record_metric("rust_requests_total", get_request_count(), fields! { service: "shop" })?;
    record_metric("rust_ratio", 0.5, fields! { text: "a \"quoted\"\\\nline" })
}

#[fujsen]
fn figures() -> Value {
    json!({
        "count": get_request_count(), "rps": calculate_rps(), "mean": get_avg_response_time(), "errors": get_error_rate(),
        "connections": get_active_connections(), "memory": get_memory_usage(), "cpu": get_cpu_usage(), "uptime": get_uptime(),
        "recent": get_recent_requests(), "breakdown": get_error_breakdown(), "dependencies": get_dependency_status(),
    })
}

#[fujsen]
fn many(count: i64) -> Result<()> {
    for n in 0..count { metrics::counter("rust_many_total", 1, fields! { n: n })?; }
    metrics::counter("rust_long_total", 1, fields! { text: "x".repeat(200) })
}

#[fujsen]
fn wrong(name: String) -> Result<()> { metrics::gauge(&name, 1, fields! {}) }

#[fujsen]
fn on_alert(severity: String, firing: bool, value: f64) {
    log::info("an alert came", fields! { severity: severity, firing: firing, high: value > 5.0 });
}

#[fujsen]
fn asks(statement: String) -> Result<usize> { Ok(sql::query("main", &statement, &[])?.len()) }

#[fujsen]
fn calls() -> Result<u16> {
    Ok(http::get(format!("{}/x", config::get::<String>("service.dependencies.users")?)).send()?.status())
}

#[fujsen]
fn fails() -> Result<()> { Err(Error::internal("no")) }

#[fujsen]
fn panics() { panic!("no") }

#[fujsen]
fn sleeps(ms: u64) { time::sleep(Duration::from_millis(ms)) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function sell(kind: string): void {
  metrics.counter("assemblyscript_orders_total", 2, Json.object().set("kind", kind).set("paid", true).set("n", 7));
  metrics.gauge("assemblyscript_depth", 4);
  metrics.change("assemblyscript_depth", -1.5);
  metrics.histogram("assemblyscript_euros", 5, Json.object().set("kind", kind), [1, 10]);
  metrics.histogram("assemblyscript_took_seconds", 0.2);
  record_metric("assemblyscript_requests_total", get_request_count(), Json.object().set("service", "shop"));
  metrics.record("assemblyscript_ratio", 0.5, Json.object().set("text", "a \"quoted\"\\\nline"));
}

export function figures(): Json {
  return Json.object()
    .set("count", get_request_count()).set("rps", calculate_rps()).set("mean", get_avg_response_time()).set("errors", get_error_rate())
    .set("connections", get_active_connections()).set("memory", get_memory_usage()).set("cpu", get_cpu_usage()).set("uptime", get_uptime())
    .set("recent", get_recent_requests()).set("breakdown", get_error_breakdown()).set("dependencies", get_dependency_status());
}

export function many(count: i32): void {
  for (let n = 0; n < count; n++) metrics.counter("assemblyscript_many_total", 1, Json.object().set("n", n));
  metrics.counter("assemblyscript_long_total", 1, Json.object().set("text", "x".repeat(200)));
}

export function wrong(name: string): void { metrics.gauge(name, 1); }
'''

[routes]
"POST /rust/sell/{kind}": rust.sell
"GET /rust/figures": rust.figures
"POST /rust/many/{count}": rust.many
"POST /rust/wrong/{name}": rust.wrong
"GET /asks": rust.asks
"GET /calls": rust.calls
"GET /fails": rust.fails
"GET /panics": rust.panics
"GET /sleeps/{ms}": rust.sleeps
"POST /assemblyscript/sell/{kind}": assemblyscript.sell
"GET /assemblyscript/figures": assemblyscript.figures
"POST /assemblyscript/many/{count}": assemblyscript.many
"POST /assemblyscript/wrong/{name}": assemblyscript.wrong
"#;

const LANGUAGES: [&str; 2] = ["rust", "assemblyscript"];

#[tokio::test]
async fn the_admin_address_answers_until_the_service_has_stopped() {
    let mut service = Service::start(MEASURED).await;
    let index = service.admin("/").await;
    assert!(index.status == 200 && index.text.contains("/health/ready"), "{index:?}");
    let live = service.admin("/health/live").await;
    assert_eq!((live.status, live.json()["status"].as_str()), (200, Some("live")));
    let missing = service.admin("/health").await;
    assert_eq!(
        (missing.status, missing.json()["message"].clone()),
        (404, json!("there is nothing at GET /health"))
    );
    let posted = service
        .send(service.client.post(format!("{}/metrics", service.admin_url())))
        .await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET, HEAD"));
    let head = service
        .send(service.client.head(format!("{}/metrics", service.admin_url())))
        .await;
    assert!(
        head.status == 200 && head.text.is_empty() && head.header("content-length") != "0",
        "{head:?}"
    );
    assert_eq!(
        service.get("/metrics").await.status,
        404,
        "not on the service's own address"
    );
    let ready = eventually("a check of the database", || async {
        let ready = service.admin("/health/ready").await;
        (ready.json()["dependencies"][1]["status"] == "healthy").then_some(ready)
    })
    .await;
    let report = ready.json();
    assert_eq!(
        (ready.status, &report["status"], &report["degraded"]),
        (200, &json!("ready"), &json!([]))
    );
    assert_eq!(
        (&report["service"], &report["version"]),
        (&json!("shop"), &json!("1.2.0"))
    );

    let slow = tokio::spawn(service.client.get(format!("{}/sleeps/3000", service.url)).send());
    eventually("the slow request", || async {
        let running = service
            .metrics()
            .await
            .get("tusk_fujsen_calls_in_flight", &[("fujsen", "sleeps")]);
        (running == Some(1.0)).then_some(())
    })
    .await;
    // SAFETY: a signal to our own child.
    unsafe { libc::kill(service.id() as i32, libc::SIGTERM) };
    let draining = eventually("the drain", || async {
        let ready = service.admin("/health/ready").await;
        (ready.status == 503).then_some(ready)
    })
    .await;
    assert_eq!(draining.json()["status"], "draining");
    assert_eq!(service.admin("/health/live").await.status, 200);
    assert_eq!(slow.await.unwrap().unwrap().status(), 204);
    assert!(service.ended().await.success());
}

#[tokio::test]
async fn guests_record_metrics() {
    let service = Service::start(MEASURED).await;
    for language in LANGUAGES {
        for kind in ["book", "pen"] {
            let sold = service.post(&format!("/{language}/sell/{kind}"), json!({})).await;
            assert_eq!(sold.status, 204, "{sold:?}\n{}", service.log());
        }
        let page = service.metrics().await;
        let name = |rest: &str| format!("{language}_{rest}");
        let get = |rest: &str, labels: &[(&str, &str)]| page.get(&name(rest), labels);
        let book = [("kind", "book"), ("paid", "true"), ("n", "7")];
        assert_eq!(
            (page.kind(&name("orders_total")), get("orders_total", &book)),
            (Some("counter"), Some(2.0))
        );
        assert_eq!(
            (page.kind(&name("depth")), get("depth", &[])),
            (Some("gauge"), Some(2.5))
        );
        assert_eq!(page.kind(&name("euros")), Some("histogram"));
        assert_eq!(get("euros_bucket", &[("le", "1")]), Some(0.0));
        assert_eq!(get("euros_bucket", &[("le", "10"), ("kind", "pen")]), Some(1.0));
        assert_eq!(
            (get("euros_sum", &[]), get("took_seconds_count", &[])),
            (Some(10.0), Some(2.0))
        );
        assert_eq!(get("took_seconds_bucket", &[("le", "0.25")]), Some(2.0));
        assert_eq!(page.kind(&name("requests_total")), Some("counter"));
        assert!(get("requests_total", &[("service", "shop")]) >= Some(1.0));
        assert_eq!(page.kind(&name("ratio")), Some("gauge"));
        assert_eq!(get("ratio", &[("text", "a \"quoted\"\\\nline")]), Some(0.5));
        for wrong in ["9lives", "tusk_x", &name("euros")] {
            assert_eq!(
                service
                    .post(&format!("/{language}/wrong/{wrong}"), json!({}))
                    .await
                    .status,
                500
            );
        }
        service.logged("`9lives` is no name of a metric").await;
        service.logged("`tusk_x` is a name of the host's own").await;
        service
            .logged(&format!("the metric `{language}_euros` is a histogram already"))
            .await;
    }
}

#[tokio::test]
async fn metrics_of_guests_are_bounded() {
    for language in LANGUAGES {
        let service = Service::start(MEASURED).await;
        for _ in 0..2 {
            let many = service.post(&format!("/{language}/many/2100"), json!({})).await;
            assert_eq!(many.status, 204, "{many:?}");
        }
        let page = service.metrics().await;
        assert_eq!(page.count(&format!("{language}_many_total")), 2000);
        assert_eq!(
            page.get(&format!("{language}_many_total"), &[]),
            Some(4000.0),
            "what there is goes on"
        );
        let dropped = |reason| page.get("tusk_metrics_dropped_total", &[("reason", reason)]);
        assert_eq!((dropped("series"), dropped("label_length")), (Some(200.0), Some(2.0)));
        let log = service.log();
        assert_eq!(
            log.matches("values are dropped from now on").count(),
            2,
            "one line for each reason: {log}"
        );
    }
}

#[tokio::test]
async fn guests_see_what_the_host_sees() {
    let service = Service::start(MEASURED).await;
    for path in [
        "/sleeps/100",
        "/sleeps/100",
        "/fails",
        "/nowhere/secret?token=x",
        "/asks?statement=SELECT+1",
    ] {
        service.get(path).await;
    }
    for (n, language) in LANGUAGES.iter().enumerate() {
        let answer = service.get(&format!("/{language}/figures")).await;
        let figures = answer.json();
        let number = |key: &str| figures[key].as_f64().unwrap_or_else(|| panic!("{key}: {figures}"));
        assert_eq!(number("count"), 5.0 + n as f64, "before this one");
        assert!(number("rps") > 0.0 && number("rps") < 100.0, "{figures}");
        assert!(number("mean") >= 0.2 / 7.0 && number("mean") < 2.0, "{figures}");
        assert!((number("errors") - 100.0 / number("count")).abs() < 1e-9, "{figures}");
        assert_eq!(figures["breakdown"], json!({"404": 1, "500": 1}));
        assert!(number("connections") >= 1.0, "{figures}");
        assert!(number("memory") > 0.0 && number("memory") < 100.0, "{figures}");
        assert!((0.0..=100.0).contains(&number("cpu")), "{figures}");
        assert!(number("uptime") >= 0.2, "{figures}");
        let recent = figures["recent"].as_array().unwrap();
        let shown: Vec<_> = recent
            .iter()
            .skip(n)
            .map(|one| (one["path"].as_str().unwrap(), one["status"].as_u64().unwrap()))
            .collect();
        let expected = [
            ("/asks", 200),
            ("", 404),
            ("/fails", 500),
            ("/sleeps/{ms}", 204),
            ("/sleeps/{ms}", 204),
        ];
        assert_eq!(shown, expected);
        assert!(!answer.text.contains("token"), "{answer:?}");
        let slow = &recent[n + 3];
        assert_eq!(slow["method"], "GET");
        assert!(slow["duration_ms"].as_f64().unwrap() >= 100.0 && slow["time"].as_u64().unwrap() > 1_700_000_000_000);
        let names: Vec<_> = figures["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].clone())
            .collect();
        assert_eq!(names, ["users", "main"], "{figures}");
        assert_eq!(
            figures["dependencies"][0]["status"], "unknown",
            "no health_check, no check"
        );
    }
}

#[tokio::test]
async fn the_host_measures_itself() {
    let upstream = Switch::start().await;
    let service = Service::start_in(Folder::new(MEASURED), &[("USERS_URL", &upstream.url())]).await;
    for path in [
        "/sleeps/30",
        "/fails",
        "/panics",
        "/asks?statement=SELECT+1",
        "/asks?statement=SELEKT",
        "/calls",
        "/none",
    ] {
        service.get(path).await;
    }
    upstream.status.store(503, Relaxed);
    assert_eq!(service.get("/calls").await.text, "503");
    let page = service.metrics().await;
    let get = |name: &str, labels: &[(&str, &str)]| page.get(name, labels);
    let requests = "tusk_http_requests_total";
    let slept = [
        ("method", "GET"),
        ("route", "/sleeps/{ms}"),
        ("status", "204"),
        ("version", "1.2.0"),
    ];
    assert_eq!(get(requests, &slept), Some(1.0));
    assert_eq!(get(requests, &[("route", "/fails"), ("status", "500")]), Some(1.0));
    assert_eq!(
        get(requests, &[("route", ""), ("method", ""), ("status", "404")]),
        Some(1.0)
    );
    let durations = "tusk_http_request_duration_seconds";
    let sleeping = [("route", "/sleeps/{ms}")];
    assert!(get(&format!("{durations}_sum"), &sleeping) >= Some(0.03));
    assert_eq!(
        get(
            &format!("{durations}_bucket"),
            &[("route", "/sleeps/{ms}"), ("le", "0.025")]
        ),
        Some(0.0)
    );
    assert_eq!(get("tusk_http_requests_in_flight", &[]), Some(0.0));
    let calls = |fujsen, outcome| {
        get(
            "tusk_fujsen_calls_total",
            &[
                ("fujsen", fujsen),
                ("outcome", outcome),
                ("language", "rust"),
                ("section", "rust"),
            ],
        )
    };
    let outcomes = [
        calls("sleeps", "ok"),
        calls("fails", "failed"),
        calls("panics", "panic"),
        calls("asks", "ok"),
        calls("calls", "ok"),
    ];
    assert_eq!(outcomes, [Some(1.0), Some(1.0), Some(1.0), Some(1.0), Some(2.0)]);
    assert!(get("tusk_fujsen_call_duration_seconds_sum", &[("fujsen", "sleeps")]) >= Some(0.03));
    let operations = |kind, dependency, outcome| {
        get(
            "tusk_dependency_operations_total",
            &[("kind", kind), ("dependency", dependency), ("outcome", outcome)],
        )
    };
    assert_eq!(operations("sql", "main", "ok"), Some(1.0));
    assert!(
        operations("sql", "main", "refused")
            .or(operations("sql", "main", "error"))
            .is_some()
    );
    assert_eq!(
        (operations("http", "users", "ok"), operations("http", "users", "error")),
        (Some(1.0), Some(1.0))
    );
    assert_eq!(
        get("tusk_dependency_duration_seconds_count", &[("kind", "http")]),
        Some(2.0)
    );
    for gauge in [
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
    ] {
        assert!(get(gauge, &[]) > Some(0.0), "{gauge}");
    }
    assert_eq!(
        get("tusk_service_info", &[("service", "shop"), ("version", "1.2.0")]),
        Some(1.0)
    );
    assert_eq!(page.labels("tusk_gate_refused_total").len(), 0);
    assert_eq!(get("alert_firing", &[("alert", "high_memory_usage")]), Some(0.0));

    service.folder.write("service.tsk", &MEASURED.replace("1.2.0", "1.3.0"));
    service.logged("swapped in").await;
    service.get("/sleeps/0").await;
    service
        .folder
        .write("service.tsk", &MEASURED.replace("rust.fails", "rust.flails"));
    service.logged("was not applied").await;
    let page = service.metrics().await;
    let sleeps = |version| page.get(requests, &[("route", "/sleeps/{ms}"), ("version", version)]);
    assert_eq!(
        (sleeps("1.2.0"), sleeps("1.3.0")),
        (Some(1.0), Some(1.0)),
        "counts outlive a swap"
    );
    let swaps = |result| page.get("tusk_swaps_total", &[("result", result)]);
    assert_eq!(
        (swaps("applied"), swaps("refused"), page.get("tusk_file_refused", &[])),
        (Some(1.0), Some(1.0), Some(1.0))
    );
    let ready = service.admin("/health/ready").await;
    let report = ready.json();
    assert_eq!(
        (ready.status, &report["status"], &report["degraded"][0]["kind"]),
        (200, &json!("degraded"), &json!("file"))
    );
    let reason = report["degraded"][0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("service.tsk:") && reason.contains("no fujsen `flails`"),
        "{reason}"
    );
    service.folder.write("service.tsk", MEASURED);
    eventually("a service that is whole again", || async {
        (service.admin("/health/ready").await.json()["status"] == "ready").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_down_degrades_and_a_database_that_is_down_makes_unready() {
    let text = r#"
[service]
name: "watcher"
dependencies: { users: @env("USERS_URL", ""), billing: "http://127.0.0.1:1" }
health_check: { endpoint: "/health", interval: 1, timeout: 1 }

[admin]
port: 0

[databases]
main: "sqlite:main.db"

[redis]
cache: @env("REDIS_URL", "")

[watch]
rust_fujsen = '''rust
#[fujsen]
fn rust() -> Value { json!(get_dependency_status()) }
'''
assemblyscript_fujsen = '''assemblyscript
export function assemblyscript(): Json { return get_dependency_status(); }
'''

[routes]
"/rust": watch.rust
"/assemblyscript": watch.assemblyscript
"#;
    let (users, mut redis) = (Switch::start().await, Redis::start());
    let urls = [("USERS_URL", &*users.url()), ("REDIS_URL", &*redis.url())];
    let service = Service::start_in(Folder::new(text), &urls).await;
    let down = |expected: Value| {
        let service = &service;
        async move {
            eventually(&format!("{expected} in the report"), || async {
                let ready = service.admin("/health/ready").await;
                let degraded = ready.json()["degraded"].as_array().unwrap().clone();
                let names: Vec<_> = degraded.iter().map(|one| one["name"].clone()).collect();
                (json!(names) == expected).then_some(ready)
            })
            .await
        }
    };
    let first = down(json!(["billing"])).await;
    assert_eq!((first.status, first.json()["status"].clone()), (200, json!("degraded")));
    let reason = first.json()["degraded"][0]["reason"].clone();
    assert!(reason.as_str().unwrap().contains("cannot be reached"), "{reason}");
    service.logged("`billing` is unhealthy").await;

    users.status.store(500, Relaxed);
    redis.kill();
    let both = down(json!(["billing", "users", "cache"])).await;
    assert_eq!(both.status, 200, "degraded, not down");
    assert_eq!(both.json()["degraded"][1]["reason"], "it answered 500");
    for language in LANGUAGES {
        let seen = service.get(&format!("/{language}")).await.json();
        let words: Vec<_> = seen
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", one["name"], one["status"]))
            .collect();
        let expected = [
            "\"billing\" \"unhealthy\"",
            "\"users\" \"unhealthy\"",
            "\"cache\" \"unhealthy\"",
            "\"main\" \"healthy\"",
        ];
        assert_eq!(words, expected);
        assert_eq!(seen[1]["reason"], "it answered 500");
    }
    assert_eq!(
        service
            .metrics()
            .await
            .get("tusk_dependency_up", &[("dependency", "users")]),
        Some(0.0)
    );
    users.status.store(200, Relaxed);
    redis.restart();
    down(json!(["billing"])).await;
    service.logged("`users` is healthy again").await;
    assert_eq!(
        service
            .metrics()
            .await
            .get("tusk_dependency_up", &[("dependency", "users")]),
        Some(1.0)
    );

    let (file, aside) = (service.folder.file("main.db"), service.folder.file("aside.db"));
    std::fs::rename(&file, &aside).unwrap();
    let unavailable = down(json!(["billing", "main"])).await;
    assert_eq!(
        (unavailable.status, unavailable.json()["status"].clone()),
        (503, json!("unavailable"))
    );
    let reason = unavailable.json()["degraded"][1]["reason"].clone();
    assert!(reason.as_str().unwrap().contains("No such file"), "{reason}");
    std::fs::write(&file, "something else entirely").unwrap();
    eventually("another reason", || async {
        let report = service.admin("/health/ready").await.text;
        report.contains("this is no SQLite database any more").then_some(())
    })
    .await;
    std::fs::rename(&aside, &file).unwrap();
    assert_eq!(down(json!(["billing"])).await.status, 200);
}

#[tokio::test]
async fn an_alert_fires_once_and_clears_once() {
    let service = Service::start(MEASURED).await;
    let firing = |expected: f64| {
        let service = &service;
        async move {
            eventually(&format!("alert_firing {expected}"), || async {
                let firing = service
                    .metrics()
                    .await
                    .get("alert_firing", &[("alert", "high_error_rate")]);
                (firing == Some(expected)).then_some(())
            })
            .await;
        }
    };
    service.get("/fails").await;
    firing(1.0).await;
    service.logged("Error rate is 100%, above 5%").await;
    for _ in 0..99 {
        service.get("/sleeps/0").await;
    }
    firing(0.0).await;
    service.logged("% again").await;
    let log = service.log();
    let alerts: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["target"] == "alert")
        .collect();
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    let shown = |key: &str| alerts.iter().map(|line| line[key].clone()).collect::<Vec<_>>();
    assert_eq!(shown("level"), ["WARN", "INFO"]);
    assert_eq!(shown("alert"), ["high_error_rate", "high_error_rate"]);
    assert_eq!(shown("severity"), ["warning", "warning"]);
    service.logged(r#"\"firing\":false"#).await;
    let log = service.log();
    let events: Vec<&str> = log.lines().filter(|line| line.contains("an alert came")).collect();
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[0].contains(r#"\"firing\":true,\"high\":true"#), "{events:?}");
}

#[test]
fn wrong_settings_are_refused() {
    for (section, message, help) in [
        (
            "[admin]\nprot: 1",
            "`admin` has no setting `prot`",
            "did you mean `port`?",
        ),
        (
            "[admin]\nport: 70000",
            "`admin.port` must be an integer from 0 to 65535",
            "`port: 9001`",
        ),
        (
            "[admin]\nhost: \"nowhere\"",
            "`admin.host` must be an IP address",
            "`host: \"127.0.0.1\"`",
        ),
        (
            "[alerts]\nhigh_eror_rate: 5",
            "`alerts` has no setting `high_eror_rate`",
            "did you mean `high_error_rate`?",
        ),
        (
            "[service]\nhealth_check: { intervall: 3 }",
            "`service.health_check` has no setting `intervall`",
            "did you mean `interval`?",
        ),
    ] {
        let folder = Folder::new(&format!("{section}\n"));
        let output = tusk(folder.path(), &["check", "service.tsk"]);
        assert_eq!(output.code, Some(1), "{output:?}");
        for part in [message, help, "service.tsk:2:"] {
            assert!(output.stderr.contains(part), "{part} is not in\n{}", output.stderr);
        }
    }
    let folder = Folder::new("[admin]\n");
    let output = tusk(folder.path(), &["service.tsk", "--admin", "nowhere"]);
    assert!(
        output.code == Some(2) && output.stderr.contains("write an IP address and a port"),
        "{output:?}"
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = tusk(folder.path(), &["service.tsk", "--port", "0", "--admin", &address]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for part in [&*format!("cannot listen on {address}"), "choose another port: --admin "] {
        assert!(output.stderr.contains(part), "{output:?}");
    }
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert!(output.stdout.contains("http://127.0.0.1:9001"), "{output:?}");
}

/// A server whose answers have the status that it is told.
struct Switch {
    address: SocketAddr,
    status: Arc<AtomicU16>,
}

impl Switch {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let status = Arc::new(AtomicU16::new(200));
        let own = status.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let status = own.load(Relaxed);
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 4096]).await;
                    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { address, status }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
