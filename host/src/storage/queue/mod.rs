//! Events on their way: durable queues that several services share.
//!
//! A queue is a log of events. Each service that takes events from it has its own place in it, so that each gets every
//! event once, however many hosts run it. What a host takes is its own for a while only: when it has not said by then
//! how the handling went, another takes it. The count of deliveries is kept before the handling, not after it.
//!
//! Engines: `sqlite` (a file), `stream` (Redis streams with consumer groups), `list` (a Redis list that anybody pushes to,
//! in front of the stream).

mod batch;
mod delivery;
mod envelope;
mod error;
mod keys;
mod list;
mod script;
mod settings;
mod sqlite;
mod stream;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

pub(crate) use self::{
    delivery::{Claimed, Consumer, Dead, Delivery, Progress, Receipt, Seen, Types},
    envelope::{Event, Options},
    error::Error,
    settings::{Engine as EngineName, Settings},
};
use self::{list::List, sqlite::Sqlite, stream::Stream};
use crate::storage::store::{Kept, Place, Store, Stores};

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
