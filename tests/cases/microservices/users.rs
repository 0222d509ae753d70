//! The example's users: stored, told to others, and the circuit breaker before them.

use serde_json::json;

use super::system::{System, each, message};
use crate::harness::{Redis, eventually, process_at, signal};

#[tokio::test]
async fn a_new_user_is_stored_and_told_to_other_services() {
    let system = users_story(System::start().await).await;
    assert!(system.folder.file(".tusk/events.db").exists());
}

#[tokio::test]
async fn a_new_user_is_told_to_other_services_through_redis() {
    let redis = Redis::start();
    let system = users_story(System::start_with(&[("MESSAGE_QUEUE", redis.url())]).await).await;
    assert!(
        !system.folder.file(".tusk/events.db").exists(),
        "nothing was queued elsewhere"
    );
}

async fn users_story(system: System) -> System {
    let without = system
        .post("user-service", "/users", json!({ "username": "ada" }))
        .await;
    assert_eq!((without.0, message(&without)), (400, "username and email are required"));
    let ada = json!({ "username": "ada", "email": "ada@example.com" });
    let created = system.post("user-service", "/users", ada.clone()).await;
    assert_eq!(
        (created.0, &created.1["status"]),
        (201, &json!("success")),
        "{created:?}"
    );
    assert_eq!(created.1["service"], "user-service");
    assert_eq!(created.1["data"]["username"], "ada");
    let again = system.post("user-service", "/users", ada).await;
    assert!(again.0 == 409 && message(&again).contains("ada is taken"), "{again:?}");
    let list = system.get("user-service", "/users").await.1;
    assert_eq!(each(&list["data"], "username"), ["ada"]);
    let id = created.1["data"]["id"].as_i64().unwrap();

    let told = system.notifications(1).await;
    assert_eq!(
        (each(&told, "recipient"), each(&told, "type")),
        (vec!["ada@example.com"], vec!["user_created"])
    );

    // An event for a service that is down waits for it: it is started again by `up`.
    signal(process_at(&system.folder, "notification-service.tsk").unwrap(), "KILL");
    let bob = json!({ "username": "bob", "email": "bob@example.com" });
    assert_eq!(system.post("user-service", "/users", bob).await.0, 201);
    let told = system.notifications(2).await;
    assert_eq!(each(&told, "recipient"), ["bob@example.com", "ada@example.com"]);

    // Deleting needs a token of auth-service.
    let path = format!("/users/{id}");
    let delete = |token: Option<String>| {
        let request = system.client.delete(system.url("user-service") + &path);
        system.send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    };
    assert_eq!(delete(None).await.0, 401);
    assert_eq!(delete(Some("guessed".to_owned())).await.0, 401);
    let wrong = json!({ "service": "admin", "secret": "guessed" });
    assert_eq!(system.post("auth-service", "/tokens", wrong).await.0, 401);
    let right = json!({ "service": "admin", "secret": "s3cret" });
    let token = system.post("auth-service", "/tokens", right).await;
    assert_eq!((token.0, &token.1["expires_in"]), (201, &json!(900)));
    let token = token.1["token"].as_str().unwrap().to_owned();
    assert_eq!(delete(Some(token.clone())).await.0, 200);
    assert_eq!(delete(Some(token)).await.0, 404, "it is gone");
    let told = system.notifications(3).await;
    assert_eq!(told[0]["type"], "user_deleted");
    assert_eq!(system.get("user-service", "/health").await.1["status"], "healthy");
    system
}

#[tokio::test]
async fn a_circuit_breaker_opens_and_closes_again() {
    let shorter = |_: &str, text: String| text.replace("recovery_timeout: 60", "recovery_timeout: 1");
    let system = System::new(shorter);
    let users = system.alone("user-service", &[]).await;
    let breaker = "/circuit-breakers/database_service";
    assert_eq!(system.get("user-service", breaker).await.1["state"], "CLOSED");
    for failures in 1..=5 {
        let answer = system.get("user-service", "/users").await;
        assert!(
            answer.0 == 503 && message(&answer).contains("Failed to communicate"),
            "{answer:?}"
        );
        assert_eq!(system.get("user-service", breaker).await.1["failure_count"], failures);
    }
    let log = system.log_of("user-service");
    assert!(log.contains("circuit breaker opens"), "{log}");
    let health = system.get("user-service", "/health").await;
    assert_eq!((health.0, &health.1["status"]), (503, &json!("degraded")));
    assert_eq!(health.1["dependencies"]["database_service"]["status"], "unhealthy");

    // What it knows outlives the process.
    drop(users);
    let _users = system.alone("user-service", &[]).await;
    assert_ne!(system.get("user-service", breaker).await.1["state"], "CLOSED");
    let refused = eventually("a call that is refused", || async {
        let answer = system.get("user-service", "/users").await;
        message(&answer)
            .contains("Circuit breaker for database_service is OPEN")
            .then_some(answer)
    });
    assert_eq!(refused.await.0, 503);

    let _database = system.alone("database-service", &[]).await;
    system
        .until("user-service", "/users", |(status, _)| *status == 200)
        .await;
    let closed = system.get("user-service", breaker).await.1;
    assert_eq!(
        (&closed["state"], &closed["failure_count"]),
        (&json!("CLOSED"), &json!(0))
    );
}
