//! The page of metrics, and what moves its figures.
#![allow(clippy::unwrap_used)]
use http::Method;

use super::*;
use crate::base::clock::System;

fn page(metrics: &Metrics, version: &str, gate: (usize, usize)) -> String {
    let service = "shop";
    let now = Now { service, version, gate };
    metrics.page(now, PageFormat::Prometheus)
}

#[test]
fn requests_are_counted_by_route_and_status() {
    let metrics = Arc::<Metrics>::default();
    let version = metrics.version("1.2.0");
    let (users, none) = (version.route("GET", &"/users/{id}".into()), version.unmatched());
    none.begin();
    none.begin();
    users.end(&Method::HEAD, 200, Duration::from_millis(2));
    let page = page(&metrics, "1.2.0", (3, 4));
    for line in [
        "tusk_service_info{service=\"shop\",version=\"1.2.0\"} 1",
        "tusk_http_requests_total{method=\"GET\",route=\"/users/{id}\",status=\"200\",version=\"1.2.0\"} 1",
        "tusk_http_request_duration_seconds_sum{method=\"GET\",route=\"/users/{id}\",version=\"1.2.0\"} 0.002",
        "tusk_http_requests_in_flight 1",
        "tusk_gate_running 3",
        "tusk_gate_waiting 4",
    ] {
        assert!(page.contains(&format!("{line}\n")), "{line} is not in\n{page}");
    }
    none.end(&Method::GET, 500, Duration::from_millis(4));
    let totals = metrics.totals();
    assert_eq!((totals.requests, totals.micros), (2, 6000));
    assert_eq!(totals.failed, BTreeMap::from([(500, 1)]));
    let recent = metrics.recent();
    let shown: Vec<_> = recent.iter().map(|one| (one.method, &*one.path, one.status)).collect();
    assert_eq!(shown, [("GET", "", 500), ("HEAD", "/users/{id}", 200)]);
    assert!(
        Arc::ptr_eq(&users, &metrics.version("1.2.0").route("GET", &"/users/{id}".into())),
        "kept over a swap"
    );
    assert!(!Arc::ptr_eq(
        &users,
        &metrics.version("1.3.0").route("GET", &"/users/{id}".into())
    ));
}

#[test]
fn no_count_falls_when_a_route_makes_room() {
    let metrics = Arc::<Metrics>::default();
    for n in 0..limits::HOST_SERIES + 10 {
        let route = metrics.version("1").route("GET", &n.to_string().into());
        route.begin();
        route.end(&Method::GET, 404, Duration::from_micros(3));
    }
    let all = limits::HOST_SERIES as u64 + 10;
    let totals = metrics.totals();
    assert_eq!(
        (totals.requests, totals.micros, totals.failed[&404]),
        (all, 3 * all, all)
    );
}

#[test]
fn calls_and_operations_end_once_in_one_way() {
    let metrics = Arc::<Metrics>::default();
    let fujsen = metrics.version("1").fujsen(&"users".into(), "list", "rust");
    fujsen.start(&System, Instant::now()).end(Outcome::Ok);
    drop(fujsen.start(&System, Instant::now()));
    let running = fujsen.start(&System, Instant::now());
    let database = metrics.dependency("sql", "main");
    database.start().end(None);
    database.start().end(Some(504));
    database.start().end(Some(409));
    drop(database.start());
    metrics.compiled("users", "rust", Duration::from_millis(1500));
    let page = page(&metrics, "1", (0, 0));
    let labels = "section=\"users\",fujsen=\"list\",language=\"rust\"";
    for line in [
        &*format!("tusk_fujsen_calls_total{{{labels},outcome=\"ok\",version=\"1\"}} 1"),
        &format!("tusk_fujsen_calls_total{{{labels},outcome=\"cancelled\",version=\"1\"}} 1"),
        &format!("tusk_fujsen_calls_in_flight{{{labels},version=\"1\"}} 1"),
        &format!("tusk_fujsen_call_duration_seconds_count{{{labels},version=\"1\"}} 2"),
        "tusk_dependency_operations_total{kind=\"sql\",dependency=\"main\",outcome=\"ok\"} 1",
        "tusk_dependency_operations_total{kind=\"sql\",dependency=\"main\",outcome=\"timeout\"} 1",
        "tusk_dependency_operations_total{kind=\"sql\",dependency=\"main\",outcome=\"refused\"} 1",
        "tusk_dependency_operations_total{kind=\"sql\",dependency=\"main\",outcome=\"cancelled\"} 1",
        "tusk_dependency_duration_seconds_count{kind=\"sql\",dependency=\"main\"} 4",
        "tusk_compile_duration_seconds_bucket{section=\"users\",language=\"rust\",le=\"1\"} 0",
        "tusk_compile_duration_seconds_bucket{section=\"users\",language=\"rust\",le=\"2.5\"} 1",
    ] {
        assert!(page.contains(&format!("{line}\n")), "{line} is not in\n{page}");
    }
    drop(running);
}
