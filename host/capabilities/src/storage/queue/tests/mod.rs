//! One suite over the engines.
#![allow(clippy::unwrap_used)]

mod testbed;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Mutex,
    time::Duration,
};

use serde_json::json;

use self::testbed::{Host, Testbed, consumer, event, given_up, keyed, number};
use super::*;
use crate::{base::clock::Moved, capability::fixture};

#[tokio::test]
async fn an_event_is_taken_once_and_gone_when_it_is_handled() {
    for testbed in Testbed::all() {
        let (one, other) = (testbed.open(), testbed.open());
        let users = consumer("users", &["created"]);
        one.subscribe("users").await;
        one.subscribe("users").await;
        one.publish("created", 1, PublishOptions::default()).await;
        let taken = other.take(&users, 10).await;
        assert_eq!(
            (taken.len(), taken[0].attempts, number(&taken[0])),
            (1, 1, 1),
            "{}",
            testbed.name
        );
        assert!(
            one.rest(&users).await.is_empty(),
            "{}: it is in other hands",
            testbed.name
        );
        other.ack(&users, &taken[0]).await;
        assert!(one.rest(&users).await.is_empty());
        let progress = one.queue.progress().await.unwrap();
        let expected = Progress {
            service: "users".into(),
            waiting: 0,
            pending: 0,
            dead: 0,
        };
        assert_eq!(progress, [expected], "{}", testbed.name);
    }
}

#[tokio::test]
async fn a_failure_comes_again_after_its_pause_with_what_was_noted() {
    for testbed in Testbed::all() {
        let host = testbed.open();
        let users = consumer("users", &["*"]);
        host.subscribe("users").await;
        host.publish("created", 1, PublishOptions::default()).await;
        let mut taken = host.take(&users, 10).await.remove(0);
        for attempts in 2..4 {
            let pause = Duration::from_millis(50);
            taken.done = "a.first".into();
            host.settle(&users, &taken, Settlement::Again(pause)).await;
            let stale = taken.clone();
            taken = host.take(&users, 10).await.remove(0);
            assert_eq!(
                (taken.attempts, &*taken.done),
                (attempts, "a.first"),
                "{}",
                testbed.name
            );
            // Who has lost an event cannot end it.
            host.ack(&users, &stale).await;
            assert_eq!(host.queue.progress().await.unwrap()[0].pending, 1, "{}", testbed.name);
        }
    }
}

#[tokio::test]
async fn what_a_host_has_left_is_taken_by_another() {
    for testbed in Testbed::all() {
        let (one, other) = (testbed.open(), testbed.open());
        let hasty = Consumer {
            lease: Duration::from_millis(100),
            ..consumer("users", &["*"])
        };
        one.subscribe("users").await;
        one.publish("created", 1, PublishOptions::default()).await;
        assert_eq!(one.take(&hasty, 1).await[0].attempts, 1);
        drop(one);
        let again = other.take(&hasty, 1).await.remove(0);
        assert_eq!(
            (again.attempts, number(&again)),
            (2, 1),
            "{}: the count was kept",
            testbed.name
        );
    }
}

#[tokio::test]
async fn a_clock_that_is_set_stops_no_event() {
    let hour = jiff::SignedDuration::from_hours(1);
    for by in [hour, -hour] {
        let [sqlite, ..] = Testbed::all();
        let clock = Moved::new();
        let host = sqlite.open_at(clock.clone());
        let users = consumer("users", &["*"]);
        host.subscribe("users").await;
        for n in 1..=4 {
            host.publish("created", n, keyed(&format!("key-{}", n % 3))).await;
        }
        // One is being handled, one waits for another try, one has been left by a host that died, one for its turn.
        let mut taken = host.take(&users, 3).await;
        assert_eq!(taken.iter().map(number).collect::<Vec<_>>(), [1, 2, 3]);
        let later = Settlement::Again(Duration::from_secs(30));
        host.settle(&users, &taken[1], later).await;
        clock.set(by);
        // Whoever still has it ends it, and the next of its key has its turn.
        host.ack(&users, &taken.remove(0)).await;
        clock.pass(Duration::from_secs(61));
        let mut left: Vec<i64> = host.rest(&users).await.iter().map(number).collect();
        left.sort_unstable();
        assert_eq!(left, [2, 3, 4], "{by}");
        // What is taken now is its taker's own.
        assert!(host.rest(&users).await.is_empty(), "{by}");
        host.publish("created", 5, PublishOptions::default()).await;
        assert_eq!(host.take(&users, 1).await.iter().map(number).collect::<Vec<_>>(), [5]);
    }
}

