//! Events on their way: durable queues that several services share.
//!
//! A queue is a log of events. Each service that takes events from it has its own place in it, so that each gets every
//! event once, however many hosts run it. What a host takes is its own for a while only: when it has not said by then
//! how the handling went, another takes it. The count of deliveries is kept before the handling, not after it.
//!
//! Engines: `sqlite` (a file) and `stream` (Redis streams with consumer groups), which may have an `intake`, a Redis list that
//! anybody pushes to.

mod batch;
mod delivery;
mod envelope;
mod error;
mod intake;
mod keys;
mod script;
mod settings;
mod sqlite;
mod stream;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub(crate) use self::{
    delivery::{Claimed, Consumer, Dead, Delivery, Fate, Progress, Receipt, Seen, Settlement, Types},
    envelope::{Event, Options},
    error::Error,
    settings::{Engine, Settings},
};
use self::{sqlite::Sqlite, stream::Stream};
use crate::storage::store::{Kept, Place, Store, Stores};

/// The queues of this process, kept across swaps.
#[derive(Default)]
pub struct Queues {
    by_place: Kept<String, dyn Queue>,
}

impl Queues {
    /// Opens nothing yet.
    pub(crate) fn get(&self, stores: &Stores, settings: &Settings) -> Arc<dyn Queue> {
        let Settings {
            place, name, engine, ..
        } = settings;
        let at = match place {
            Place::Sqlite(location, durability) => format!("{location:?} {durability:?}"),
            Place::Redis { url, .. } => url.clone(),
        };
        let open = || -> Arc<dyn Queue> {
            match stores.at(place) {
                Store::Sqlite(file, durability) => Arc::new(Sqlite::new(file, durability, name, stores.clock.clone())),
                Store::Redis(server) => Arc::new(Stream::new(server, name, *engine == Engine::List)),
            }
        };
        self.by_place.get_shared(&format!("{engine:?} {at} {name}"), open)
    }
}

/// What is done with a queue takes a while, and may fail.
pub(crate) type Doing<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// One queue: all that an engine does, with the same meaning in each.
pub(crate) trait Queue: Send + Sync {
    /// Adds an event; false when the queue holds `most` already. An event whose addition failed may be there.
    fn publish<'a>(&'a self, event: &'a Event, most: usize) -> Doing<'a, bool>;

    /// Takes up to `room` events; does not wait for any. A service that has no place in the queue yet gets one, at the oldest
    /// event that is still there.
    fn claim<'a>(&'a self, consumer: &'a Consumer, room: usize) -> Doing<'a, Claimed>;

    /// Waits until there may be events that a claim has not seen, or for some time.
    fn news<'a>(&'a self, consumer: &'a Consumer, seen: Seen) -> BoxFuture<'a, ()>;

    /// How the handling of an event went. Says nothing about an event that is no longer the taker's own.
    fn settle<'a>(&'a self, service: &'a str, delivery: &'a Delivery, settlement: &'a Settlement) -> Doing<'a, ()>;

    /// What was given up, oldest first; beside that of the service, what no service could read.
    fn dead<'a>(&'a self, service: &'a str) -> Doing<'a, Vec<Dead>>;

    /// Takes events out of what was given up. How many of them there were.
    fn lift<'a>(&'a self, service: &'a str, dead: &'a [Dead], fate: Fate) -> Doing<'a, u64>;

    fn progress(&self) -> Doing<'_, Vec<Progress>>;

    /// Takes a service's place away: the queue waits for it no more. False when it has none.
    fn forget<'a>(&'a self, service: &'a str) -> Doing<'a, bool>;

    /// What must be done again and again while a service takes events: removes what all have handled, and brings in what
    /// others have pushed. Ends after a while.
    fn tend(&self, most: usize) -> Doing<'_, ()>;
}
