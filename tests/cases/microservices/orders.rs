//! The example's orders: a payment that fails is undone.

use serde_json::json;

use super::system::{System, each};
use crate::cases::mesh::{claims, token as sign};
use crate::harness::Redis;

/// As a service would make it out to payment-service, with the secret that the example has for trying out.
fn token(from: &str) -> String {
    let secret = "for trying out on one machine of your own";
    sign(
        secret,
        &json!({ "alg": "HS256", "typ": "JWT" }),
        &claims(from, "payment-service", 60),
    )
}

#[tokio::test]
async fn an_order_that_cannot_be_paid_is_undone() {
    undone(&[]).await;
}

#[tokio::test]
async fn an_order_that_cannot_be_paid_is_undone_with_the_queue_on_redis() {
    let redis = Redis::start();
    undone(&[("MESSAGE_QUEUE", redis.url())]).await;
}

async fn undone(queue: &[(&str, String)]) {
    let system = System::new(|_, text| text.replace("recover_after: 15", "recover_after: 3"));
    let _database = system.alone("database-service", queue).await;
    let _orders = system.alone("order-service", queue).await;
    let payments = system.alone("payment-service", queue).await;
    let order = |id: &str, quantity: u32| {
        let body = json!({ "user_id": 7, "item": "book", "quantity": quantity, "amount": 2000 });
        let (system, path) = (&system, format!("/orders/{id}"));
        async move { system.put("order-service", &path, body).await }
    };
    let books = || async {
        system.get("database-service", "/stock/book").await.1["quantity"]
            .as_i64()
            .unwrap()
    };
    let balance = || async {
        system.get("payment-service", "/accounts/7").await.1["balance"]
            .as_i64()
            .unwrap()
    };
    let history = |id: &str| {
        let (system, path) = (&system, format!("/orders/{id}/log"));
        async move {
            let log = system.get("order-service", &path).await.1;
            each(&log, "event").join(" ")
        }
    };
    for _ in 0..2 {
        let paid = system
            .put("payment-service", "/accounts/7/credit/p1", json!({ "amount": 3000 }))
            .await;
        assert_eq!(paid.1["balance"], 3000, "a payment counts once");
    }

    let done = order("one", 2).await;
    assert_eq!((done.0, &done.1["status"]), (201, &json!("completed")), "{done:?}");
    assert_eq!(order("one", 2).await.0, 201, "the same again is the same order");
    assert_eq!(order("one", 3).await.0, 409, "another one is not");
    assert_eq!((books().await, balance().await), (8, 1000));
    assert_eq!(history("one").await, "placed stock_reserved charged completed");

    // Too little money: the stock goes back.
    let refused = order("two", 2).await;
    assert_eq!(
        (refused.0, &refused.1["status"]),
        (409, &json!("cancelled")),
        "{refused:?}"
    );
    assert!(
        refused.1["reason"].as_str().unwrap().contains("less than 2000 cents"),
        "{refused:?}"
    );
    assert_eq!((books().await, balance().await), (8, 1000));
    assert_eq!(history("two").await, "placed stock_reserved failed cancelled");

    // Too little stock: nothing is charged.
    let refused = order("three", 50).await;
    assert_eq!(
        (refused.0, history("three").await.as_str()),
        (409, "placed failed cancelled")
    );
    assert_eq!((books().await, balance().await), (8, 1000));

    // Payments are down: the order is accepted, and undone when they are back.
    drop(payments);
    let accepted = order("four", 2).await;
    assert_eq!(
        (accepted.0, &accepted.1["status"]),
        (202, &json!("failed")),
        "{accepted:?}"
    );
    assert_eq!(books().await, 6, "held until it is certain that nothing was charged");
    let _payments = system.alone("payment-service", queue).await;
    system
        .until("order-service", "/orders/four", |(_, order)| {
            order["status"] == "cancelled"
        })
        .await;
    assert_eq!((books().await, balance().await), (8, 1000));
    let late = json!({ "user_id": 7, "amount": 2000 });
    let charge = |token: Option<String>| {
        let request = system.client.put(system.url("payment-service") + "/charges/four");
        let request = request
            .header("content-type", "application/json")
            .body(late.to_string());
        system.send(match token {
            Some(token) => request.header("x-service-token", token),
            None => request,
        })
    };
    assert_eq!(charge(None).await.0, 401, "charges are for order-service");
    assert_eq!(charge(Some(token("user-service"))).await.0, 403, "and for nobody else");
    assert_eq!(
        charge(Some(token("order-service"))).await.0,
        409,
        "a charge that comes late"
    );
    assert_eq!(balance().await, 1000);
}
