//! What a guest calls `log`.

use crate::{
    base::bindings::{self, Value, log::Level},
    capability::log::Author,
    sandbox::call::Call,
};

impl bindings::log::Host for Call {
    fn write(&mut self, level: Level, message: String, fields: Vec<(String, Value)>) {
        let author = author(self);
        self.sessions.log.write(author, level, &message, &fields);
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
