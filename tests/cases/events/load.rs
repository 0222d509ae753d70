//! Many events through a server that is restarted and hosts that are killed: none lost, each effect once.

use std::{
    sync::atomic::{AtomicI64, Ordering::Relaxed},
    time::Duration,
};

use serde_json::{Value, json};

use super::{Place, made};
use crate::harness::{Service, eventually};

#[tokio::test]
async fn nothing_is_lost_and_nothing_done_twice() {
    storm("stream", 3000, 6).await;
}

#[tokio::test]
async fn nothing_is_lost_from_the_list_either() {
    storm("list", 1000, 3).await;
}

/// `cargo test -p tusk-host --test tests -- --ignored --nocapture twenty_thousand`
#[tokio::test]
#[ignore = "takes a minute of both cores"]
async fn twenty_thousand_events_through_twenty_restarts() {
    storm("stream", 20_000, 20).await;
}

/// Publishes numbered events while Redis is restarted and hosts are killed, both at random moments.
async fn storm(engine: &'static str, count: i64, restarts: i64) {
    let mut place = Place::new(engine);
    let variables = [("ATTEMPTS", "50")];
    let publisher = place.host_of(super::TEXT, &variables).await;
    let mut consumers = [
        Some(place.host_of(super::TEXT, &variables).await),
        Some(place.host_of(super::TEXT, &variables).await),
    ];
    let restarted = AtomicI64::new(0);
    let publish = futures_util::future::join_all((0..LANES).map(|lane| {
        let numbers = (lane..count).step_by(LANES as usize);
        // Some events for each restart: there are always some on their way.
        publish_all(&publisher, numbers, move |n| n * (restarts + 1) / count, &restarted)
    }));
    let disturb = async {
        while restarted.load(Relaxed) < restarts {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(50..500))).await;
            let victim = &mut consumers[fastrand::usize(..2)];
            // SIGKILL, whatever it is doing.
            drop(victim.take());
            let redis = place.redis.as_mut().unwrap();
            redis.kill();
            tokio::time::sleep(Duration::from_millis(fastrand::u64(20..200))).await;
            redis.restart();
            restarted.fetch_add(1, Relaxed);
            *victim = Some(place.host_of(super::TEXT, &variables).await);
        }
    };
    tokio::join!(publish, disturb);
    let all = eventually(&format!("the effects of {count} events"), || async {
        let effects = effects(&publisher.get("/count").await.json());
        (effects.1 >= count).then_some(effects)
    })
    .await;
    // Handlers that keep no inbox.
    let deliveries = publisher.get("/deliveries").await.text;
    eprintln!("{engine}: {count} events through {restarts} restarts in {deliveries} deliveries");
    assert_eq!(all, (count, count), "{engine}: effects, and different ones");
}

const LANES: i64 = 8;

fn effects(counted: &Value) -> (i64, i64) {
    let number = |name: &str| counted[name].as_i64().unwrap_or(0);
    (number("all_of"), number("different"))
}

/// Publishes each number once there were so many restarts as `after` asks for, and until it is taken: with an id of its
/// own, so that it is one event however often it is sent.
async fn publish_all(
    publisher: &Service,
    numbers: impl Iterator<Item = i64>,
    after: impl Fn(i64) -> i64,
    restarted: &AtomicI64,
) {
    for n in numbers {
        while restarted.load(Relaxed) < after(n) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut event = made(["rust", "assemblyscript"][(n % 2) as usize], n);
        event["id"] = json!(format!("number-{n}"));
        event["key"] = if n % 3 == 0 {
            json!(format!("key-{}", n % 30))
        } else {
            Value::Null
        };
        while publisher.post("/rust", event.clone()).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
