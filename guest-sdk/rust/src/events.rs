//! Events that services tell each other, through the queue that the file names under `[message_queue]`.
//!
//! ```
//! use tusk::prelude::*;
//!
//! #[fujsen]
//! fn create(username: String) -> Result<Created<Value>> {
//!     let user = json!({ "id": 7, "username": username });
//!     events::publish("user_created", &user, events::Options::default().key("7"))?;
//!     Ok(Created(user))
//! }
//!
//! /// Bound in `[events]`: `user_created: mail.on_user_created`. An event may come twice; its mail is written once.
//! #[fujsen]
//! fn on_user_created(id: i64, event: events::Event) -> Result<()> {
//!     sql::transaction("main", |main| {
//!         if events::once("main", &event.id)? {
//!             main.execute("INSERT INTO mails (user) VALUES (?)", params![id])?;
//!         }
//!         Ok(())
//!     })
//! }
//! ```
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result, bindings::tusk::fujsen::events as host, params, sql, time};

/// What may be said of an event besides its type and its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    target: Option<String>,
    key: Option<String>,
    id: Option<String>,
}

impl Options {
    /// The one service that the event is for. Without it, every service that handles the type gets the event.
    pub fn target(mut self, service: impl Into<String>) -> Self {
        self.target = Some(service.into());
        self
    }

    /// Events of one key are handled one after the other, in the order of their publication.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// An id of one's own, 1 to 256 bytes: publishing it again after a failure makes no second event for handlers that
    /// use [`once`].
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// An event as its handler may take it, in a parameter named `event`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Event {
    /// The same at every delivery.
    pub id: String,
    /// The event's type, such as `user_created`. `type` in JSON.
    #[serde(rename = "type")]
    pub kind: String,
    /// What its publisher passed; `null` where that is nothing.
    #[serde(default)]
    pub data: Value,
    /// The service that published it.
    #[serde(default)]
    pub source_service: Option<String>,
    /// The one service that it is for; none for every service that handles the type.
    #[serde(default)]
    pub target_service: Option<String>,
    /// Seconds since the Unix epoch, where a service of this kind published it.
    #[serde(default)]
    pub timestamp: Value,
    /// Events of one key are handled one after the other; none for an event without a key.
    #[serde(default)]
    pub key: Option<String>,
}

/// Adds an event to the queue and gives its id. The event stays there until it is handled, whatever is restarted.
///
/// `data` is anything that can be JSON. Errors: `full` and `unavailable` (503), `timeout` (504), `too-large` (500: an event
/// has at most 256 KiB). After `unavailable` and `timeout` the event may be in the queue all the same.
pub fn publish(event_type: &str, data: impl Serialize, options: Options) -> Result<String> {
    let Options { target, key, id } = options;
    let data = serde_json::to_string(&data)?;
    host::publish(event_type, &data, &host::Options { target, key, id }).map_err(Error::from_host)
}

/// [`publish`] for every service, or for one.
pub fn publish_event(event_type: &str, data: impl Serialize, target_service: Option<&str>) -> Result<String> {
    let target = target_service.map(str::to_owned);
    publish(
        event_type,
        data,
        Options {
            target,
            ..Options::default()
        },
    )
}

/// True the first time that `id` is seen in a database: what a handler does in the same transaction is then done exactly
/// once, however often the event is delivered.
///
/// Only inside [`sql::transaction`] does the note stay or go with the effect. The notes are in the table `tusk_inbox`
/// (`id`, and `at` in seconds since the Unix epoch), which is made when it is needed; delete old ones when you like. Two
/// handlers of one event that share a database need an id each: `format!("{}/mail", event.id)`.
pub fn once(database: &str, id: &str) -> Result<bool> {
    let table = "CREATE TABLE IF NOT EXISTS tusk_inbox (id TEXT PRIMARY KEY, at BIGINT NOT NULL)";
    sql::execute(database, table, &[])?;
    let note = "INSERT INTO tusk_inbox (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING";
    let seconds = time::now() / 1000;
    Ok(sql::execute(database, note, params![id, seconds])?.affected == 1)
}
