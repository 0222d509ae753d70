//! Queues for the suite, and hosts that use them.

use std::{process::Command, sync::Arc, time::Duration};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    base::clock::{self, Clock},
    capability::fixture::{self, RedisServer},
    observe::trace_context::TraceContext,
    storage::{
        queue::{Consumer, Delivery, Event, PublishOptions, Queue, QueueSettings, Queues, Settlement, Types},
        store::Stores,
    },
};

/// A queue of its own in one of the engines.
pub(super) struct Testbed {
    pub(super) name: &'static str,
    pub(super) settings: QueueSettings,
    pub(super) redis: Option<RedisServer>,
    _folder: TempDir,
}

impl Testbed {
    pub(super) fn all() -> [Self; 3] {
        ["sqlite", "stream", "list"].map(|name| {
            let folder = tempfile::tempdir().unwrap();
            let redis = (name != "sqlite").then(RedisServer::durable);
            let url = redis.as_ref().map_or("sqlite:events.db".to_owned(), RedisServer::url);
            let section = json!({"message_queue": {"url": url, "engine": name}});
            let settings = QueueSettings::read(&fixture::config(section), &folder.path().join("a.tsk")).unwrap();
            assert_eq!(settings.engine.name(), name);
            Self {
                name,
                settings,
                redis,
                _folder: folder,
            }
        })
    }

    /// As another process has it: nothing is shared but the queue itself.
    pub(super) fn open(&self) -> Host {
        self.open_at(clock::system())
    }

    pub(super) fn open_at(&self, clock: Arc<dyn Clock>) -> Host {
        let (stores, queues) = (Stores::new(clock), Queues::default());
        let queue = queues.get(&stores, &self.settings);
        let tending = queue.clone();
        let tend = tokio::spawn(async move {
            loop {
                if tending.tend(1000).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
        Host { queue, tend }
    }

    pub(super) fn redis(&self, command: &[&str]) -> String {
        let url = self.redis.as_ref().unwrap().url();
        let output = Command::new("redis-cli").args(["-u", &url]).args(command).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }
}

pub(super) struct Host {
    pub(super) queue: Arc<dyn Queue>,
    pub(super) tend: tokio::task::JoinHandle<()>,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.tend.abort();
    }
}

pub(super) fn consumer(service: &str, types: &[&str]) -> Consumer {
    Consumer {
        service: service.into(),
        types: match types {
            ["*"] => Types::All,
            types => Types::Named(types.iter().map(|one| (*one).to_owned()).collect()),
        },
        lease: Duration::from_secs(60),
        pause: Duration::from_secs(60),
    }
}

pub(super) fn event(kind: &str, n: i64, options: PublishOptions) -> Event {
    Event::new(
        "test",
        kind.into(),
        json!({"n": n}).to_string(),
        options,
        &TraceContext::start(),
        jiff::Timestamp::now(),
    )
    .unwrap()
}

pub(super) fn keyed(key: &str) -> PublishOptions {
    PublishOptions {
        key: Some(key.into()),
        ..PublishOptions::default()
    }
}

pub(super) fn given_up(why: &str) -> Settlement {
    Settlement::GivenUp {
        attempts: 5,
        why: why.to_owned(),
    }
}

pub(super) fn number(delivery: &Delivery) -> i64 {
    let event: serde_json::Value = serde_json::from_str(&delivery.event).unwrap();
    event["data"]["n"].as_i64().unwrap()
}

impl Host {
    pub(super) async fn publish(&self, kind: &str, n: i64, options: PublishOptions) {
        assert!(self.queue.publish(&event(kind, n, options), 1000).await.unwrap());
    }

    /// Waits for events as a service does.
    pub(super) async fn take(&self, consumer: &Consumer, room: usize) -> Vec<Delivery> {
        for _ in 0..40 {
            let claimed = self.queue.claim(consumer, room).await.unwrap();
            if !claimed.deliveries.is_empty() {
                return claimed.deliveries;
            }
            let due = claimed
                .next_due
                .unwrap_or(Duration::from_secs(1))
                .max(Duration::from_millis(1));
            if let Some(seen) = claimed.seen {
                // Nothing is due before, or no event came: it is looked for again.
                let _ = tokio::time::timeout(due, self.queue.news(consumer, seen)).await;
            }
        }
        panic!("no event came")
    }

    /// What there is now, once everything that was published can be seen.
    pub(super) async fn rest(&self, consumer: &Consumer) -> Vec<Delivery> {
        let mut all = Vec::new();
        for _ in 0..3 {
            all.extend(self.queue.claim(consumer, 100).await.unwrap().deliveries);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        all
    }

    /// Gives a service its place without taking an event.
    pub(super) async fn subscribe(&self, service: &str) {
        let taken = self.queue.claim(&consumer(service, &["*"]), 0).await.unwrap();
        assert!(taken.deliveries.is_empty());
    }

    pub(super) async fn settle(&self, consumer: &Consumer, delivery: &Delivery, settlement: Settlement) {
        let settled = self.queue.settle(&consumer.service, delivery, &settlement).await;
        settled.unwrap();
    }

    pub(super) async fn ack(&self, consumer: &Consumer, delivery: &Delivery) {
        self.settle(consumer, delivery, Settlement::Handled).await;
    }
}