#[tokio::test]
async fn each_service_gets_what_is_for_it_once() {
    for testbed in Testbed::all() {
        let host = testbed.open();
        let (users, mail, audit) = (
            consumer("users", &["created"]),
            consumer("mail", &["created", "sent"]),
            consumer("audit", &["*"]),
        );
        for service in ["users", "mail", "audit"] {
            host.subscribe(service).await;
        }
        host.publish("created", 1, PublishOptions::default()).await;
        host.publish("sent", 2, PublishOptions::default()).await;
        host.publish("other", 3, PublishOptions::default()).await;
        let target = Some("mail".to_owned());
        host.publish(
            "created",
            4,
            PublishOptions {
                target,
                ..PublishOptions::default()
            },
        )
        .await;
        let target = Some("nobody".to_owned());
        host.publish(
            "created",
            5,
            PublishOptions {
                target,
                ..PublishOptions::default()
            },
        )
        .await;
        for (consumer, expected) in [(&users, &[1][..]), (&mail, &[1, 2, 4]), (&audit, &[1, 2, 3])] {
            let mut found = Vec::new();
            while found.len() < expected.len() {
                found.extend(host.take(consumer, 2).await.iter().map(number));
            }
            found.extend(host.rest(consumer).await.iter().map(number));
            assert_eq!(found, expected, "{} {}", testbed.name, consumer.service);
        }
    }
}

#[tokio::test]
async fn a_service_that_comes_later_finds_what_is_there() {
    for testbed in Testbed::all() {
        let host = testbed.open();
        host.publish("created", 1, PublishOptions::default()).await;
        let users = consumer("users", &["created"]);
        host.subscribe("users").await;
        assert_eq!(number(&host.take(&users, 1).await[0]), 1, "{}", testbed.name);
        assert!(host.queue.forget("users").await.unwrap());
        assert!(!host.queue.forget("users").await.unwrap(), "{}", testbed.name);
    }
}

#[tokio::test]
async fn events_of_one_key_come_one_after_the_other() {
    for testbed in Testbed::all() {
        let (one, other) = (testbed.open(), testbed.open());
        let users = consumer("users", &["*"]);
        one.subscribe("users").await;
        for n in 0..30 {
            one.publish("created", n, keyed(["a", "b|", "c d"][n as usize % 3]))
                .await;
        }
        let mut orders: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        let mut hosts = [&one, &other].into_iter().cycle();
        for round in 0..10 {
            let host = hosts.next().unwrap();
            let mut taken = host.take(&users, 10).await;
            while taken.len() < 3 {
                taken.extend(host.take(&users, 10).await);
            }
            let keys: BTreeSet<i64> = taken.iter().map(|one| number(one) % 3).collect();
            assert_eq!(
                (taken.len(), keys.len()),
                (3, 3),
                "{} {round}: one of each key",
                testbed.name
            );
            assert!(host.rest(&users).await.is_empty(), "{}", testbed.name);
            for delivery in &taken {
                assert_eq!(
                    delivery.attempts, 1,
                    "{}: waiting for its turn does not count",
                    testbed.name
                );
                orders.entry(number(delivery) % 3).or_default().push(number(delivery));
                other.ack(&users, delivery).await;
            }
        }
        for order in orders.values() {
            assert!(order.is_sorted() && order.len() == 10, "{} {order:?}", testbed.name);
        }
    }
}

#[tokio::test]
async fn a_poisoned_key_holds_up_nobody_else() {
    for testbed in Testbed::all() {
        let host = testbed.open();
        let users = consumer("users", &["*"]);
        host.subscribe("users").await;
        for (n, key) in [(1, Some("bad")), (2, Some("bad")), (3, Some("good")), (4, None)] {
            host.publish("created", n, key.map_or_else(PublishOptions::default, keyed))
                .await;
        }
        let mut taken = host.take(&users, 10).await;
        while taken.len() < 3 {
            taken.extend(host.take(&users, 10).await);
        }
        taken.sort_by_key(number);
        assert_eq!(
            taken.iter().map(number).collect::<Vec<_>>(),
            [1, 3, 4],
            "{}",
            testbed.name
        );
        host.settle(&users, &taken[0], given_up("it is poison")).await;
        assert_eq!(number(&host.take(&users, 10).await[0]), 2, "{}: its turn", testbed.name);
        let dead = host.queue.dead("users").await.unwrap();
        assert_eq!((dead.len(), dead[0].attempts, &*dead[0].error), (1, 5, "it is poison"));
        assert_eq!(dead[0].event, taken[0].event, "{}", testbed.name);
        assert!(dead[0].at > 1_700_000_000_000);
    }
}

