//! Metrics of the host and of fujsens, as Prometheus reads them.

use std::sync::atomic::Ordering::Relaxed;

use serde_json::json;

use super::{LANGUAGES, MEASURED, Switch};
use crate::harness::{Folder, Service, eventually};

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
        let open = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3";
        let asked = service
            .client
            .get(format!("{}/metrics", service.admin_url()))
            .header("accept", open);
        let answer = service.send(asked).await;
        assert_eq!(
            answer.header("content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        );
        for lines in [
            &*format!("# TYPE {language}_orders counter\n{language}_orders_total{{"),
            &format!("# TYPE {language}_took_seconds histogram\n# UNIT {language}_took_seconds seconds\n"),
            "# TYPE tusk_service info\ntusk_service_info{service=\"shop\",version=\"1.2.0\"} 1\n",
            "# UNIT tusk_http_request_duration_seconds seconds\n",
        ] {
            assert!(answer.text.contains(lines), "{lines} is not in\n{}", answer.text);
        }
        assert!(answer.text.ends_with("\n# EOF\n"), "{}", answer.text);
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
