//! The example's monitoring tells what is so.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::system::{Answer, System, each};

#[tokio::test]
async fn monitoring_tells_the_truth() {
    let touchy = |_: &str, text: String| text.replace("high_memory_usage: 80", "high_memory_usage: 0.001");
    let system = System::new(touchy);
    // Without the registry, which would ask it things.
    let _monitoring = system.alone("monitoring", &[]).await;

    let span =
        json!({ "request_id": "r1", "service_name": "user-service", "operation": "GET /users", "duration": 0.25 });
    let traced = system.post("monitoring", "/traces", span).await;
    assert_eq!((traced.0, &traced.1["status"]), (201, &json!("success")));
    let (start, end) = (
        traced.1["start_time"].as_f64().unwrap(),
        traced.1["end_time"].as_f64().unwrap(),
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    assert!(
        (end - start - 0.25).abs() < 0.001 && end <= now && now - end < 60.0,
        "{traced:?}"
    );
    let trace = system.get("monitoring", "/traces/r1").await.1;
    assert_eq!(each(&trace["spans"], "operation"), ["GET /users"]);
    assert_eq!(system.get("monitoring", "/traces/r2").await.0, 404);
    let wrong = json!({ "request_id": "r", "service_name": "x", "operation": "y", "duration": -1 });
    assert_eq!(system.post("monitoring", "/traces", wrong).await.0, 400);

    let before = system.get("monitoring", "/metrics").await.1["requests_total"]
        .as_i64()
        .unwrap();
    for _ in 0..5 {
        system.get("monitoring", "/alerts").await;
    }
    let metrics = system.get("monitoring", "/metrics").await.1;
    assert_eq!(metrics["requests_total"], before + 6);
    assert_eq!(metrics["error_rate"].as_f64(), Some(0.0), "4xx is the client's error");
    for name in [
        "requests_per_second",
        "average_response_time",
        "active_connections",
        "memory_usage",
    ] {
        assert!(metrics[name].as_f64().unwrap() > 0.0, "{name} in {metrics}");
    }
    let admin = format!("http://127.0.0.1:{}/metrics", system.variable("MONITORING_ADMIN_PORT"));
    let page = system.client.get(admin).send().await.unwrap().text().await.unwrap();
    let line = format!("requests_total{{service=\"monitoring\"}} {}", before + 6);
    assert!(page.contains(&line), "{line} is not in\n{page}");

    let alerts = system.get("monitoring", "/alerts").await.1;
    assert_eq!(each(&alerts, "type"), ["high_memory_usage"]);
    assert_eq!(
        (&alerts[0]["severity"], &alerts[0]["threshold"]),
        (&json!("critical"), &json!(0.001))
    );

    let board = system.get("monitoring", "/dashboard").await.1;
    assert!(board["service_info"]["uptime"].as_f64().unwrap() > 0.0);
    assert_eq!(
        (&board["error_breakdown"]["404"], &board["error_breakdown"]["400"]),
        (&json!(1), &json!(1)),
        "{board}"
    );
    let recent = board["recent_requests"].as_array().unwrap();
    assert!(
        recent
            .iter()
            .any(|request| request["path"] == "/traces" && request["status"] == 201),
        "{board}"
    );

    let _registry = system.alone("registry", &[]).await;
    let knows = |(_, board): &Answer| {
        let status = |name: &str| {
            let list = board["dependencies"].as_array().into_iter().flatten();
            list.filter(|each| each["name"] == name)
                .map(|each| each["status"].clone())
                .next()
        };
        status("registry") == Some(json!("healthy")) && status("user_service") == Some(json!("unhealthy"))
    };
    let board = system.until("monitoring", "/dashboard", knows).await;
    assert_eq!(board["service_info"]["status"], "degraded");
}