#[tokio::test]
async fn the_dead_are_replayed_to_their_service_alone() {
    for testbed in Testbed::all() {
        let host = testbed.open();
        let (users, mail) = (consumer("users", &["*"]), consumer("mail", &["*"]));
        for service in ["users", "mail"] {
            host.subscribe(service).await;
        }
        for n in 0..3 {
            host.publish("created", n, PublishOptions::default()).await;
            let taken = host.take(&users, 1).await.remove(0);
            let half_done = Delivery {
                done: "a.first".into(),
                ..taken
            };
            host.settle(&users, &half_done, given_up("no")).await;
            let taken = host.take(&mail, 1).await.remove(0);
            host.ack(&mail, &taken).await;
        }
        let dead = host.queue.dead("users").await.unwrap();
        assert_eq!(host.queue.lift("users", &dead[..1], Fate::Discarded).await.unwrap(), 1);
        assert_eq!(
            host.queue.lift("users", &dead, Fate::Replayed).await.unwrap(),
            2,
            "{}",
            testbed.name
        );
        assert_eq!(host.queue.dead("users").await.unwrap(), []);
        let mut again = host.take(&users, 10).await;
        while again.len() < 2 {
            again.extend(host.take(&users, 10).await);
        }
        let seen: Vec<_> = again
            .iter()
            .map(|one| (number(one), one.attempts, one.done.as_str()))
            .collect();
        assert_eq!(seen, [(1, 1, "a.first"), (2, 1, "a.first")], "{}", testbed.name);
        assert!(host.rest(&mail).await.is_empty(), "{}", testbed.name);
    }
}

#[tokio::test]
async fn a_full_queue_takes_no_more_until_its_events_are_handled() {
    for testbed in Testbed::all() {
        let host = testbed.open();
        host.tend.abort();
        let users = consumer("users", &["*"]);
        host.subscribe("users").await;
        for n in 0..10 {
            assert!(
                host.queue
                    .publish(&event("created", n, PublishOptions::default()), 10)
                    .await
                    .unwrap()
            );
        }
        assert!(
            !host
                .queue
                .publish(&event("created", 10, PublishOptions::default()), 10)
                .await
                .unwrap(),
            "{}",
            testbed.name
        );
        let host = testbed.open();
        let mut taken = 0;
        while taken < 10 {
            for delivery in host.take(&users, 10).await {
                host.ack(&users, &delivery).await;
                taken += 1;
            }
        }
        assert!(
            host.queue
                .publish(&event("created", 10, PublishOptions::default()), 10)
                .await
                .unwrap(),
            "{}",
            testbed.name
        );
    }
}

#[tokio::test]
async fn two_hosts_never_have_the_same_event_at_once() {
    for testbed in Testbed::all() {
        let (one, other) = (testbed.open(), testbed.open());
        let users = consumer("users", &["*"]);
        one.subscribe("users").await;
        let (held, handled) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeMap::new()));
        let consume = async |host: &Host| {
            while handled.lock().unwrap().len() < 300 {
                let claimed = host.queue.claim(&users, 7).await.unwrap();
                for delivery in &claimed.deliveries {
                    assert!(held.lock().unwrap().insert(number(delivery)), "{}", testbed.name);
                }
                tokio::task::yield_now().await;
                for delivery in &claimed.deliveries {
                    held.lock().unwrap().remove(&number(delivery));
                    *handled.lock().unwrap().entry(number(delivery)).or_insert(0) += 1;
                    host.ack(&users, delivery).await;
                }
            }
        };
        let publish = async {
            for n in 0..300 {
                one.publish(
                    "created",
                    n,
                    if n % 2 == 0 {
                        keyed(&(n % 5).to_string())
                    } else {
                        PublishOptions::default()
                    },
                )
                .await;
            }
        };
        tokio::join!(publish, consume(&one), consume(&other));
        assert!(
            handled.into_inner().unwrap().values().all(|count| *count == 1),
            "{}",
            testbed.name
        );
    }
}

