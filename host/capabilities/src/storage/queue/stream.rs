//! The queue in a Redis stream.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use redis::Value;
use tokio::time::sleep;

use super::{
    Claimed, Consumer, Dead, Delivery, Doing, Event, Fate, Progress, Queue, QueueError, Receipt, Seen, Settlement,
    Types,
    batch::Batch,
    intake::{self, Intake},
    keys::QueueKeys,
    script::{Script, command, field, list, number, script, text},
};
use crate::{
    base::limits,
    storage::store::redis::{RedisRefusal, RedisServer, Seat},
};

script!(PUBLISH: "groups", "publish");
script!(TRIM: "groups", "trim");
script!(CLAIM: "groups", "line", "claim");
script!(ACK: "groups", "line", "ack");
script!(RETRY: "groups", "line", "retry");
script!(BURY: "groups", "line", "bury");
script!(REPLAY: "groups", "line", "replay");
script!(FORGET: "groups", "line", "forget");

/// A Redis stream. A service is a consumer group; beside it stand what is being handled, the order of each key, and what
/// was given up (`lua/line.lua`).
pub(super) struct RedisStream {
    server: Arc<RedisServer>,
    keys: QueueKeys,
    /// A list that others push to.
    intake: Option<Intake>,
    /// Services that this process has given a place.
    subscribed: Mutex<HashSet<String>>,
    added: Batch<Added, bool>,
    handled: Batch<(String, Receipt), ()>,
    /// Connections for waiting.
    seats: Mutex<Vec<Seat>>,
}

/// An event on its way into the stream.
struct Added {
    most: usize,
    event: Event,
    text: String,
}

impl RedisStream {
    /// `has_intake`: events come in through a list.
    pub(super) fn new(server: Arc<RedisServer>, name: &str, has_intake: bool) -> Self {
        let keys = QueueKeys::new(name);
        let (one, other) = ((server.clone(), keys.clone()), (server.clone(), keys.clone()));
        Self {
            intake: has_intake.then(|| Intake::new(server.clone(), name)),
            subscribed: Mutex::default(),
            server,
            keys,
            added: Batch::new(move |events| Box::pin(add(one.clone(), events))),
            handled: Batch::new(move |receipts| Box::pin(acknowledge(other.clone(), receipts))),
            seats: Mutex::default(),
        }
    }

