//! gRPC servers that go and come back, their health, and TLS.

use std::{fs, sync::Arc};

use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};

use super::{SERVICE, call, folder, serve};
use crate::harness::{Grpc, Reflection, Service, eventually};

async fn find(service: &Service) -> Value {
    call(
        service,
        "rust",
        "users",
        "users.UserService/GetUser",
        json!({"user_id": "1"}),
    )
    .await
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let mut server = Grpc::start();
    server.stop();
    let service = serve(&server).await;
    let failed = find(&service).await;
    assert_eq!(
        (&failed["status"], &failed["code"]),
        (&json!(503), &json!("unavailable")),
        "{failed}"
    );
    let message = failed["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("users ({}) cannot be reached: ", server.url())),
        "{message}"
    );

    server.restart(Reflection::V1).await;
    assert_eq!(find(&service).await["user"]["name"], "Ada");
    server.stop();
    assert_eq!(find(&service).await["code"], "unavailable");
    server.restart(Reflection::V1).await;
    eventually("the user", || async {
        (find(&service).await["user"]["name"] == "Ada").then_some(())
    })
    .await;

    let before = server.connections();
    service
        .folder
        .write("service.tsk", &SERVICE.replace("[admin]", "more: 1\n\n[admin]"));
    service.logged("swapped in").await;
    assert_eq!(find(&service).await["user"]["name"], "Ada");
    assert_eq!(server.connections(), before, "a swap keeps the connection");
}

#[tokio::test]
async fn health_follows_the_server() {
    let mut server = Grpc::start();
    let service = serve(&server).await;
    let is = |status: &'static str| {
        let service = &service;
        async move {
            eventually(status, || async {
                let report = service.admin("/health/ready").await;
                let all = report.json()["dependencies"].as_array().cloned().unwrap_or_default();
                let of = |one: &Value| one["kind"] == "grpc" && one["name"] == "users" && one["status"] == status;
                all.iter().any(of).then_some(report)
            })
            .await
        }
    };
    is("healthy").await;
    server.stop();
    let report = is("unhealthy").await;
    assert_eq!((report.status, &report.json()["status"]), (200, &json!("degraded")));
    assert!(report.text.contains("cannot be reached"), "{}", report.text);
    server.restart(Reflection::V1).await;
    is("healthy").await;
    server.set_serving(false);
    let report = is("unhealthy").await;
    assert!(
        report.text.contains("it says that it is not serving"),
        "{}",
        report.text
    );
    server.set_serving(true);
    is("healthy").await;
}

#[tokio::test]
async fn tls_is_checked_by_the_certificates_of_the_system() {
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = |protocol: &str| {
        let secret = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
        let mut config = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], secret)
            .unwrap();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Some(Arc::new(config))
    };
    let server = Grpc::start_with(Reflection::V1, config("h2"));
    let folder = folder(SERVICE);
    let trusted = folder.file("trusted.pem");
    fs::write(&trusted, key.cert.pem()).unwrap();
    let variables = [
        ("USERS_URL", &*server.url()),
        ("SSL_CERT_FILE", trusted.to_str().unwrap()),
    ];
    let service = Service::start_in(folder, &variables).await;
    assert_eq!(find(&service).await["user"]["name"], "Ada");

    let stranger = serve(&server).await;
    let failed = find(&stranger).await;
    assert_eq!(failed["code"], "unavailable");
    assert!(failed["message"].as_str().unwrap().contains("certificate"), "{failed}");
}
