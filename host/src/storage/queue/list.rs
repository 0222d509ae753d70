//! A Redis list that others push to, in front of the stream.

use std::{sync::Arc, time::Duration};

use super::{
    Claimed, Consumer, Dead, Delivery, Error, Event, Progress, Receipt, Seen,
    batch::Batch,
    script::{Script, number},
    stream::{Stream, command, script},
};
use crate::{
    base::limits,
    storage::store::{
        self,
        redis::{Seat, Server},
    },
};

script!(PUSH: "push");
script!(INTAKE: "groups", "intake");

/// A Redis list that anybody may push events to. Whoever takes events moves them on to a stream, where each service
/// finds them: from the list to a list of what is on its way, and from there in one step that nothing comes between. An
/// event that a host has left there is moved on by the next one.
pub(super) struct List {
    stream: Stream,
    /// What is on its way.
    moving: String,
    /// What cannot be read: nobody's in particular.
    refused: String,
    pushed: Batch<(usize, String), bool>,
}

/// Whose dead events are those that cannot be read.
const NOBODY: &str = "";
/// How their entries begin, beside those of a service.
const REFUSED: &str = "refused-";

impl List {
    pub(super) fn new(server: Arc<Server>, name: &str) -> Self {
        let (to, list) = (server.clone(), name.to_owned());
        Self {
            pushed: Batch::new(move |events| Box::pin(push(to.clone(), list.clone(), events))),
            stream: Stream::new(server, name),
            moving: format!("{name}:processing"),
            refused: format!("{name}:{NOBODY}:dead"),
        }
    }

    pub(super) async fn publish(&self, _: &Event, text: String, most: usize) -> Result<bool, Error> {
        self.pushed.add((most, text)).await
    }

    pub(super) async fn subscribe(&self, service: &str) -> Result<(), Error> {
        self.stream.subscribe(service).await
    }

    pub(super) async fn claim(&self, consumer: &Consumer, room: usize) -> Result<Claimed, Error> {
        self.stream.claim(consumer, room).await
    }

    pub(super) async fn news(&self, consumer: &Consumer, seen: Seen) {
        self.stream.news(consumer, seen).await;
    }

    pub(super) async fn ack(&self, service: &str, receipt: &Receipt) -> Result<(), Error> {
        self.stream.ack(service, receipt).await
    }

    pub(super) async fn retry(
        &self,
        service: &str,
        receipt: &Receipt,
        pause: Duration,
        done: &str,
    ) -> Result<(), Error> {
        self.stream.retry(service, receipt, pause, done).await
    }

    pub(super) async fn bury(&self, service: &str, delivery: &Delivery, attempts: u32, why: &str) -> Result<(), Error> {
        self.stream.bury(service, delivery, attempts, why).await
    }

    pub(super) async fn dead(&self, service: &str) -> Result<Vec<Dead>, Error> {
        let mut all = self.stream.dead(service).await?;
        let refused = self.stream.dead(NOBODY).await?;
        all.extend(refused.into_iter().map(|dead| Dead {
            entry: format!("{REFUSED}{}", dead.entry),
            ..dead
        }));
        all.sort_by_key(|dead| dead.at);
        Ok(all)
    }

    pub(super) async fn replay(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        // What cannot be read cannot be delivered.
        let (own, _) = split(dead);
        self.stream.replay(service, &own).await
    }

    pub(super) async fn discard(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        let (own, refused) = split(dead);
        Ok(self.stream.discard(service, &own).await? + self.stream.discard(NOBODY, &refused).await?)
    }

    pub(super) async fn progress(&self) -> Result<Vec<Progress>, Error> {
        self.stream.progress().await
    }

    pub(super) async fn forget(&self, service: &str) -> Result<bool, Error> {
        self.stream.forget(service).await
    }

    pub(super) async fn tend(&self, most: usize) -> Result<(), Error> {
        let Stream { server, keys, .. } = &self.stream;
        let (name, key) = (&keys.queue, &keys.stream);
        let (most, longest) = (most.to_string(), limits::EVENT_BYTES.to_string());
        let batch = limits::EVENTS_BATCH.to_string();
        let wait = limits::EVENTS_WAIT.as_secs_f64().to_string();
        let (mut seat, mut trimmed) = (Seat::default(), tokio::time::Instant::now());
        let next = command(&["BLMOVE", name, &self.moving, "RIGHT", "LEFT", &wait]);
        loop {
            let arguments = [most.as_str(), &longest, &batch];
            let keys = [name.as_str(), &self.moving, key, &self.refused];
            match number(&INTAKE.run(server, &keys, &arguments).await?) {
                // The stream is full: those that push are held back by the list's own bound.
                -1 => tokio::time::sleep(limits::EVENTS_POLL).await,
                0 => {
                    // A reply that is too long breaks the connection; the event is on its way all the same.
                    let moved = server
                        .run_in(&mut seat, &next, limits::EVENTS_WAIT + limits::REDIS_COMMAND)
                        .await;
                    if let Err(error) = moved
                        && !matches!(error, store::Error::TooLarge)
                    {
                        return Err(error.into());
                    }
                }
                _ => {}
            }
            if trimmed.elapsed() > limits::EVENTS_TRIM {
                self.stream.trim().await?;
                trimmed = tokio::time::Instant::now();
            }
        }
    }
}

async fn push(server: Arc<Server>, list: String, events: Vec<(usize, String)>) -> Result<Vec<bool>, Error> {
    let most = events.iter().map(|(most, _)| *most).max().unwrap_or(0).to_string();
    let texts = events.iter().map(|(_, text)| text.as_str());
    let arguments: Vec<&str> = std::iter::once(most.as_str()).chain(texts).collect();
    let room = number(&PUSH.run(&server, &[&list], &arguments).await?);
    Ok((0..events.len() as i64).map(|index| index < room).collect())
}

/// A service's own, and nobody's.
fn split(dead: &[Dead]) -> (Vec<Dead>, Vec<Dead>) {
    let mut refused = Vec::new();
    let mut own = dead.to_vec();
    own.retain(|dead| match dead.entry.strip_prefix(REFUSED) {
        None => true,
        Some(entry) => {
            refused.push(Dead {
                entry: entry.to_owned(),
                ..dead.clone()
            });
            false
        }
    });
    (own, refused)
}
