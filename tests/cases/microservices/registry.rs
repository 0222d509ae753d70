//! The example's registry: instances register, are found, die and return.

use serde_json::json;

use super::system::{Answer, System, each, message, unchanged};
use crate::harness::signal;

#[tokio::test]
async fn services_register_and_are_found() {
    let system = System::start().await;
    let registered = |name: &str, version: &str, url: String, endpoint: &str| {
        let info = json!({ "name": name, "version": version, "url": url, "health_endpoint": endpoint });
        let system = &system;
        async move { system.post("registry", "/services", info).await }
    };

    let missing = system
        .post("registry", "/services", json!({ "name": "x", "version": "1" }))
        .await;
    assert_eq!(missing.0, 400);
    assert_eq!(message(&missing), "Missing required field: url, health_endpoint");
    let spare = format!("http://127.0.0.1:{}", system.spare);
    let dead = registered("x", "1", spare, "/health").await;
    assert!(
        dead.0 == 422 && message(&dead).contains("Service health check failed"),
        "{dead:?}"
    );
    let sick = registered("x", "1", system.url("auth-service"), "/nothing").await;
    assert!(sick.0 == 422 && message(&sick).contains("answered 404"), "{sick:?}");
    let foreign = registered("x", "1", "http://127.0.0.1:1".to_owned(), "/health").await;
    assert!(
        foreign.0 == 422 && message(&foreign).contains("service_registry.instances"),
        "{foreign:?}"
    );
    assert_eq!(system.get("registry", "/services/x").await.0, 404);

    // Everybody has registered by itself.
    let all = system
        .until("registry", "/services", |(_, list)| {
            list.as_array().is_some_and(|list| list.len() == 8)
        })
        .await;
    assert!(
        each(&all, "health_status").iter().all(|status| *status == "healthy"),
        "{all}"
    );
    let user = system.get("registry", "/services/user-service").await;
    assert_eq!((user.0, &user.1["url"]), (200, &json!(system.url("user-service"))));
    assert_eq!(user.1["metadata"], json!({}));

    // A dependency's address stands in the file; another service's is asked for.
    let known = system.get("user-service", "/services/database_service/url").await;
    assert_eq!(known.1["url"], json!(system.url("database-service")));
    let found = system
        .until("user-service", "/services/order_service/url", |(status, _)| {
            *status == 200
        })
        .await;
    assert_eq!(found["url"], json!(system.url("order-service")));
    assert_eq!(system.get("user-service", "/services/..%2Fservices/url").await.0, 400);
    let unknown = system.get("user-service", "/services/nobody/url").await;
    assert!(
        unknown.0 == 503 && message(&unknown).contains("nobody not available"),
        "{unknown:?}"
    );
}

/// Two versions of a service, by services that do not register themselves under their own name.
#[tokio::test]
async fn a_newer_version_is_preferred() {
    let system = System::new(|_, text| text.replace("\"every 5s\": member.join", "\"every 366d\": member.join"));
    let _registry = system.alone("registry", &[]).await;
    let _new = system.alone("config-service", &[]).await;
    let _old = system.alone("payment-service", &[]).await;
    let register = |version: &'static str, url: String| {
        let info = json!({ "name": "shop", "version": version, "url": url, "health_endpoint": "/health/live" });
        let system = &system;
        async move { system.post("registry", "/services", info).await }
    };
    // By numbers, not by letters.
    let newer = register("1.10.0", system.url("config-service")).await;
    assert_eq!((newer.0, &newer.1["status"]), (201, &json!("registered")));
    assert_eq!(register("1.9.0", system.url("payment-service")).await.0, 201);
    assert_eq!(system.get("registry", "/services/shop").await.1["version"], "1.10.0");
    let asked = system.get("registry", "/services/shop?version=1.9.0").await;
    assert_eq!(asked.1["url"], json!(system.url("payment-service")));
    assert_eq!(system.get("registry", "/services/shop?version=2").await.0, 404);

    // What is taken out is not found any more.
    let path = format!("/services/{}", newer.1["service_id"].as_str().unwrap());
    let delete = || system.send(system.client.delete(system.url("registry") + &path));
    assert_eq!(delete().await.0, 204);
    assert_eq!(system.get("registry", "/services/shop").await.1["version"], "1.9.0");
}

#[tokio::test]
async fn an_instance_that_dies_is_left_out_until_it_is_back() {
    let system = System::new(unchanged);
    let _registry = system.alone("registry", &[]).await;
    let _first = system.alone("user-service", &[]).await;
    let port = [("USER_SERVICE_PORT", system.spare.to_string())];
    let second = system.alone("user-service", &port).await;
    let (first_url, second_url) = (system.url("user-service"), format!("http://127.0.0.1:{}", system.spare));
    for url in [&first_url, &second_url] {
        let info = json!({ "name": "user-service", "version": "1.0.0", "url": url, "health_endpoint": "/health/live" });
        assert_eq!(system.post("registry", "/services", info).await.0, 201);
    }
    let choose = |strategy: &str| {
        let path = format!("/services/user-service/instance?strategy={strategy}");
        let system = &system;
        async move {
            system.get("registry", &path).await.1["url"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        }
    };
    let (a, b) = (choose("round_robin").await, choose("round_robin").await);
    assert!(
        a != b && [&a, &b].contains(&&first_url) && [&a, &b].contains(&&second_url),
        "{a} {b}"
    );
    assert_eq!((choose("round_robin").await, choose("round_robin").await), (a, b));
    for strategy in ["random", "least_connections"] {
        let url = choose(strategy).await;
        assert!(url == first_url || url == second_url, "{strategy}: {url}");
    }
    assert_eq!(choose("fastest").await, "");

    signal(second.0.id() as i32, "KILL");
    let status_is = |wanted: &'static str| {
        let url = second_url.clone();
        move |(_, list): &Answer| {
            let mut list = list.as_array().into_iter().flatten();
            list.any(|service| service["url"] == url.as_str() && service["health_status"] == wanted)
        }
    };
    system.until("registry", "/services", status_is("unreachable")).await;
    for _ in 0..3 {
        assert_eq!(choose("round_robin").await, first_url);
    }
    assert_eq!(
        system.get("registry", "/services/user-service").await.1["url"],
        first_url.as_str()
    );

    drop(second);
    let _second = system.alone("user-service", &port).await;
    system.until("registry", "/services", status_is("healthy")).await;
    assert_ne!(choose("round_robin").await, choose("round_robin").await);
}
