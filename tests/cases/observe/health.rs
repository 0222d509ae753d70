//! Health, probes and alerts.

use std::sync::atomic::Ordering::Relaxed;

use serde_json::{Value, json};

use super::{LANGUAGES, MEASURED, Switch};
use crate::harness::{Folder, Redis, Service, eventually};

#[tokio::test]
async fn what_is_down_degrades_and_a_database_that_is_down_makes_unready() {
    let text = r#"
[service]
name: "watcher"
dependencies: { users: @env("USERS_URL", ""), billing: "http://127.0.0.1:1", mail: ["http://127.0.0.1:1", @env("MAIL_URL", "")] }
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
typescript_fujsen = '''typescript
export function typescript(): tusk.DependencyStatus[] { return get_dependency_status(); }
'''

[routes]
"/rust": watch.rust
"/assemblyscript": watch.assemblyscript
"/typescript": watch.typescript
"#;
    let (users, mail, mut redis) = (Switch::start().await, Switch::start().await, Redis::start());
    let urls = [
        ("USERS_URL", &*users.url()),
        ("MAIL_URL", &*mail.url()),
        ("REDIS_URL", &*redis.url()),
    ];
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
            "\"mail\" \"healthy\"",
            "\"users\" \"unhealthy\"",
            "\"cache\" \"unhealthy\"",
            "\"main\" \"healthy\"",
        ];
        assert_eq!(words, expected);
        assert_eq!(seen[2]["reason"], "it answered 500");
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

    // The other address of `mail` is not there all the time.
    mail.status.store(503, Relaxed);
    let neither = down(json!(["billing", "mail"])).await;
    let reason = neither.json()["degraded"][1]["reason"].clone();
    let (reason, place) = (
        reason.as_str().unwrap(),
        format!("{}/health: it answered 503", mail.url()),
    );
    assert!(
        reason.contains("http://127.0.0.1:1/health: ") && reason.contains(&place),
        "{reason}"
    );
    mail.status.store(200, Relaxed);
    down(json!(["billing"])).await;

    let (file, aside) = (service.folder.file("main.db"), service.folder.file("aside.db"));
    std::fs::rename(&file, &aside).unwrap();
    let unavailable = down(json!(["billing", "main"])).await;
    assert_eq!(
        (unavailable.status, unavailable.json()["status"].clone()),
        (503, json!("unavailable"))
    );
    let reason = unavailable.json()["degraded"][1]["reason"].clone();
    assert!(
        reason.as_str().unwrap().contains("was moved, removed or replaced"),
        "{reason}"
    );
    std::fs::write(&file, "something else entirely").unwrap();
    assert_eq!(down(json!(["billing", "main"])).await.status, 503);
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
    service.logged(r#""firing":false"#).await;
    let log = service.log();
    let events: Vec<&str> = log.lines().filter(|line| line.contains("an alert came")).collect();
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[0].contains(r#""firing":true,"high":true"#), "{events:?}");
}

#[tokio::test]
async fn probes_that_find_nothing_are_not_in_the_log() {
    let text = r#"
[shop]
all_fujsen = '''assemblyscript
export function live(): string { return "live"; }

export function broken(): string { throw new Failure(503, "broken", "not today"); }
'''

[routes]
"GET /health": shop.live
"GET /health/live": shop.live
"GET /health/broken": shop.broken
"GET /healthy": shop.live
"#;
    let access = |service: &Service| {
        let log = service.log();
        let lines = log.lines().filter(|line| line.contains("\"target\":\"access\""));
        let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .map(|line| line["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let paths = ["/health", "/health/live", "/health/broken", "/healthy"];
    for (filter, shown) in [("info", &paths[2..]), ("info,access=debug", &paths[..])] {
        let service = Service::start_in(Folder::new(text), &[("TUSK_LOG", filter)]).await;
        for path in paths {
            service.get(path).await;
        }
        eventually("the last line", || async {
            (access(&service).last().map(String::as_str) == Some("/healthy")).then_some(())
        })
        .await;
        assert_eq!(access(&service), shown, "{filter}");
    }
}
