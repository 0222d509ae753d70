//! What queues hand out and are told of it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Who takes events, and which.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    /// Hosts of one service share its events.
    pub service: Arc<str>,
    /// The types of the events that it takes.
    pub types: Types,
    /// How long an event is its taker's own.
    pub lease: Duration,
    /// The longest pause between two deliveries of an event.
    pub pause: Duration,
}

/// Which types of events a service has handlers for.
#[derive(Clone, Debug, PartialEq)]
pub enum Types {
    /// All types.
    All,
    /// These types alone.
    Named(BTreeSet<String>),
}

impl Types {
    pub(super) fn include(&self, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(types) => types.contains(kind),
        }
    }
}

/// What a host has taken to handle.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Says which delivery is settled.
    pub(crate) receipt: Receipt,
    /// How many times the event has been taken, this one included.
    pub attempts: u32,
    /// Which handlers have finished. [`Settlement::Again`] and [`Settlement::GivenUp`] note it for the next delivery.
    pub done: String,
    /// As it stands in the queue.
    pub event: String,
}

/// Proves that an event is still its taker's own.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub(super) entry: String,
    pub(super) token: i64,
}

/// What a queue is told of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// The event leaves the queue.
    Handled,
    /// It is delivered again after this pause.
    Again(Duration),
    /// It is kept apart.
    GivenUp { attempts: u32, why: String },
}

/// What a claim has taken.
#[derive(Debug)]
pub struct Claimed {
    /// The events, as many as there was room for at most.
    pub deliveries: Vec<Delivery>,
    /// When something may be taken that is not now.
    pub next_due: Option<Duration>,
    /// Nothing else was waiting; what `Queue::news` begins from.
    pub seen: Option<Seen>,
}

/// How far a queue has been read.
#[derive(Clone, Debug)]
pub enum Seen {
    /// Publications of this process.
    Count(u64),
    /// The last event of a stream.
    Id(String),
}

/// An event that was given up.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Dead {
    /// What `Queue::lift` takes.
    #[serde(skip)]
    pub entry: String,
    /// How many times it had been taken.
    pub attempts: u32,
    /// Why it was given up.
    pub error: String,
    /// Milliseconds since the Unix epoch.
    pub at: i64,
    /// As it stood in the queue.
    pub event: String,
}

/// What becomes of events that were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They are delivered to the service again, as new ones.
    Replayed,
    /// They are deleted.
    Discarded,
}

/// How far a service is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Progress {
    /// The service's name.
    pub service: String,
    /// Not looked at yet.
    pub waiting: i64,
    /// Being handled, or waiting for another try or for their turn.
    pub pending: i64,
    /// Given up.
    pub dead: i64,
}
