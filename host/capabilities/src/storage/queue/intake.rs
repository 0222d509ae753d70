//! A Redis list that others push to: the intake of a stream.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use super::{
    Dead, QueueError,
    batch::Batch,
    keys::QueueKeys,
    script::{Script, command, number, script},
};
use crate::{
    base::limits,
    storage::store::{
        StoreError,
        redis::{RedisServer, Seat},
    },
};

script!(PUSH: "push");
script!(INTAKE: "groups", "intake");

/// A Redis list that anybody may push events to. Whoever takes events moves them on to the stream, where each service
/// finds them: from the list to a list of what is on its way, and from there in one step that nothing comes between. An
/// event that a host has left there is moved on by the next one.
pub(super) struct Intake {
    server: Arc<RedisServer>,
    list: String,
    /// What is on its way.
    moving: String,
    /// What cannot be read: nobody's in particular.
    refused: String,
    pushed: Batch<(usize, String), bool>,
    /// A connection for waiting, while nobody waits.
    seat: Mutex<Option<Seat>>,
}

/// Whose dead events are those that cannot be read.
pub(super) const NOBODY: &str = "";
/// How their entries begin, beside those of a service.
const REFUSED: &str = "refused-";

impl Intake {
    pub(super) fn new(server: Arc<RedisServer>, list: &str) -> Self {
        let (to, name) = (server.clone(), list.to_owned());
        Self {
            pushed: Batch::new(move |events| Box::pin(push(to.clone(), name.clone(), events))),
            server,
            list: list.to_owned(),
            moving: format!("{list}:processing"),
            refused: format!("{list}:{NOBODY}:dead"),
            seat: Mutex::default(),
        }
    }

    /// False when the list holds `most` already.
    pub(super) async fn push(&self, text: String, most: usize) -> Result<bool, QueueError> {
        self.pushed.add((most, text)).await
    }

    /// Moves what comes on to the stream of `keys`, which holds `most`, until it is time to trim that.
    pub(super) async fn fill(&self, keys: &QueueKeys, most: usize) -> Result<(), QueueError> {
        let mut seat = self.seat.lock().take().unwrap_or_default();
        let filled = self.fill_until_trim(&mut seat, keys, most).await;
        *self.seat.lock() = Some(seat);
        filled
    }

    async fn fill_until_trim(&self, seat: &mut Seat, keys: &QueueKeys, most: usize) -> Result<(), QueueError> {
        let begun = Instant::now();
        let (most, longest) = (most.to_string(), limits::EVENT_BYTES.to_string());
        let arguments = [most.as_str(), &longest, &limits::EVENTS_BATCH.to_string()];
        let keys = [self.list.as_str(), &self.moving, &keys.stream, &self.refused];
        while begun.elapsed() <= limits::EVENTS_TRIM {
            match number(&INTAKE.run(&self.server, &keys, &arguments).await?) {
                // The stream is full: those that push are held back by the list's own bound.
                -1 => sleep(limits::EVENTS_POLL).await,
                0 => self.wait(seat).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Until something has been pushed, which is then on its way, or for some time.
    async fn wait(&self, seat: &mut Seat) -> Result<(), QueueError> {
        let wait = limits::EVENTS_WAIT.as_secs_f64().to_string();
        let next = command(&["BLMOVE", &self.list, &self.moving, "RIGHT", "LEFT", &wait]);
        let time = limits::EVENTS_WAIT + limits::REDIS_COMMAND;
        match self.server.run_in(seat, &next, time).await {
            // A reply that is too long breaks the connection; the event is on its way all the same.
            Ok(_) | Err(StoreError::TooLarge) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

async fn push(server: Arc<RedisServer>, list: String, events: Vec<(usize, String)>) -> Result<Vec<bool>, QueueError> {
    let most = events.iter().map(|(most, _)| *most).max().unwrap_or(0).to_string();
    let texts = events.iter().map(|(_, text)| text.as_str());
    let arguments: Vec<&str> = std::iter::once(most.as_str()).chain(texts).collect();
    let room = number(&PUSH.run(&server, &[&list], &arguments).await?);
    Ok((0..events.len() as i64).map(|index| index < room).collect())
}

/// What cannot be read, as it stands among what a service has given up.
pub(super) fn refused(dead: Dead) -> Dead {
    Dead {
        entry: format!("{REFUSED}{}", dead.entry),
        ..dead
    }
}

/// A service's own, and nobody's.
pub(super) fn split(dead: &[Dead]) -> (Vec<Dead>, Vec<Dead>) {
    let (mut own, mut refused) = (Vec::new(), Vec::new());
    for one in dead {
        match one.entry.strip_prefix(REFUSED) {
            None => own.push(one.clone()),
            Some(entry) => refused.push(Dead {
                entry: entry.to_owned(),
                ..one.clone()
            }),
        }
    }
    (own, refused)
}