    /// Gives a service its place, unless it has one.
    async fn subscribe(&self, service: &str) -> Result<(), QueueError> {
        let create = command(&["XGROUP", "CREATE", &self.keys.stream, service, "0", "MKSTREAM"]);
        match self.server.run(&create, limits::REDIS_COMMAND).await {
            Err(error) if error.refusal() != Some(RedisRefusal::GroupExists) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// As [`subscribe`](Self::subscribe), once for each service.
    async fn ensure_subscribed(&self, service: &str) -> Result<(), QueueError> {
        if !self.subscribed.lock().contains(service) {
            self.subscribe(service).await?;
            self.subscribed.lock().insert(service.to_owned());
        }
        Ok(())
    }

    /// What was given up under the name of a service, or of nobody.
    async fn buried(&self, service: &str) -> Result<Vec<Dead>, QueueError> {
        let (key, mut found, mut from) = (self.keys.of(service, "dead"), Vec::new(), "-".to_owned());
        // In pages: one reply is bounded.
        loop {
            let page = command(&["XRANGE", &key, &from, "+", "COUNT", "64"]);
            let page = self.server.run(&page, limits::REDIS_COMMAND).await?;
            found.extend(list(&page).iter().filter_map(|entry| buried(list(entry))));
            match found.last() {
                Some(last) if list(&page).len() == 64 => from = format!("({}", last.entry),
                _ => return Ok(found),
            }
        }
    }

    async fn replay(&self, service: &str, dead: &[Dead]) -> Result<u64, QueueError> {
        let mut count = 0;
        for some in dead.chunks(limits::EVENTS_BATCH) {
            let mut arguments = vec![service];
            arguments.extend(some.iter().map(|dead| dead.entry.as_str()));
            count += number(&self.run(&REPLAY, service, &arguments).await?);
        }
        Ok(count as u64)
    }

    async fn discard(&self, service: &str, dead: &[Dead]) -> Result<u64, QueueError> {
        let (key, mut count) = (self.keys.of(service, "dead"), 0);
        for some in dead.chunks(limits::EVENTS_BATCH) {
            let mut remove = command(&["XDEL", &key]);
            remove.arg(some.iter().map(|dead| dead.entry.as_str()).collect::<Vec<_>>());
            count += number(&self.server.run(&remove, limits::REDIS_COMMAND).await?);
        }
        Ok(count as u64)
    }

    async fn trim(&self) -> Result<(), QueueError> {
        TRIM.run(&self.server, &[&self.keys.stream], &[]).await.map(drop)
    }

    async fn run(&self, script: &Script, service: &str, arguments: &[&str]) -> Result<Value, QueueError> {
        script
            .run(
                &self.server,
                &self.keys.all(service).each_ref().map(String::as_str),
                arguments,
            )
            .await
    }
}

impl Queue for RedisStream {
    fn publish<'a>(&'a self, event: &'a Event, most: usize) -> Doing<'a, bool> {
        Box::pin(async move {
            let (text, event) = (event.to_text()?, event.clone());
            match &self.intake {
                Some(intake) => intake.push(text, most).await,
                None => self.added.add(Added { most, event, text }).await,
            }
        })
    }

    fn claim<'a>(&'a self, consumer: &'a Consumer, room: usize) -> Doing<'a, Claimed> {
        Box::pin(async move {
            self.ensure_subscribed(&consumer.service).await?;
            let (lease, room) = (consumer.lease.as_millis().to_string(), room.to_string());
            let mut arguments = vec![&*consumer.service, &lease, &room];
            match &consumer.types {
                Types::All => arguments.push("*"),
                Types::Named(types) => arguments.extend(types.iter().map(String::as_str)),
            }
            let reply = match self.run(&CLAIM, &consumer.service, &arguments).await {
                // The server lost what it had, or the service was forgotten.
                Err(error) if error.refusal() == Some(RedisRefusal::NoGroup) => {
                    self.subscribe(&consumer.service).await?;
                    self.run(&CLAIM, &consumer.service, &arguments).await?
                }
                reply => reply?,
            };
            claimed(&reply).ok_or(QueueError::NotUnderstood)
        })
    }

    fn news<'a>(&'a self, _: &'a Consumer, seen: Seen) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Seen::Id(last) = seen else { return };
            let (block, stream) = (limits::EVENTS_WAIT.as_millis().to_string(), &self.keys.stream);
            let read = command(&["XREAD", "COUNT", "1", "BLOCK", &block, "STREAMS", stream, &last]);
            let time = limits::EVENTS_WAIT + limits::REDIS_COMMAND;
            let mut seat = self.seats.lock().pop().unwrap_or_default();
            // What went wrong is seen by the claim that follows.
            let _ = self.server.run_in(&mut seat, &read, time).await;
            self.seats.lock().push(seat);
        })
    }

    fn settle<'a>(&'a self, service: &'a str, delivery: &'a Delivery, settlement: &'a Settlement) -> Doing<'a, ()> {
        Box::pin(async move {
            let Delivery {
                receipt, event, done, ..
            } = delivery;
            let (entry, token) = (receipt.entry.as_str(), receipt.token.to_string());
            match settlement {
                Settlement::Handled => self.handled.add((service.to_owned(), receipt.clone())).await,
                Settlement::Again(pause) => {
                    let pause = pause.as_millis().to_string();
                    let arguments = [service, entry, &token, &pause, done];
                    self.run(&RETRY, service, &arguments).await.map(drop)
                }
                Settlement::GivenUp { attempts, why } => {
                    let kind = Event::parse(event).map_or_else(|_| String::new(), |event| event.kind);
                    let attempts = attempts.to_string();
                    let arguments = [service, entry, &token, &attempts, why, done, event, &kind];
                    self.run(&BURY, service, &arguments).await.map(drop)
                }
            }
        })
    }

    fn dead<'a>(&'a self, service: &'a str) -> Doing<'a, Vec<Dead>> {
        Box::pin(async move {
            let mut all = self.buried(service).await?;
            if self.intake.is_some() {
                all.extend(self.buried(intake::NOBODY).await?.into_iter().map(intake::refused));
                all.sort_by_key(|dead| dead.at);
            }
            Ok(all)
        })
    }

    fn lift<'a>(&'a self, service: &'a str, dead: &'a [Dead], fate: Fate) -> Doing<'a, u64> {
        Box::pin(async move {
            let (own, refused) = intake::split(dead);
            match fate {
                // What cannot be read cannot be delivered.
                Fate::Replayed => self.replay(service, &own).await,
                Fate::Discarded => {
                    Ok(self.discard(service, &own).await? + self.discard(intake::NOBODY, &refused).await?)
                }
            }
        })
    }

    fn progress(&self) -> Doing<'_, Vec<Progress>> {
        Box::pin(async move {
            let groups = command(&["XINFO", "GROUPS", &self.keys.stream]);
            let groups = match self.server.run(&groups, limits::REDIS_COMMAND).await {
                // There is no stream yet.
                Err(error) if error.refusal() == Some(RedisRefusal::NoKey) => return Ok(Vec::new()),
                groups => groups?,
            };
            let mut all = Vec::new();
            for group in list(&groups).iter().map(list) {
                let service = text(field(group, "name"));
                let dead = command(&["XLEN", &self.keys.of(&service, "dead")]);
                all.push(Progress {
                    waiting: number(field(group, "lag")),
                    pending: number(field(group, "pending")),
                    dead: number(&self.server.run(&dead, limits::REDIS_COMMAND).await?),
                    service,
                });
            }
            Ok(all)
        })
    }

    fn forget<'a>(&'a self, service: &'a str) -> Doing<'a, bool> {
        Box::pin(async move {
            match self.run(&FORGET, service, &[service]).await {
                Err(error) if matches!(error.refusal(), Some(RedisRefusal::NoGroup | RedisRefusal::NoKey)) => Ok(false),
                result => Ok(number(&result?) == 1),
            }
        })
    }

    fn tend(&self, most: usize) -> Doing<'_, ()> {
        Box::pin(async move {
            match &self.intake {
                Some(intake) => intake.fill(&self.keys, most).await?,
                None => sleep(limits::EVENTS_TRIM).await,
            }
            self.trim().await
        })
    }
}