#[tokio::test]
async fn a_redis_server_that_is_started_anew_has_lost_nothing() {
    for mut testbed in Testbed::all().into_iter().skip(1) {
        let host = testbed.open();
        let users = consumer("users", &["*"]);
        host.subscribe("users").await;
        host.publish("created", 1, PublishOptions::default()).await;
        let taken = host.take(&users, 1).await.remove(0);
        host.publish("created", 2, keyed("k")).await;
        let redis = testbed.redis.as_mut().unwrap();
        redis.kill();
        redis.restart();
        while host.queue.settle("users", &taken, &Settlement::Handled).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let next = loop {
            match host.queue.claim(&users, 10).await {
                Ok(claimed) if !claimed.deliveries.is_empty() => break claimed.deliveries,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        assert_eq!(next.iter().map(number).collect::<Vec<_>>(), [2], "{}", testbed.name);
    }
}

#[tokio::test]
async fn the_list_takes_what_anybody_pushes() {
    let [_, _, testbed] = Testbed::all();
    let host = testbed.open();
    let users = consumer("users", &["user_created"]);
    host.subscribe("users").await;
    // Left on its way by a host that is gone.
    testbed.redis(&[
        "LPUSH",
        "service_events:processing",
        r#"{"id":"e1","type":"user_created","data":{"n":1}}"#,
    ]);
    testbed.redis(&["LPUSH", "service_events", "rubbish"]);
    let event = r#"{"id":"e2","type":"user_created","data":{"n":2},"source_service":"py","target_service":null,"timestamp":1.5,"key":"k"}"#;
    testbed.redis(&["LPUSH", "service_events", event]);
    let mut taken = host.take(&users, 10).await;
    while taken.len() < 2 {
        taken.extend(host.take(&users, 10).await);
    }
    assert_eq!(taken.iter().map(number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(taken[1].event, event, "as it was pushed");
    let dead = host.queue.dead("users").await.unwrap();
    assert_eq!((dead.len(), &*dead[0].event), (1, "rubbish"));
    assert!(dead[0].error.contains("no event"), "{}", dead[0].error);
    assert_eq!(
        host.queue.lift("users", &dead, Fate::Replayed).await.unwrap(),
        0,
        "nobody could read it"
    );
    assert_eq!(host.queue.lift("users", &dead, Fate::Discarded).await.unwrap(), 1);
    assert_eq!(host.queue.dead("users").await.unwrap(), []);
    for list in ["service_events", "service_events:processing"] {
        assert_eq!(testbed.redis(&["LLEN", list]).trim(), "0");
    }
}

#[test]
fn settings() {
    let read = |config: serde_json::Value| {
        QueueSettings::read(&fixture::config(config), Path::new("/srv/users.tsk"))
            .map(|settings| (settings.engine.name(), settings.place.show(), settings.name))
            .map_err(|all| {
                all.into_iter()
                    .map(|one| format!("{} / {}", one.message, one.help.unwrap_or_default()))
                    .collect::<Vec<_>>()
                    .join("\n")
            })
    };
    let embedded = (
        "sqlite",
        "sqlite:/srv/.tusk/events.db".to_owned(),
        "service_events".to_owned(),
    );
    for same in [
        json!({}),
        json!({"message_queue": {"url": ""}}),
        json!({"message_queue": {"url": null, "engine": "list"}}),
        json!({"service_communication": {"message_queue": "", "queue_name": "service_events"}}),
    ] {
        assert_eq!(read(same).unwrap(), embedded);
    }
    let url = "redis://me:geheim@localhost:6379";
    let page = json!({"service_communication": {"message_queue": url, "queue_name": "q"}});
    assert_eq!(
        read(page).unwrap(),
        ("stream", "redis://localhost:6379".into(), "q".into())
    );
    let list = json!({"message_queue": {"url": url, "engine": "list"}});
    assert_eq!(read(list).unwrap().0, "list");
    for (section, says) in [
        (json!({"url": "amqp://h"}), "SQLite or Redis"),
        (json!({"url": url, "engine": "sqlite"}), "\"stream\" or \"list\""),
        (json!({"concurrancy": 4}), "did you mean `concurrency`?"),
        (json!({"concurrency": 0, "attempts": "5"}), "from 1 to 64"),
        (json!({"concurrency": 0, "attempts": "5"}), "from 1 to 100"),
        (json!({"backoff": "0s"}), "from 1ms to 3600s"),
        (json!({"queue_name": 5}), "a string"),
    ] {
        let error = read(json!({"message_queue": section})).unwrap_err();
        assert!(error.contains(says) && !error.contains("geheim"), "{error}");
    }
    assert!(
        read(json!({"message_queue": "redis://x"}))
            .unwrap_err()
            .contains("must hold settings")
    );
}
