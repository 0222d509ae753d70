//! What a guest calls `log`.

use crate::{
    capability::log::Author,
    sandbox::{
        bindings::{self, Value, log::Level},
        call::Call,
    },
};

impl bindings::log::Host for Call {
    fn write(&mut self, level: Level, message: String, fields: Vec<(String, Value)>) {
        let (author, level) = (author(self), from(level));
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| (name, value.into())).collect();
        let context = self.context.clone();
        let message = context.trace(&self.section, &message);
        self.sessions.log.write(author, level, &message, &fields);
    }
}

fn from(level: Level) -> tracing::Level {
    match level {
        Level::Debug => tracing::Level::DEBUG,
        Level::Info => tracing::Level::INFO,
        Level::Warn => tracing::Level::WARN,
        Level::Error => tracing::Level::ERROR,
    }
}

fn author(call: &Call) -> Author {
    Author {
        service: call.context.service.name.clone(),
        section: call.section.clone(),
        fujsen: call.fujsen.clone(),
        request_id: call.origin.request_id.clone(),
        trace_id: call.origin.trace.is_recorded().then(|| call.origin.trace.id()),
    }
}
