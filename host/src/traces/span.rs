use std::{
    borrow::Cow,
    str::FromStr,
    sync::{Arc, LazyLock},
    time::SystemTime,
};

use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId, Value,
    trace::{SpanContext, Status, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::{Kind, exporter::Exporter};
use crate::{limits, trace_context::TraceContext};

/// Says that the spans are the host's own.
static SCOPE: LazyLock<InstrumentationScope> = LazyLock::new(|| {
    InstrumentationScope::builder("tusk-host")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
});

/// Something that runs, recorded when it ends; nothing in a trace that is not recorded. One that is dropped without an
/// end was cancelled.
#[derive(Default)]
pub struct Span(Option<Box<Recording>>);

/// A span that is recorded.
pub struct Recording {
    exporter: Arc<Exporter>,
    data: SpanData,
    /// In words, where there are more than the kind of the failure.
    reason: Option<String>,
}

pub(super) fn start(exporter: Arc<Exporter>, context: &TraceContext, kind: Kind, name: Cow<'static, str>) -> Span {
    let state = context.state().and_then(|state| TraceState::from_str(state).ok());
    let span_context = SpanContext::new(
        context.trace_id().into(),
        context.span_id().into(),
        TraceFlags::new(context.flags()),
        false,
        state.unwrap_or_default(),
    );
    let data = SpanData {
        span_context,
        parent_span_id: context.parent().map_or(SpanId::INVALID, |parent| parent.span.into()),
        parent_span_is_remote: context.parent().is_some_and(|parent| parent.is_foreign),
        span_kind: kind,
        name: cut_name(name),
        start_time: SystemTime::now(),
        end_time: SystemTime::UNIX_EPOCH,
        attributes: Vec::with_capacity(8),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: SCOPE.clone(),
    };
    Span(Some(Box::new(Recording {
        exporter,
        data,
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
    pub fn trace_id(&self) -> Option<TraceId> {
        let recording = self.0.as_ref()?;
        Some(recording.data.span_context.trace_id())
    }

    /// Its work is done.
    pub fn end(mut self) {
        if let Some(recording) = self.0.take() {
            recording.send();
        }
    }

    /// Its work has failed. `kind` is one of few words, such as the code of an error. What an error says besides may hold
    /// what only the log may, so it is not for here.
    pub fn fail(mut self, kind: &str) {
        if let Some(recording) = self.0.take() {
            recording.fail(kind);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(recording) = self.0.take() {
            recording.fail("cancelled");
        }
    }
}

impl Recording {
    pub fn name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.data.name = cut_name(name.into());
    }

    /// `value` is a number, or a text that is bounded by itself.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if self.data.attributes.len() < limits::SPAN_ATTRIBUTES {
            self.data.attributes.push(KeyValue::new(key, value));
        } else {
            self.data.dropped_attributes_count += 1;
        }
    }

    /// A text that others may have made, cut where it is too long.
    pub fn set_text(&mut self, key: &'static str, text: &str) {
        self.set(key, cut(text, limits::SPAN_TEXT).to_owned());
    }

    /// Why it fails, in the host's own words: where it does not fail, nothing.
    pub fn reason(&mut self, reason: String) {
        self.reason = Some(reason);
    }

    /// Of the name, of the first attribute, and how many of these there are.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let data = &self.data;
        let first = data.attributes.first().map_or(0, |first| first.value.as_str().len());
        (data.name.len(), first, data.attributes.len())
    }

    fn fail(mut self: Box<Self>, kind: &str) {
        let kind = cut(kind, limits::SPAN_NAME).to_owned();
        self.set("error.type", kind.clone());
        self.data.status = Status::error(self.reason.take().unwrap_or(kind));
        self.send();
    }

    fn send(mut self: Box<Self>) {
        // A clock that was set back must not make it end before it began.
        self.data.end_time = SystemTime::now().max(self.data.start_time);
        let Self { exporter, data, .. } = *self;
        exporter.record(data);
    }
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

fn cut_name(name: Cow<'static, str>) -> Cow<'static, str> {
    match name.len() > limits::SPAN_NAME {
        true => cut(&name, limits::SPAN_NAME).to_owned().into(),
        false => name,
    }
}

/// At most so many bytes, and whole characters.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
