//! Events on their way: durable queues that several services share.
//!
//! A queue is a log of events. Each service that takes events from it has its own place in it, so that each gets every
//! event once, however many hosts run it. What a host takes is its own for a while only: when it has not said by then
//! how the handling went, another takes it. The count of deliveries is kept before the handling, not after it.
//!
//! Engines: `sqlite` (a file) and `stream` (Redis streams with consumer groups), which may have an `intake`, a Redis list that
//! anybody pushes to.

mod batch;
mod contract;
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

pub use self::{
    contract::{Doing, Queue},
    delivery::{Claimed, Consumer, Dead, Delivery, Fate, Progress, Receipt, Seen, Settlement, Types},
    envelope::{Event, PublishOptions},
    error::QueueError,
    settings::{QueueEngine, QueueSettings},
};
use self::{sqlite::Sqlite, stream::RedisStream};
use crate::storage::store::{Place, SharedValues, Store, Stores};

/// The queues of this process, kept across swaps.
#[derive(Default)]
pub struct Queues {
    by_place: SharedValues<String, dyn Queue>,
}

impl Queues {
    /// Opens nothing yet.
    pub fn get(&self, stores: &Stores, settings: &QueueSettings) -> Arc<dyn Queue> {
        let QueueSettings {
            place, name, engine, ..
        } = settings;
        let at = match place {
            Place::Sqlite(location, durability) => format!("{location:?} {durability:?}"),
            Place::Redis { url, .. } => url.clone(),
        };
        let open = || -> Arc<dyn Queue> {
            match stores.at(place) {
                Store::Sqlite(file, durability) => Arc::new(Sqlite::new(file, durability, name, stores.clock.clone())),
                Store::Redis(server) => Arc::new(RedisStream::new(server, name, *engine == QueueEngine::List)),
            }
        };
        self.by_place.get_shared(&format!("{engine:?} {at} {name}"), open)
    }
}
