//! What `[message_queue]` says.

use std::{path::Path, time::Duration};

use tsk::{Config, Diagnostic, Value};

use crate::{
    base::{folder::folder, limits, section::Section, sections},
    storage::store::{Durability, Place, own::OWN_FOLDER, sqlite::Location},
};

/// What `[message_queue]` says.
pub struct QueueSettings {
    /// The file or the server that the queue is in.
    pub(crate) place: Place,
    /// The queue's name: services that name one queue in one place share it.
    pub(crate) name: String,
    /// How events are kept there.
    pub(crate) engine: QueueEngine,
    /// Events that are handled at once.
    pub concurrency: usize,
    /// Deliveries of an event before it is given up.
    pub attempts: u32,
    /// Before the second delivery; the pauses after it double.
    pub backoff: Duration,
    /// How long an event is its taker's own; none: as long as its handling can take.
    pub visibility: Option<Duration>,
    /// Events that the queue holds.
    pub length: usize,
    /// The file says something about it.
    pub(crate) named: bool,
}

/// How the events of a queue are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueEngine {
    /// In tables of a SQLite database.
    Sqlite,
    /// In a stream of a Redis server.
    Stream,
    /// In a stream of a Redis server, to which a list is moved that others push to.
    List,
}

impl QueueEngine {
    /// As the file names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Stream => "stream",
            Self::List => "list",
        }
    }
}

/// The queue's name, which may stand in `[service_communication]`, too.
const NAME: &str = "queue_name";
/// And the URL, by this key: that section has more to say.
const URL_ELSEWHERE: &str = "message_queue";

/// Who publishes is told that an event will be handled, and forgets it.
const DURABILITY: Durability = Durability::Power;

impl QueueSettings {
    /// `file` is the TSK file.
    pub fn read(config: &Config, file: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut section = Section::new(config, &sections::MESSAGE_QUEUE);
        let mut elsewhere = Section::new(config, &sections::SERVICE_COMMUNICATION);
        let (url, path) = match section.get("url") {
            Some(url) => (Some(url), "message_queue.url"),
            None => (elsewhere.get(URL_ELSEWHERE), "service_communication.message_queue"),
        };
        // An empty variable is as good as none.
        let url = url.filter(|node| !matches!(&node.value, Value::Null) && !is_empty(&node.value));
        let place = match url {
            None => Ok(Place::Sqlite(
                Location::file(folder(file).join(OWN_FOLDER).join("events.db")),
                DURABILITY,
            )),
            Some(_) => Place::read(url, path, file).map(|place| place.or_durable(DURABILITY)),
        };
        let place = place.and_then(|place| place.durable(section.get("durability"), "message_queue.durability"));
        let place = place.map_err(|diagnostic| section.diagnostics.push(*diagnostic)).ok();
        let engine = engine(&mut section, place.as_ref());
        let count = |number: i64| usize::try_from(number).ok();
        let (least, most) = limits::EVENTS_PAUSES;
        let name = name(&mut section, &mut elsewhere);
        let concurrency = section.integer("concurrency", 1..=limits::EVENTS_AT_ONCE as i64, 16);
        let attempts = section.integer("attempts", 1..=100, 16);
        let backoff = section.seconds("backoff", least..=most, "\"30s\"");
        let visibility = section.seconds("visibility", least..=most, "\"30s\"");
        let length = section.integer("length", 1..=limits::EVENTS_MOST as i64, 16);
        section.diagnostics.append(&mut elsewhere.diagnostics);
        let is_named = config.get(sections::MESSAGE_QUEUE.name).is_some() || elsewhere.get(URL_ELSEWHERE).is_some();
        let settings = place.map(|place| Self {
            place,
            name: name.unwrap_or_else(|| "service_events".into()),
            engine: engine.unwrap_or(QueueEngine::Sqlite),
            concurrency: concurrency.and_then(count).unwrap_or(16),
            attempts: attempts.map_or(5, |n| n as u32),
            backoff: backoff.unwrap_or(Duration::from_millis(500)),
            visibility,
            length: length.and_then(count).unwrap_or(100_000),
            named: is_named,
        });
        // Without a place, why is among the diagnostics.
        section.finish(settings)?.ok_or_else(Vec::new)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Secret(text) => text.reveal().is_empty(),
        _ => false,
    }
}

/// Redis has two; SQLite is itself.
fn engine(section: &mut Section<'_>, place: Option<&Place>) -> Option<QueueEngine> {
    let place = place?;
    let node = section.get("engine");
    let text = node.map(|node| match &node.value {
        Value::String(text) => text.as_str(),
        _ => "",
    });
    let fits = match (place, text) {
        (Place::Sqlite(..), None | Some("sqlite")) => Ok(QueueEngine::Sqlite),
        (Place::Redis { .. }, None | Some("stream")) => Ok(QueueEngine::Stream),
        (Place::Redis { .. }, Some("list")) => Ok(QueueEngine::List),
        // The same file runs with and without a server.
        (Place::Sqlite(..), Some("stream" | "list")) => Ok(QueueEngine::Sqlite),
        (Place::Sqlite(..), _) => Err("\"sqlite\", where the URL names no Redis server"),
        (Place::Redis { .. }, _) => Err("\"stream\" or \"list\", where the URL names a Redis server"),
    };
    if let (Err(expected), Some(node)) = (&fits, node) {
        section.wrong("engine", node, expected, "\"stream\"");
    }
    fits.ok()
}

/// That of the section first, then the one that stands elsewhere.
fn name<'a>(section: &mut Section<'a>, elsewhere: &mut Section<'a>) -> Option<String> {
    let expected = format!("a text of 1 to {} bytes", limits::EVENT_NAME);
    let from = if section.get(NAME).is_some() {
        section
    } else {
        elsewhere
    };
    from.parsed(NAME, &expected, "\"service_events\"", |name| {
        (1..=limits::EVENT_NAME).contains(&name.len()).then(|| name.to_owned())
    })
}
