//! Numbered events while hosts, and Redis, are killed at random moments: none is lost, and each has its effect once.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{figure, seed, size};
use crate::{
    cases::events::{Place, made},
    harness::{Service, client},
};

/// How often what is killed, among how many events.
#[derive(Clone, Copy)]
struct Storm {
    kills: usize,
    events: usize,
    /// Redis is killed with each second host.
    redis_too: bool,
}

const SHORT: Storm = Storm {
    kills: 20,
    events: 1_000,
    redis_too: false,
};

fn long(redis_too: bool) -> Storm {
    Storm {
        kills: size("ENDURE_KILLS", 1_000),
        events: size("ENDURE_EVENTS", 100_000),
        redis_too,
    }
}

#[tokio::test]
async fn no_event_is_lost_on_sqlite() {
    rage("sqlite", SHORT).await;
}

#[tokio::test]
async fn no_event_is_lost_on_redis() {
    rage("stream", SHORT).await;
}

#[tokio::test]
async fn no_event_is_lost_with_redis_killed() {
    for engine in ["stream", "list"] {
        rage(
            engine,
            Storm {
                redis_too: true,
                ..SHORT
            },
        )
        .await;
    }
}

#[tokio::test]
#[ignore = "half an hour of both cores"]
async fn endure_no_event_is_lost_on_sqlite() {
    rage("sqlite", long(false)).await;
}

#[tokio::test]
#[ignore = "half an hour of both cores"]
async fn endure_no_event_is_lost_on_redis() {
    rage("stream", long(false)).await;
}

#[tokio::test]
#[ignore = "half an hour of both cores"]
async fn endure_no_event_is_lost_with_redis_killed() {
    rage("stream", long(true)).await;
}

#[tokio::test]
#[ignore = "half an hour of both cores"]
async fn endure_no_event_is_lost_from_a_list_with_redis_killed() {
    rage("list", long(true)).await;
}

/// Two hosts that publish and handle; one of them may be dead.
struct Hosts {
    urls: [Mutex<String>; 2],
    client: reqwest::Client,
    kills: AtomicUsize,
}

impl Hosts {
    /// Asks until one of them answers with 200.
    async fn ask(&self, path: &str, event: Option<&Value>) -> String {
        loop {
            let url = self.urls[fastrand::usize(..2)].lock().unwrap().clone() + path;
            let request = match event {
                Some(event) => self
                    .client
                    .post(url)
                    .header("content-type", "application/json")
                    .body(event.to_string()),
                None => self.client.get(url),
            };
            if let Ok(answer) = request.send().await
                && answer.status() == 200
                && let Ok(text) = answer.text().await
            {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Effects, and different ones.
    async fn effects(&self) -> (usize, usize) {
        let counted: Value = serde_json::from_str(&self.ask("/count", None).await).unwrap();
        let number = |name: &str| counted[name].as_u64().unwrap_or(0) as usize;
        (number("all_of"), number("different"))
    }
}

async fn rage(engine: &'static str, storm: Storm) {
    let (started, seed) = (Instant::now(), seed());
    let mut place = Place::new(engine);
    let mut services = [host(&place).await, host(&place).await];
    let hosts = Hosts {
        urls: [0, 1].map(|n| Mutex::new(services[n].url.clone())),
        client: client().timeout(Duration::from_secs(10)).build().unwrap(),
        kills: AtomicUsize::new(0),
    };
    let publish = futures_util::future::join_all((0..LANES).map(|lane| publish(&hosts, lane, storm)));
    let disturb = async {
        for kill in 0..storm.kills {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(20..400))).await;
            let victim = fastrand::usize(..2);
            services[victim].kill();
            if let Some(redis) = place.redis.as_mut().filter(|_| storm.redis_too && kill % 2 == 0) {
                redis.kill();
                tokio::time::sleep(Duration::from_millis(fastrand::u64(20..200))).await;
                redis.restart();
            }
            services[victim] = host(&place).await;
            hosts.urls[victim].lock().unwrap().clone_from(&services[victim].url);
            hosts.kills.store(kill + 1, Relaxed);
        }
    };
    tokio::join!(publish, disturb);
    let all = settled(&hosts, storm.events).await;
    // Handlers that keep no inbox.
    let deliveries = hosts.ask("/deliveries", None).await;
    figure(format!(
        "{engine}: {} events, {} kills of a host{}, {deliveries} deliveries, {} effects of {} events, in {:.0?}, seed {seed}",
        storm.events,
        storm.kills,
        match storm.redis_too {
            true => format!(", {} of Redis", storm.kills.div_ceil(2)),
            false => String::new(),
        },
        all.0,
        all.1,
        started.elapsed()
    ));
    assert_eq!(
        all,
        (storm.events, storm.events),
        "{engine}: effects, and different ones"
    );
}

const LANES: usize = 8;

async fn host(place: &Place) -> Service {
    place.host_of(crate::cases::events::TEXT, &[("ATTEMPTS", "50")]).await
}

/// Publishes each number of a lane until it is taken, with an id of its own, so that it is one event however often it is
/// sent. Some wait for each kill: there are always some on their way.
async fn publish(hosts: &Hosts, lane: usize, storm: Storm) {
    for n in (lane..storm.events).step_by(LANES) {
        while hosts.kills.load(Relaxed) < n * (storm.kills + 1) / storm.events {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let language = ["rust", "assemblyscript"][n % 2];
        let mut event = made(language, n as i64);
        event["id"] = json!(format!("number-{n}"));
        event["key"] = if n % 3 == 0 {
            json!(format!("key-{}", n % 30))
        } else {
            Value::Null
        };
        hosts.ask(&format!("/{language}"), Some(&event)).await;
    }
}

/// Waits for the effects of so many events, as long as some still come.
async fn settled(hosts: &Hosts, events: usize) -> (usize, usize) {
    let (mut before, mut since) = (0, Instant::now());
    loop {
        let effects = hosts.effects().await;
        if effects.1 >= events || since.elapsed() > Duration::from_secs(60) {
            return effects;
        }
        if effects.1 > before {
            (before, since) = (effects.1, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