async fn add((server, keys): (Arc<RedisServer>, QueueKeys), events: Vec<Added>) -> Result<Vec<bool>, QueueError> {
    let most = events.iter().map(|added| added.most).max().unwrap_or(0).to_string();
    let mut arguments = vec![most.as_str()];
    for Added { event, text, .. } in &events {
        let (target, key) = (event.target_service.as_deref(), event.key.as_deref());
        arguments.extend([text, &event.kind, target.unwrap_or(""), key.unwrap_or("")]);
    }
    let room = number(&PUBLISH.run(&server, &[&keys.stream], &arguments).await?);
    Ok((0..events.len() as i64).map(|index| index < room).collect())
}

async fn acknowledge(
    (server, keys): (Arc<RedisServer>, QueueKeys),
    receipts: Vec<(String, Receipt)>,
) -> Result<Vec<()>, QueueError> {
    for some in receipts.chunk_by(|one, other| one.0 == other.0) {
        let Some((service, _)) = some.first() else { continue };
        let tokens: Vec<String> = some.iter().map(|(_, receipt)| receipt.token.to_string()).collect();
        let mut arguments = vec![service.as_str()];
        for ((_, receipt), token) in some.iter().zip(&tokens) {
            arguments.extend([receipt.entry.as_str(), token]);
        }
        let all = keys.all(service);
        ACK.run(&server, &all.each_ref().map(String::as_str), &arguments)
            .await?;
    }
    Ok(vec![(); receipts.len()])
}

/// What the script of a claim answers.
fn claimed(reply: &Value) -> Option<Claimed> {
    let [token, claimed, next_due, last] = list(reply) else {
        return None;
    };
    let (token, next_due, last) = (number(token), number(next_due), text(last));
    let deliveries = list(claimed).iter().filter_map(|one| delivery(list(one), token));
    Some(Claimed {
        deliveries: deliveries.collect(),
        next_due: u64::try_from(next_due).ok().map(Duration::from_millis),
        seen: (!last.is_empty()).then_some(Seen::Id(last)),
    })
}

fn delivery(one: &[Value], token: i64) -> Option<Delivery> {
    let [member, count, event, done] = one else { return None };
    Some(Delivery {
        receipt: Receipt {
            entry: text(member),
            token,
        },
        attempts: u32::try_from(number(count)).unwrap_or(u32::MAX),
        done: text(done),
        event: text(event),
    })
}

fn buried(entry: &[Value]) -> Option<Dead> {
    let [id, fields] = entry else { return None };
    let (id, fields) = (text(id), list(fields));
    Some(Dead {
        at: id.split('-').next().and_then(|time| time.parse().ok()).unwrap_or(0),
        attempts: number(field(fields, "attempts")) as u32,
        error: text(field(fields, "error")),
        event: text(field(fields, "event")),
        entry: id,
    })
}
