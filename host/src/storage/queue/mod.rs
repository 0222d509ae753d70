//! Events on their way: durable queues that several services share.
//!
//! A queue is a log of events. Each service that takes events from it has its own place in it, so that each gets every
//! event once, however many hosts run it. What a host takes is its own for a while only: when it has not said by then
//! how the handling went, another takes it. The count of deliveries is kept before the handling, not after it.
//!
//! Engines: `sqlite` (a file), `stream` (Redis streams with consumer groups), `list` (a Redis list that anybody pushes to,
//! in front of the stream).

mod batch;
mod envelope;
mod keys;
mod list;
mod script;
mod settings;
mod sqlite;
mod stream;

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

pub(crate) use self::{
    envelope::{Event, Options},
    settings::{Engine as EngineName, Settings},
};
use self::{list::List, sqlite::Sqlite, stream::Stream};
use crate::{
    base::bindings::Error,
    storage::store::{Kept, Place, Store, Stores},
};

/// The queues of this process, kept across swaps.
#[derive(Default)]
pub struct Queues {
    by_place: Kept<String, Queue>,
}

impl Queues {
    /// Opens nothing yet.
    pub(crate) fn get(&self, stores: &Stores, settings: &Settings) -> Arc<Queue> {
        let Settings {
            place, name, engine, ..
        } = settings;
        let at = match place {
            Place::Sqlite(location, durability) => format!("{location:?} {durability:?}"),
            Place::Redis { url, .. } => url.clone(),
        };
        self.by_place.get(&format!("{engine:?} {at} {name}"), || Queue {
            engine: match (stores.at(place), engine) {
                (Store::Sqlite(file, durability), _) => {
                    Engine::Sqlite(Sqlite::new(file, durability, name, stores.clock.clone()))
                }
                (Store::Redis(server), EngineName::List) => Engine::List(List::new(server, name)),
                (Store::Redis(server), _) => Engine::Stream(Stream::new(server, name)),
            },
        })
    }
}

/// One queue.
pub(crate) struct Queue {
    engine: Engine,
}

enum Engine {
    Sqlite(Sqlite),
    Stream(Stream),
    List(List),
}

/// Who takes events, and which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Consumer {
    /// Hosts of one service share its events.
    pub(crate) service: Arc<str>,
    pub(crate) types: Types,
    /// How long an event is its taker's own.
    pub(crate) lease: Duration,
    /// The longest pause between two deliveries of an event.
    pub(crate) pause: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Types {
    All,
    Named(BTreeSet<String>),
}

impl Types {
    fn include(&self, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(types) => types.contains(kind),
        }
    }
}

/// What a host has taken to handle.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) receipt: Receipt,
    /// How many times the event has been taken, this one included.
    pub(crate) attempts: u32,
    /// What an earlier [`Queue::retry`] noted.
    pub(crate) done: String,
    /// As it stands in the queue.
    pub(crate) event: String,
}

/// Proves that an event is still its taker's own.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    entry: String,
    token: i64,
}

#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) deliveries: Vec<Delivery>,
    /// When something may be taken that is not now.
    pub(crate) next_due: Option<Duration>,
    /// Nothing else was waiting; what [`Queue::news`] begins from.
    pub(crate) seen: Option<Seen>,
}

/// How far a queue has been read.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// Publications of this process.
    Count(u64),
    /// The last event of a stream.
    Id(String),
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Dead {
    /// What [`Queue::replay`] takes.
    #[serde(skip)]
    pub(crate) entry: String,
    pub(crate) attempts: u32,
    pub(crate) error: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) at: i64,
    /// As it stood in the queue.
    pub(crate) event: String,
}

/// How far a service is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Progress {
    pub(crate) service: String,
    /// Not looked at yet.
    pub(crate) waiting: i64,
    /// Being handled, or waiting for another try or for their turn.
    pub(crate) pending: i64,
    pub(crate) dead: i64,
}

macro_rules! with_engine {
    ($queue:expr, $engine:ident => $work:expr) => {
        match &$queue.engine {
            Engine::Sqlite($engine) => $work,
            Engine::Stream($engine) => $work,
            Engine::List($engine) => $work,
        }
    };
}

/// Of the engines, and with the same meaning in each.
impl Queue {
    /// Adds an event; false when the queue holds `most` already. An event whose addition failed may be there.
    pub(crate) async fn publish(&self, event: &Event, most: usize) -> Result<bool, Error> {
        let text = event.to_text()?;
        with_engine!(self, engine => engine.publish(event, text, most).await)
    }

    /// Gives a service its place in the queue, at the oldest event that is still there, unless it has one.
    pub(crate) async fn subscribe(&self, service: &str) -> Result<(), Error> {
        with_engine!(self, engine => engine.subscribe(service).await)
    }

    /// Takes up to `room` events. Does not wait for any.
    pub(crate) async fn claim(&self, consumer: &Consumer, room: usize) -> Result<Claimed, Error> {
        with_engine!(self, engine => engine.claim(consumer, room).await)
    }

    /// Waits until there may be events that a claim has not seen, or for some time.
    pub(crate) async fn news(&self, consumer: &Consumer, seen: Seen) {
        with_engine!(self, engine => engine.news(consumer, seen).await);
    }

    /// The event was handled. Says nothing about an event that is no longer the taker's own; so do the next two.
    pub(crate) async fn ack(&self, service: &str, receipt: &Receipt) -> Result<(), Error> {
        with_engine!(self, engine => engine.ack(service, receipt).await)
    }

    /// The event is to be delivered again after `pause`; `done` comes with it.
    pub(crate) async fn retry(
        &self,
        service: &str,
        receipt: &Receipt,
        pause: Duration,
        done: &str,
    ) -> Result<(), Error> {
        with_engine!(self, engine => engine.retry(service, receipt, pause, done).await)
    }

    /// The event is given up: it is kept apart.
    pub(crate) async fn bury(&self, service: &str, delivery: &Delivery, attempts: u32, why: &str) -> Result<(), Error> {
        with_engine!(self, engine => engine.bury(service, delivery, attempts, why).await)
    }

    /// What was given up, oldest first; beside that of the service, what no service could read.
    pub(crate) async fn dead(&self, service: &str) -> Result<Vec<Dead>, Error> {
        with_engine!(self, engine => engine.dead(service).await)
    }

    /// Delivers dead events to the service again, as new ones. How many there were.
    pub(crate) async fn replay(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        with_engine!(self, engine => engine.replay(service, dead).await)
    }

    /// Removes dead events. How many there were.
    pub(crate) async fn discard(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        with_engine!(self, engine => engine.discard(service, dead).await)
    }

    pub(crate) async fn progress(&self) -> Result<Vec<Progress>, Error> {
        with_engine!(self, engine => engine.progress().await)
    }

    /// Takes a service's place away: the queue waits for it no more. False when it has none.
    pub(crate) async fn forget(&self, service: &str) -> Result<bool, Error> {
        with_engine!(self, engine => engine.forget(service).await)
    }

    /// What must be done again and again while a service takes events: removes what all have handled, and brings in what
    /// others have pushed. Ends after a while.
    pub(crate) async fn tend(&self, most: usize) -> Result<(), Error> {
        with_engine!(self, engine => engine.tend(most).await)
    }
}
