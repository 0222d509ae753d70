//! What every engine of a queue does, and with the same meaning.

use futures_util::future::BoxFuture;

use super::{
    delivery::{Claimed, Consumer, Dead, Delivery, Fate, Progress, Seen, Settlement},
    envelope::Event,
    error::QueueError,
};

/// What is done with a queue takes a while, and may fail.
pub type Doing<'a, T> = BoxFuture<'a, Result<T, QueueError>>;

/// One queue: all that an engine does, with the same meaning in each.
pub trait Queue: Send + Sync {
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

    /// How far each service is that has a place in the queue.
    fn progress(&self) -> Doing<'_, Vec<Progress>>;

    /// Takes a service's place away: the queue waits for it no more. False when it has none.
    fn forget<'a>(&'a self, service: &'a str) -> Doing<'a, bool>;

    /// What must be done again and again while a service takes events: removes what all have handled, and brings in what
    /// others have pushed. Ends after a while.
    fn tend(&self, most: usize) -> Doing<'_, ()>;
}
