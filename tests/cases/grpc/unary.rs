//! One message for another: by reflection, by .proto files, with metadata.

use serde_json::json;

use super::{LANGUAGES, SERVICE, call, folder, serve};
use crate::harness::{Collector, Grpc, Service};

#[tokio::test]
async fn one_message_for_another_by_reflection_and_by_proto_files() {
    let server = Grpc::start();
    let service = serve(&server).await;
    for language in LANGUAGES {
        for name in ["users", "filed"] {
            let found = call(
                &service,
                language,
                name,
                "users.UserService/GetUser",
                json!({"user_id": "1"}),
            )
            .await;
            let expected = json!({
                "user": {
                    "user_id": "1", "name": "Ada", "email": "ada@example.com", "role": "ADMIN",
                    "created_at": 1_700_000_000_123_i64, "tags": ["first"], "avatar": "",
                },
                "served": "users-1",
                "trace": "AQI=",
            });
            assert_eq!(found, expected, "{language} {name}");
        }
        // By the names of JSON, nested, an enum by name; what comes back has those of the file.
        let new = json!({"name": "Zoë 😀", "email": "z@example.com", "role": "ADMIN", "address": {"city": "Ulm"}});
        let made = call(&service, language, "users", "/users.UserService/CreateUser", new).await;
        let user = &made["user"];
        assert_eq!(
            (&user["name"], &user["address"], &user["role"], &user["avatar"]),
            (
                &json!("Zoë 😀"),
                &json!({"city": "Ulm"}),
                &json!("ADMIN"),
                &json!("AQID")
            )
        );
        assert_eq!(
            server.users().last().map(|user| user.name.clone()).as_deref(),
            Some("Zoë 😀")
        );
        let answer = service.get(&format!("/{language}/find/1")).await;
        assert_eq!((answer.status, answer.json()["name"].clone()), (200, json!("Ada")));
        let list = service.get(&format!("/{language}/list")).await;
        assert_eq!(list.json(), server.users().len());
    }
    // Health checks and reflection share it, too.
    assert_eq!(server.connections(), 1, "all calls share one connection");
    let calls = "tusk_dependency_operations_total";
    let labels = [("kind", "grpc"), ("dependency", "filed"), ("outcome", "ok")];
    let each = LANGUAGES.len() as f64;
    assert_eq!(service.metrics().await.get(calls, &labels), Some(each));
}

#[tokio::test]
async fn metadata_goes_out_and_comes_back() {
    let server = Grpc::start();
    let service = serve(&server).await;
    for language in LANGUAGES {
        let body = json!({"server": "users", "method": "users.UserService/GetUser", "message": {"user_id": "1"}});
        let request = service
            .client
            .post(format!("{}/{language}/call", service.url))
            .header("content-type", "application/json")
            .header("x-request-id", "r-77")
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .header("tracestate", "a=b")
            .body(body.to_string());
        let answer = service.send(request).await.json();
        assert_eq!(
            (&answer["served"], &answer["trace"]),
            (&json!("users-1"), &json!("AQI="))
        );
        let seen = server.last();
        assert_eq!(seen.method, "users.UserService/GetUser");
        for (name, value) in [
            ("x-tenant", "acme"),
            ("key-bin", "AQI="),
            ("authorization", "Bearer t0ken"),
            ("x-request-id", "r-77"),
            ("tracestate", "a=b"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ] {
            assert_eq!(seen.header(name), value, "{language} {name}");
        }
        let trace = seen.header("traceparent");
        assert!(trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{trace}");
        assert!(!trace.contains("b7ad6b7169203331"), "{trace}");
        let timeout = seen.header("grpc-timeout");
        assert!(timeout != "1n" && timeout.len() > 4, "{timeout}");
        assert!(seen.header("user-agent").starts_with("tusk-host/"));
    }
}

#[tokio::test]
async fn a_call_is_a_span() {
    let (server, collector) = (Grpc::start(), Collector::start().await);
    let (method, port) = ("users.UserService/GetUser", server.address.port().to_string());
    let variables = [
        ("USERS_URL", &*server.url()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
    ];
    let service = Service::start_in(folder(SERVICE), &variables).await;
    call(&service, "rust", "users", method, json!({"user_id": "1"})).await;
    let span = collector.span(method).await;
    assert_eq!(span.kind, "CLIENT");
    for (key, value) in [
        ("rpc.system", "grpc"),
        ("rpc.method", method),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
        ("tusk.dependency", "users"),
    ] {
        assert_eq!(span.get(key), value, "{key}");
    }
}
