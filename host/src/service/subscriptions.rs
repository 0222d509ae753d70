//! What `[events]` says, checked against the fujsens that there are.

use std::time::Duration;

use tsk::{Config, Diagnostic, Node, Value};

use crate::{
    base::{limits, section::Section, sections},
    sandbox::module::Handler,
    service::{
        names::{self, Handlers},
        target::Targets,
    },
    storage::queue::Types,
};

/// The handlers of one `App`.
#[derive(Default)]
pub struct Subscriptions {
    lines: Vec<Subscription>,
}

/// One line of `[events]`.
pub struct Subscription {
    /// The type of the events, or `*`.
    pub kind: String,
    /// In the order of the file.
    pub handlers: Vec<Handler>,
}

const EVERY: &str = "*";

impl Subscriptions {
    /// Reads `[events]`: `type: section.name`, or an array of such names. `deadline` is that of a call.
    pub fn new(config: &Config, handlers: &Handlers, deadline: Duration) -> Result<Self, Vec<Diagnostic>> {
        let line = "user_created: notifications.on_user_created";
        let (events, errors) = Section::lines(config, &sections::EVENTS, line);
        let mut reader = SubscriptionReader {
            targets: Targets::new(config, names::functions(handlers)),
            handlers,
            errors,
        };
        let events = events.into_iter().flatten();
        let lines = events.filter_map(|(kind, node)| reader.line(kind, node)).collect();
        let all = Self { lines };
        reader.visibility(config, all.longest(deadline));
        if reader.errors.is_empty() {
            Ok(all)
        } else {
            Err(reader.errors)
        }
    }

    /// In the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.lines.iter()
    }

    /// The types that are handled; nothing when none is.
    pub(crate) fn types(&self) -> Option<Types> {
        if self.lines.is_empty() {
            return None;
        }
        if self.lines.iter().any(|line| line.kind == EVERY) {
            return Some(Types::All);
        }
        Some(Types::Named(self.lines.iter().map(|line| line.kind.clone()).collect()))
    }

    /// Who handles events of a type, each once.
    pub(crate) fn of(&self, kind: &str) -> Vec<&Handler> {
        let mut found: Vec<&Handler> = Vec::new();
        for handler in self
            .lines
            .iter()
            .filter(|line| line.kind == kind || line.kind == EVERY)
            .flat_map(|line| &line.handlers)
        {
            if !found.iter().any(|other| other.path == handler.path) {
                found.push(handler);
            }
        }
        found
    }

    /// How long the handling of one event can take: its handlers run one after the other.
    pub(crate) fn longest(&self, deadline: Duration) -> Duration {
        let most = self.lines.iter().map(|line| self.of(&line.kind).len()).max();
        deadline * most.unwrap_or(0) as u32
    }
}

struct SubscriptionReader<'a> {
    targets: Targets<'a>,
    handlers: &'a Handlers,
    errors: Vec<Diagnostic>,
}

impl SubscriptionReader<'_> {
    fn line(&mut self, kind: &str, node: &Node) -> Option<Subscription> {
        if kind.is_empty() || kind.len() > limits::EVENT_NAME {
            let message = format!("the type of an event has 1 to {} bytes", limits::EVENT_NAME);
            self.errors.push(
                Diagnostic::error("wrong-event", message)
                    .at(node.key_span)
                    .help("name a type such as `user_created`, or `\"*\"` for all"),
            );
            return None;
        }
        let named = match &node.value {
            Value::Array(nodes) => nodes.iter().collect(),
            _ => vec![node],
        };
        if named.is_empty() || named.len() > limits::EVENTS_HANDLERS {
            let message = format!("`{kind}` must have 1 to {} handlers", limits::EVENTS_HANDLERS);
            self.errors.push(
                Diagnostic::error("wrong-event", message)
                    .at(node.span)
                    .help("name them as `section.name`; a handler can call further fujsens"),
            );
            return None;
        }
        let handlers: Vec<Handler> = named.into_iter().filter_map(|node| self.handler(kind, node)).collect();
        Some(Subscription {
            kind: kind.to_owned(),
            handlers,
        })
    }

    fn handler(&mut self, kind: &str, node: &Node) -> Option<Handler> {
        let Some(target) = self.targets.word(node) else {
            self.errors.push(
                Diagnostic::error("wrong-event", format!("`{kind}` does not lead to a fujsen"))
                    .at(node.span)
                    .help("write `section.name`, the section and the name of the fujsen that handles it"),
            );
            return None;
        };
        if let Err(missing) = self.targets.function(&target) {
            self.errors.push(missing.at(node.span));
        }
        self.handlers.get(target.as_str()).cloned()
    }

    /// An event must not be given to another host while its handlers may still run.
    fn visibility(&mut self, config: &Config, longest: Duration) {
        let Some(node) = config.get("message_queue.visibility") else {
            return;
        };
        // What is no such duration is told where the queue's settings are read.
        let (least, most) = limits::EVENTS_PAUSES;
        let given = Section::new(config, &sections::MESSAGE_QUEUE).seconds("visibility", least..=most, "\"30s\"");
        if given.is_some_and(|given| given <= longest) {
            let message = format!("`message_queue.visibility` must be above {longest:?}, what the handlers may take");
            let seconds = (longest + limits::EVENTS_MARGIN).as_secs();
            self.errors
                .push(Diagnostic::error("wrong-setting", message).at(node.span).help(format!(
                    "write `visibility: \"{seconds}s\"`, or a shorter `deadline` under [limits]"
                )));
        }
    }
}
