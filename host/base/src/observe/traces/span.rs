//! Spans: what a trace records of one thing that runs.

use std::{
    borrow::Cow,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use super::encoding::{self, SpanKind};
use crate::{
    base::{limits, redact},
    observe::{
        otlp::{Recorder, wire::AttributeValue},
        trace_context::TraceContext,
    },
};

/// Something that runs, recorded when it ends; nothing in a trace that is not recorded. One that is dropped without an
/// end was cancelled.
#[derive(Default)]
pub struct Span(Option<Box<Recording>>);

/// A span that is recorded.
pub struct Recording {
    recorder: Arc<Recorder>,
    trace: u128,
    start: u64,
    /// What is settled of it, as it will be sent.
    bytes: Vec<u8>,
    name: Cow<'static, str>,
    attributes: usize,
    dropped: u32,
    /// In words, where there are more than the kind of the failure.
    reason: Option<String>,
}

/// Bytes of a span with few attributes.
const USUAL: usize = 384;

pub(super) fn start(recorder: Arc<Recorder>, context: &TraceContext, kind: SpanKind, name: Cow<'static, str>) -> Span {
    let (start, mut bytes) = (now(), Vec::with_capacity(USUAL));
    encoding::start(&mut bytes, context, kind, start);
    Span(Some(Box::new(Recording {
        recorder,
        trace: context.trace_id(),
        start,
        bytes,
        name,
        attributes: 0,
        dropped: 0,
        reason: None,
    })))
}

impl Span {
    /// Runs `describe` where the span is recorded.
    pub fn describe(&mut self, describe: impl FnOnce(&mut Recording)) {
        if let Some(recording) = &mut self.0 {
            describe(recording);
        }
    }

    /// The id of its trace, where it is recorded.
    pub fn trace_id(&self) -> Option<u128> {
        self.0.as_ref().map(|recording| recording.trace)
    }

    /// Its work is done.
    pub fn end(mut self) {
        if let Some(mut recording) = self.0.take() {
            recording.send(None);
        }
    }

    /// Its work has failed. `kind` is one of few words, such as the code of an error. What an error says besides may hold
    /// what only the log may, so it is not for here.
    pub fn fail(mut self, kind: &str) {
        if let Some(mut recording) = self.0.take() {
            recording.fail(kind);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(mut recording) = self.0.take() {
            recording.fail("cancelled");
        }
    }
}

impl Recording {
    /// Gives the span another name; the last one is sent, without secrets, and cut where it is too long.
    pub fn name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.name = name.into();
    }

    /// A text that others may have made is cut where it is too long.
    pub fn set<'a>(&mut self, key: &'static str, value: impl Into<AttributeValue<'a>>) {
        if self.attributes == limits::SPAN_ATTRIBUTES {
            self.dropped += 1;
            return;
        }
        self.attributes += 1;
        match value.into() {
            AttributeValue::Text(text) => {
                let text = redact::text(text);
                encoding::attribute(
                    &mut self.bytes,
                    key,
                    AttributeValue::Text(cut(&text, limits::SPAN_TEXT)),
                );
            }
            number => encoding::attribute(&mut self.bytes, key, number),
        }
    }

    /// Why it fails, in the host's own words: where it does not fail, nothing.
    pub fn reason(&mut self, reason: String) {
        self.reason = Some(reason);
    }

    fn fail(&mut self, kind: &str) {
        let kind = cut(kind, limits::SPAN_NAME);
        self.set("error.type", kind);
        let reason = self.reason.take();
        self.send(Some(reason.as_deref().unwrap_or(kind)));
    }

    fn send(&mut self, failure: Option<&str>) {
        let name = redact::text(&self.name);
        let name = cut(&name, limits::SPAN_NAME);
        let failure = failure.map(redact::text);
        // A clock that was set back must not make it end before it began.
        let end = now().max(self.start);
        encoding::end(&mut self.bytes, name, end, self.dropped, failure.as_deref());
        self.recorder.record(&self.bytes);
    }
}

/// Nanoseconds since the Unix epoch.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// Stands for a method that is none of HTTP's.
pub const OTHER_METHOD: &str = "_OTHER";

/// A method as attributes say it: clients may send any word.
pub fn method(method: &http::Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE",
    ];
    let known = KNOWN.iter().find(|known| **known == method.as_str());
    known.copied().unwrap_or(OTHER_METHOD)
}

/// At most so many bytes, and whole characters.
fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}
