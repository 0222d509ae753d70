//! The queue in a Redis stream.

use std::{sync::Arc, time::Duration};

use parking_lot::{Mutex, MutexGuard};
use redis::{Cmd, Value};

use super::{
    Claimed, Consumer, Dead, Delivery, Error, Event, Progress, Receipt, Seen, Types,
    batch::Batch,
    keys::Keys,
    script::{Script, field, list, number, text},
};
use crate::{
    base::limits,
    storage::store::redis::{Refusal, Seat, Server},
};

macro_rules! script {
    ($name:ident: $($file:literal),*) => {
        static $name: Script = Script::new(concat!($(include_str!(concat!("lua/", $file, ".lua"))),*));
    };
}
pub(super) use script;

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
pub(super) struct Stream {
    pub(super) server: Arc<Server>,
    pub(super) keys: Keys,
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

impl Stream {
    pub(super) fn new(server: Arc<Server>, name: &str) -> Self {
        let keys = Keys::new(name);
        let (one, other) = ((server.clone(), keys.clone()), (server.clone(), keys.clone()));
        Self {
            server,
            keys,
            added: Batch::new(move |events| Box::pin(add(one.clone(), events))),
            handled: Batch::new(move |receipts| Box::pin(acknowledge(other.clone(), receipts))),
            seats: Mutex::default(),
        }
    }

    pub(super) async fn publish(&self, event: &Event, text: String, most: usize) -> Result<bool, Error> {
        let event = event.clone();
        self.added.add(Added { most, event, text }).await
    }

