//! Where in a trace something happens.

use std::{borrow::Cow, fmt, ops::Deref, sync::Arc};

use super::{
    encoding::SpanKind,
    span::{self, Span},
};
use crate::observe::{otlp::Recorder, trace_context::TraceContext};

/// A place in a trace, that of one span, and who records it.
#[derive(Clone)]
pub struct Trace {
    context: TraceContext,
    /// None where the trace is not recorded.
    recorder: Option<Arc<Recorder>>,
}

impl Trace {
    pub(super) fn recorded(context: TraceContext, recorder: Arc<Recorder>) -> Self {
        Self {
            context,
            recorder: Some(recorder),
        }
    }

    /// Whether somebody gets the spans of it.
    pub fn is_recorded(&self) -> bool {
        self.recorder.is_some()
    }

    /// The place of a span within this one. It has an id of its own whether it is recorded or not: for what names it to
    /// others.
    pub fn child(&self) -> Self {
        Self {
            context: self.context.child(),
            recorder: self.recorder.clone(),
        }
    }

    /// As [`child`](Self::child), for what only this service knows of: the place itself where nothing is recorded.
    pub fn inner(&self) -> Self {
        if self.is_recorded() { self.child() } else { self.clone() }
    }

    /// Starts the span whose place this is.
    pub fn span(&self, kind: SpanKind, name: impl FnOnce() -> Cow<'static, str>) -> Span {
        match &self.recorder {
            Some(recorder) => span::start(recorder.clone(), &self.context, kind, name()),
            None => Span::default(),
        }
    }
}

/// One that nobody records.
impl From<TraceContext> for Trace {
    fn from(context: TraceContext) -> Self {
        Self {
            context,
            recorder: None,
        }
    }
}

/// The start of one that nobody records.
impl Default for Trace {
    fn default() -> Self {
        TraceContext::start().into()
    }
}

impl Deref for Trace {
    type Target = TraceContext;

    fn deref(&self) -> &TraceContext {
        &self.context
    }
}

/// The `traceparent` header.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.context.fmt(f)
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.context.fmt(f)
    }
}
