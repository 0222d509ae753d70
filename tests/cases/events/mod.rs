//! Events from guests to guests: real hosts, real queues, all languages.

mod crashes;
mod dead;
mod delivery;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Folder, Redis, Service, eventually};

pub(crate) const TEXT: &str = include_str!("service.tsk");
const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

/// A queue and a database that several hosts share.
pub(crate) struct Place {
    engine: &'static str,
    pub(crate) redis: Option<Redis>,
    folder: TempDir,
}

impl Place {
    pub(crate) fn new(engine: &'static str) -> Self {
        Self {
            engine,
            redis: (engine != "sqlite").then(Redis::durable),
            folder: TempDir::new().unwrap(),
        }
    }

    fn all() -> [Self; 3] {
        ["sqlite", "stream", "list"].map(Self::new)
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let queue = self.folder.path().join("queue.db");
        let queue = match &self.redis {
            Some(redis) => redis.url(),
            None => format!("sqlite:{}", queue.display()),
        };
        vec![
            ("MESSAGE_QUEUE", queue),
            ("ENGINE", self.engine.into()),
            (
                "DB",
                format!("sqlite:{}", self.folder.path().join("effects.db").display()),
            ),
        ]
    }

    async fn host(&self) -> Service {
        self.host_of(TEXT, &[]).await
    }

    pub(crate) async fn host_of(&self, text: &str, more: &[(&str, &str)]) -> Service {
        let own = self.variables();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<_> = own.chain(more.iter().copied()).collect();
        Service::start_in(Folder::new(text), &all).await
    }
}

/// Publishes by a fujsen of `language`; the event's id.
async fn publish(service: &Service, language: &str, event: Value) -> String {
    let answer = service.post(&format!("/{language}"), event).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json().as_str().unwrap().to_owned()
}

/// `[n, event]` of what a handler has done so far.
async fn effects(service: &Service, handler: &str) -> Vec<(i64, Value)> {
    let all = service.get("/effects").await.json();
    let rows = all.as_array().unwrap().iter().filter(|row| row["handler"] == handler);
    rows.map(|row| (row["n"].as_i64().unwrap(), row["event"].clone()))
        .collect()
}

/// Waits until a handler has done so much.
async fn done(service: &Service, handler: &str, count: usize) -> Vec<(i64, Value)> {
    eventually(&format!("{count} of {handler}"), || async {
        Some(effects(service, handler).await).filter(|done| done.len() >= count)
    })
    .await
}

pub(crate) fn made(language: &str, n: i64) -> Value {
    json!({ "kind": format!("{language}_made"), "n": n })
}
