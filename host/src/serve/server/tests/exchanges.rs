//! Requests and what they are answered.

use serde_json::json;

use super::service::Service;

#[tokio::test]
async fn arguments_come_from_path_query_and_body() {
    let service = Service::start().await;
    for (line, headers, body, status, expected) in [
        ("GET /echo/ada%20l", "", "", 200, "\"ada l\""),
        ("GET /echo/12", "", "", 200, "12"),
        ("POST /echo?value=7", "", "{\"value\": 8}", 200, "7"),
        (
            "POST /echo",
            "",
            "{\"value\": {\"a\": [1, \"ü\"]}}",
            200,
            "{\"a\": [1, \"ü\"]}",
        ),
        ("POST /echo", "content-type: application/json\r\n", "[1]", 200, "[1]"),
        ("POST /echo/", "", "{\"value\": null}", 200, "null"),
        ("GET /number?n=-5&other=x", "", "", 200, "-5"),
        ("POST /nothing", "", "", 204, ""),
        ("GET /headers", "", "", 200, "null"),
    ] {
        let answer = service.send(line, headers, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, expected), "{line}");
    }
}

#[tokio::test]
async fn refusals_say_what_is_wrong() {
    let service = Service::start().await;
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    for (line, headers, body, status, message) in [
        ("GET /number", "", "", 400, "`n` (integer) is missing"),
        ("GET /number?n=x", "", "", 400, "`n` must be an integer, not \"x\""),
        ("POST /text", "", "{\"text\": 5}", 400, "`text` must be text, not 5"),
        (
            "POST /text",
            "",
            "{\"text\": ",
            400,
            "the body is not valid JSON: EOF while parsing a value at line 1 column 9",
        ),
        (
            "POST /text",
            form,
            "text=x",
            415,
            "the body must be JSON (content-type: application/json), not \"application/x-www-form-urlencoded\"",
        ),
        (
            "GET /echo/%FF",
            "",
            "",
            400,
            "the path's percent-encoding gives no UTF-8",
        ),
        ("GET /none", "", "", 404, "there is nothing at GET /none"),
        ("DELETE /echo", "", "", 405, "this path answers POST, PUT, OPTIONS"),
        ("GET /fail", "", "", 409, "taken"),
        ("GET /trap", "", "", 500, "internal error"),
    ] {
        let answer = service.send(line, headers, body).await;
        let json = answer.json();
        assert_eq!(
            (answer.status, json["message"].as_str().unwrap()),
            (status, message),
            "{line}"
        );
        assert_eq!(
            (json["status"].as_str(), json["service"].as_str()),
            (Some("error"), Some("test")),
            "{line}"
        );
        assert_eq!(json["request_id"].is_string(), status == 500, "{line}");
    }
    let answer = service.send("GET /number?n=x", "", "").await;
    assert_eq!(answer.json()["argument"], json!("n"));
    assert_eq!(
        service.send("DELETE /echo", "", "").await.header("allow"),
        Some("POST, PUT, OPTIONS")
    );
}

#[tokio::test]
async fn head_options_and_headers() {
    let service = Service::start().await;
    let head = service.send("HEAD /echo/ada", "", "").await;
    assert_eq!(
        (head.status, head.body.as_str(), head.header("content-length")),
        (200, "", Some("5"))
    );
    let options = service.send("OPTIONS /echo", "", "").await;
    assert_eq!(
        (options.status, options.header("allow")),
        (204, Some("POST, PUT, OPTIONS"))
    );

    let headers = service.send("GET /headers", "x-request-id: mine-1\r\n", "").await;
    assert_eq!(headers.header("x-a"), Some("b"));
    assert_eq!(
        headers.header("content-length"),
        Some("4"),
        "the host's own, not the guest's"
    );
    assert_eq!(headers.header("content-type"), Some("application/json"));
    assert_eq!(headers.header("x-request-id"), Some("mine-1"));
    let made = service.send("GET /none", "x-request-id: not sane\r\n", "").await;
    assert_eq!(made.header("x-request-id").unwrap().len(), 32);
    let trap = service.send("GET /trap", "x-request-id: mine-2\r\n", "").await;
    assert_eq!(trap.json()["request_id"], json!("mine-2"));
}

#[tokio::test]
async fn other_origins() {
    let service = Service::start().await;
    let (own, evil) = (
        "origin: https://app.example.com\r\n",
        "origin: https://evil.example.com\r\n",
    );
    let allowed = service.send("GET /echo/1", own, "").await;
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    let refused = service.send("GET /echo/1", evil, "").await;
    assert_eq!(
        (refused.status, refused.header("access-control-allow-origin")),
        (200, None)
    );
    assert_eq!(refused.header("vary"), Some("origin"));
    assert!(
        service
            .send("GET /none", own, "")
            .await
            .header("access-control-allow-origin")
            .is_some(),
        "errors, too"
    );

    let asks = "access-control-request-method: PUT\r\n";
    let preflight = service.send("OPTIONS /echo", &format!("{own}{asks}"), "").await;
    assert_eq!(
        (preflight.status, preflight.header("access-control-allow-methods")),
        (204, Some("POST, PUT, OPTIONS"))
    );
    assert!(
        preflight
            .header("access-control-allow-headers")
            .unwrap()
            .contains("content-type")
    );
    let preflight = service.send("OPTIONS /echo", &format!("{evil}{asks}"), "").await;
    assert_eq!(preflight.header("access-control-allow-methods"), None);
}

#[tokio::test]
async fn sizes_are_bounded() {
    let service = Service::start().await;
    let large = format!("{{\"value\": \"{}\"}}", "x".repeat(100_000));
    assert_eq!(
        service.send("POST /echo", "", &large).await.status,
        413,
        "by its announced length"
    );
    let waiting = format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        large.len()
    );
    assert!(
        service.raw(waiting).await.starts_with("HTTP/1.1 413"),
        "before the client sends it"
    );
    let chunked = format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        large.len()
    );
    assert!(service.raw(chunked).await.starts_with("HTTP/1.1 413"), "by what came");

    let answer = service
        .send("POST /echo", "", &format!("{{\"value\": \"{}\"}}", "x".repeat(2000)))
        .await;
    assert_eq!(
        (answer.status, answer.json()["message"].as_str()),
        (500, Some("internal error")),
        "limits.response"
    );
    assert_eq!(
        service.send("GET /echo/1", &"x: y\r\n".repeat(150), "").await.status,
        431
    );
    let broken = service.raw("GET /echo/1 HTTP/1.1\r\nno header\r\n\r\n").await;
    assert!(broken.starts_with("HTTP/1.1 400"), "{broken}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_ends_at_its_deadline_and_neighbours_run() {
    let service = Service::start().await;
    let started = std::time::Instant::now();
    let (stuck, neighbour) = tokio::join!(service.send("GET /loop", "", ""), async {
        let answer = service.send("GET /echo/1", "", "").await;
        (answer.status, started.elapsed())
    });
    assert_eq!(stuck.status, 504);
    assert_eq!(neighbour.0, 200);
    assert!(neighbour.1 < started.elapsed());
}

#[tokio::test]
async fn too_many_calls_wait_and_then_are_refused() {
    let service = Service::start().await;
    let call = || service.send("GET /sleep/300", "", "");
    let answers: [_; 4] = tokio::join!(call(), call(), call(), call()).into();
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(refused.len(), 1, "two run, one waits: {answers:?}");
    assert_eq!(refused[0].header("retry-after"), Some("1"));
}
