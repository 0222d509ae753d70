//! What `[message_queue]` says.

use std::{path::Path, time::Duration};

use tsk::{Config, Diagnostic, Node, Value};

use crate::{
    base::{folder::folder, limits, sections},
    storage::store::{Durability, Place, own::OWN_FOLDER, sqlite::Location},
};

/// What `[message_queue]` says.
pub(crate) struct Settings {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) engine: Engine,
    /// Events that are handled at once.
    pub(crate) concurrency: usize,
    /// Deliveries of an event before it is given up.
    pub(crate) attempts: u32,
    /// Before the second delivery; the pauses after it double.
    pub(crate) backoff: Duration,
    /// How long an event is its taker's own; none: as long as its handling can take.
    pub(crate) visibility: Option<Duration>,
    /// Events that the queue holds.
    pub(crate) length: usize,
    /// The file says something about it.
    pub(crate) named: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Stream,
    List,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Stream => "stream",
            Self::List => "list",
        }
    }
}

const SECTION: &str = "message_queue";
/// Where else the URL and the name may stand, in a section that has more to say.
const ELSEWHERE: (&str, &str) = (
    "service_communication.message_queue",
    "service_communication.queue_name",
);

/// Who publishes is told that an event will be handled, and forgets it.
const DURABILITY: Durability = Durability::Power;

impl Settings {
    /// `file` is the TSK file.
    pub(crate) fn read(config: &Config, file: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader {
            config,
            diagnostics: Vec::new(),
        };
        reader.section();
        let url = reader.get("url");
        let (url, path) = match url {
            Some(url) => (Some(url), "message_queue.url"),
            None => (config.get(ELSEWHERE.0), ELSEWHERE.0),
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
        let place = place.and_then(|place| place.durable(reader.get("durability"), "message_queue.durability"));
        let place = place.map_err(|diagnostic| reader.diagnostics.push(*diagnostic)).ok();
        let engine = reader.engine(place.as_ref());
        let settings = Self {
            name: reader.name().unwrap_or_else(|| "service_events".into()),
            engine: engine.unwrap_or(Engine::Sqlite),
            concurrency: reader.integer("concurrency", 1, limits::EVENTS_AT_ONCE).unwrap_or(16),
            attempts: reader.integer("attempts", 1, 100).map_or(5, |n| n as u32),
            backoff: reader.duration("backoff").unwrap_or(Duration::from_millis(500)),
            visibility: reader.duration("visibility"),
            length: reader.integer("length", 1, limits::EVENTS_MOST).unwrap_or(100_000),
            named: config.get(SECTION).is_some() || config.get(ELSEWHERE.0).is_some(),
            place: match place {
                Some(place) if reader.diagnostics.is_empty() => place,
                _ => return Err(reader.diagnostics),
            },
        };
        Ok(settings)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Secret(text) => text.reveal().is_empty(),
        _ => false,
    }
}

struct Reader<'a> {
    config: &'a Config,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.config.get(&format!("{SECTION}.{key}"))
    }

    fn wrong(&mut self, node: &Node, path: &str, expected: &str, instead: &str) {
        let key = path.rsplit('.').next().unwrap_or(path);
        self.diagnostics.push(
            Diagnostic::error("wrong-setting", format!("`{path}` must be {expected}"))
                .at(node.span)
                .help(format!("write, for example, `{key}: {instead}`")),
        );
    }

    /// That it is a section, and of known keys.
    fn section(&mut self) {
        let Some(node) = self.config.get(SECTION) else { return };
        let Value::Object(section) = &node.value else {
            let message = format!("`{SECTION}` must be a section");
            self.diagnostics.push(
                Diagnostic::error("wrong-setting", message)
                    .at(node.span)
                    .help("write a section [message_queue] with a line such as `url: \"redis://127.0.0.1:6379\"`"),
            );
            return;
        };
        let known = sections::MESSAGE_QUEUE.keys.known();
        for (key, node) in section.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let help = match tsk::suggest(key, known.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            let message = format!("there is no setting `{key}` of [message_queue]");
            self.diagnostics.push(
                Diagnostic::error("unknown-setting", message)
                    .at(node.key_span)
                    .help(help),
            );
        }
    }

    /// Redis has two; SQLite is itself.
    fn engine(&mut self, place: Option<&Place>) -> Option<Engine> {
        let place = place?;
        let node = self.get("engine");
        let text = node.map(|node| match &node.value {
            Value::String(text) => text.as_str(),
            _ => "",
        });
        let fits = match (place, text) {
            (Place::Sqlite(..), None | Some("sqlite")) => Ok(Engine::Sqlite),
            (Place::Redis { .. }, None | Some("stream")) => Ok(Engine::Stream),
            (Place::Redis { .. }, Some("list")) => Ok(Engine::List),
            // The same file runs with and without a server.
            (Place::Sqlite(..), Some("stream" | "list")) => Ok(Engine::Sqlite),
            (Place::Sqlite(..), _) => Err("\"sqlite\", where the URL names no Redis server"),
            (Place::Redis { .. }, _) => Err("\"stream\" or \"list\", where the URL names a Redis server"),
        };
        fits.map_err(|expected| {
            if let Some(node) = node {
                self.wrong(node, "message_queue.engine", expected, "\"stream\"");
            }
        })
        .ok()
    }

    fn name(&mut self) -> Option<String> {
        let (node, path) = match self.get("queue_name") {
            Some(node) => (node, "message_queue.queue_name"),
            None => (self.config.get(ELSEWHERE.1)?, ELSEWHERE.1),
        };
        match &node.value {
            Value::String(name) if (1..=limits::EVENT_NAME).contains(&name.len()) => Some(name.clone()),
            _ => {
                let expected = format!("a text of 1 to {} bytes", limits::EVENT_NAME);
                self.wrong(node, path, &expected, "\"service_events\"");
                None
            }
        }
    }

    fn integer(&mut self, key: &str, min: usize, max: usize) -> Option<usize> {
        let node = self.get(key)?;
        let number = match node.value {
            Value::Integer(number) => usize::try_from(number).ok(),
            _ => None,
        };
        let number = number.filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let expected = format!("an integer from {min} to {max}");
            self.wrong(node, &format!("{SECTION}.{key}"), &expected, &max.min(16).to_string());
        }
        number
    }

    fn duration(&mut self, key: &str) -> Option<Duration> {
        let node = self.get(key)?;
        let duration = match &node.value {
            Value::String(text) => tsk::duration(text),
            _ => None,
        };
        let most = limits::EVENTS_BACKOFF * 60;
        let duration = duration.filter(|duration| (Duration::from_millis(1)..=most).contains(duration));
        if duration.is_none() {
            self.wrong(
                node,
                &format!("{SECTION}.{key}"),
                "a duration from 1ms to 1h",
                "\"30s\"",
            );
        }
        duration
    }
}