    pub(super) async fn subscribe(&self, service: &str) -> Result<(), Error> {
        let create = command(&["XGROUP", "CREATE", &self.keys.stream, service, "0", "MKSTREAM"]);
        match self.server.run(&create, limits::REDIS_COMMAND).await {
            Err(error) if error.refusal() != Some(Refusal::GroupExists) => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) async fn claim(&self, consumer: &Consumer, room: usize) -> Result<Claimed, Error> {
        let (lease, room) = (consumer.lease.as_millis().to_string(), room.to_string());
        let mut arguments = vec![&*consumer.service, &lease, &room];
        match &consumer.types {
            Types::All => arguments.push("*"),
            Types::Named(types) => arguments.extend(types.iter().map(String::as_str)),
        }
        let reply = match self.run(&CLAIM, &consumer.service, &arguments).await {
            // The server lost what it had.
            Err(error) if error.refusal() == Some(Refusal::NoGroup) => {
                self.subscribe(&consumer.service).await?;
                self.run(&CLAIM, &consumer.service, &arguments).await?
            }
            reply => reply?,
        };
        let [token, claimed, next_due, last] = list(&reply) else {
            return Err(Error::NotUnderstood);
        };
        let (token, next_due, last) = (number(token), number(next_due), text(last));
        let deliveries = list(claimed).iter().filter_map(|one| delivery(list(one), token));
        Ok(Claimed {
            deliveries: deliveries.collect(),
            next_due: u64::try_from(next_due).ok().map(Duration::from_millis),
            seen: (!last.is_empty()).then_some(Seen::Id(last)),
        })
    }

    pub(super) async fn news(&self, _: &Consumer, seen: Seen) {
        let Seen::Id(last) = seen else { return };
        let block = limits::EVENTS_WAIT.as_millis().to_string();
        let read = command(&[
            "XREAD",
            "COUNT",
            "1",
            "BLOCK",
            &block,
            "STREAMS",
            &self.keys.stream,
            &last,
        ]);
        let time = limits::EVENTS_WAIT + limits::REDIS_COMMAND;
        let mut seat = self.seats().pop().unwrap_or_default();
        // What went wrong is seen by the claim that follows.
        let _ = self.server.run_in(&mut seat, &read, time).await;
        self.seats().push(seat);
    }

    pub(super) async fn ack(&self, service: &str, receipt: &Receipt) -> Result<(), Error> {
        self.handled.add((service.to_owned(), receipt.clone())).await
    }

    pub(super) async fn retry(
        &self,
        service: &str,
        receipt: &Receipt,
        pause: Duration,
        done: &str,
    ) -> Result<(), Error> {
        let (token, pause) = (receipt.token.to_string(), pause.as_millis().to_string());
        let arguments = [service, &receipt.entry, &token, &pause, done];
        self.run(&RETRY, service, &arguments).await.map(drop)
    }

    pub(super) async fn bury(&self, service: &str, delivery: &Delivery, attempts: u32, why: &str) -> Result<(), Error> {
        let kind = Event::parse(&delivery.event).map_or_else(|_| String::new(), |event| event.kind);
        let (token, attempts) = (delivery.receipt.token.to_string(), attempts.to_string());
        let entry = &delivery.receipt.entry;
        let arguments = [
            service,
            entry,
            &token,
            &attempts,
            why,
            &delivery.done,
            &delivery.event,
            &kind,
        ];
        self.run(&BURY, service, &arguments).await.map(drop)
    }

    pub(super) async fn dead(&self, service: &str) -> Result<Vec<Dead>, Error> {
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

    pub(super) async fn replay(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        let mut count = 0;
        for some in dead.chunks(limits::EVENTS_BATCH) {
            let mut arguments = vec![service];
            arguments.extend(some.iter().map(|dead| dead.entry.as_str()));
            count += number(&self.run(&REPLAY, service, &arguments).await?);
        }
        Ok(count as u64)
    }

    pub(super) async fn discard(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        let (key, mut count) = (self.keys.of(service, "dead"), 0);
        for some in dead.chunks(limits::EVENTS_BATCH) {
            let mut remove = command(&["XDEL", &key]);
            remove.arg(some.iter().map(|dead| dead.entry.as_str()).collect::<Vec<_>>());
            count += number(&self.server.run(&remove, limits::REDIS_COMMAND).await?);
        }
        Ok(count as u64)
    }

    pub(super) async fn progress(&self) -> Result<Vec<Progress>, Error> {
        let groups = command(&["XINFO", "GROUPS", &self.keys.stream]);
        let groups = match self.server.run(&groups, limits::REDIS_COMMAND).await {
            // There is no stream yet.
            Err(error) if error.refusal() == Some(Refusal::NoKey) => return Ok(Vec::new()),
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
    }

    pub(super) async fn forget(&self, service: &str) -> Result<bool, Error> {
        match self.run(&FORGET, service, &[service]).await {
            Err(error) if matches!(error.refusal(), Some(Refusal::NoGroup | Refusal::NoKey)) => Ok(false),
            result => Ok(number(&result?) == 1),
        }
    }

    pub(super) async fn tend(&self, _: usize) -> Result<(), Error> {
        tokio::time::sleep(limits::EVENTS_TRIM).await;
        self.trim().await
    }

    pub(super) async fn trim(&self) -> Result<(), Error> {
        TRIM.run(&self.server, &[&self.keys.stream], &[]).await.map(drop)
    }

    fn seats(&self) -> MutexGuard<'_, Vec<Seat>> {
        self.seats.lock()
    }

    async fn run(&self, script: &Script, service: &str, arguments: &[&str]) -> Result<Value, Error> {
        script
            .run(
                &self.server,
                &self.keys.all(service).each_ref().map(String::as_str),
                arguments,
            )
            .await
    }
}

async fn add((server, keys): (Arc<Server>, Keys), events: Vec<Added>) -> Result<Vec<bool>, Error> {
    let most = events.iter().map(|added| added.most).max().unwrap_or(0).to_string();
    let mut arguments = vec![most.as_str()];
    for Added { event, text, .. } in &events {
        let (target, key) = (event.target_service.as_deref(), event.key.as_deref());
        arguments.extend([text, &event.kind, target.unwrap_or(""), key.unwrap_or("")]);
    }
    let room = number(&PUBLISH.run(&server, &[&keys.stream], &arguments).await?);
    Ok((0..events.len() as i64).map(|index| index < room).collect())
}

async fn acknowledge((server, keys): (Arc<Server>, Keys), receipts: Vec<(String, Receipt)>) -> Result<Vec<()>, Error> {
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

pub(super) fn command(words: &[&str]) -> Cmd {
    let mut command = Cmd::new();
    command.arg(words);
    command
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
