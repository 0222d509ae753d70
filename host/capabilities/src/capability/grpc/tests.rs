//! Calls of gRPC servers that are not there, and settings that are wrong.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::base::explain::Told;
use crate::{
    capability::fixture,
    network::egress::{Network, Origin},
    observe::request,
};

fn channels() -> Channels {
    Channels::new(&Arc::default())
}

async fn refused(grpc: &Grpc) -> (u16, String, String) {
    let request = GrpcRequest {
        server: "users".into(),
        method: "users.UserService/GetUser".into(),
        message: "{}".into(),
        metadata: Vec::new(),
        timeout_ms: Some(2000),
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    let error = grpc
        .call(request, &request::CallOrigin::internal(), deadline)
        .await
        .told();
    (error.status, error.code, error.message)
}

#[tokio::test]
async fn metadata_services_are_never_reached() {
    for url in ["http://169.254.169.254", "http://[::ffff:169.254.169.254]", "http://0"] {
        let config = fixture::config(json!({"grpc": {"users": url}}));
        let grpc = Grpc::new(&channels(), &Policies::default(), &config, Path::new(".")).unwrap();
        let (status, code, message) = refused(&grpc).await;
        assert_eq!((status, code.as_str()), (500, "denied"), "{message}");
        assert!(message.contains("never reached"), "{message}");
    }
}

#[tokio::test]
async fn a_public_name_does_not_lead_into_the_own_network() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let url = url::Url::parse(&url).unwrap();
    // As a name such as `users.example.com` is granted.
    let place = place::GrpcEndpoint::new(&url, Origin::of(&url).unwrap(), Network::Public).unwrap();
    let channels = channels();
    let server = GrpcServer {
        guard: None,
        name: "users".into(),
        remote: channels.get(place),
        described: Described::ByReflection,
        meter: channels.metrics.dependency("grpc", "users"),
    };
    let grpc = Grpc {
        servers: BTreeMap::from([("users".to_owned(), server)]),
    };
    let (status, code, message) = refused(&grpc).await;
    assert_eq!((status, code.as_str()), (500, "denied"), "{message}");
    assert!(
        message.contains("a private address; if that is meant")
            && message.contains("[grants]\nhttp: [\"http://localhost:")
    );
}

#[tokio::test]
async fn a_server_of_something_else_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let config = fixture::config(json!({"grpc": {"users": url}}));
    let grpc = Grpc::new(&channels(), &Policies::default(), &config, Path::new(".")).unwrap();
    let (status, code, message) = refused(&grpc).await;
    assert_eq!((status, code.as_str()), (503, "unavailable"), "{message}");
    let checked = grpc.check("users", Instant::now() + Duration::from_secs(5)).await;
    assert!(checked.is_err());
}

#[test]
fn one_connection_for_all_names_and_versions() {
    let config = fixture::config(json!({"grpc": {"users": "http://users:1", "again": "http://USERS:1/"}}));
    let channels = channels();
    let [one, two] = [(); 2].map(|()| Grpc::new(&channels, &Policies::default(), &config, Path::new(".")).unwrap());
    let remote = |grpc: &Grpc, name: &str| grpc.server(name).map(|server| server.remote.clone()).unwrap();
    assert!(Arc::ptr_eq(&remote(&one, "users"), &remote(&one, "again")));
    assert!(Arc::ptr_eq(&remote(&one, "users"), &remote(&two, "users")));
}
