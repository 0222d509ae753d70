//! The admin address.

use serde_json::json;

use super::MEASURED;
use crate::harness::{Folder, Service, eventually, tusk};

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
    crate::harness::signal(service.id() as i32, "TERM");
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
