//! What is noted of a request: its metrics, its span, and one line in the log.

use std::{sync::Arc, time::Instant};

use http::{Method, Uri};

use super::trace::RequestTrace;
use crate::{
    base::clock::Clock,
    observe::{
        log, metrics,
        traces::{self, Span, SpanKind},
    },
};

/// What is known of a request. Its end counts it, ends its span and writes the line; a client that leaves before has the
/// status 499.
pub(super) struct Access<'a> {
    clock: &'a dyn Clock,
    pub(super) started: Instant,
    method: Method,
    uri: Uri,
    /// `http` or `https`.
    scheme: &'static str,
    request_id: Arc<str>,
    span: Span,
    pub(super) status: u16,
    /// Of the response's body.
    pub(super) bytes: u64,
    /// Path and fujsen of the route.
    pub(super) route: Option<(Arc<str>, Arc<str>)>,
    /// That of the route, once it is known.
    pub(super) meter: &'a metrics::RouteMeter,
}

impl<'a> Access<'a> {
    /// `clock` is read here, for all that begins with the request; `meter` counts it when no route is found.
    pub(super) fn start(
        method: &Method,
        uri: &Uri,
        scheme: &'static str,
        trace: &RequestTrace,
        clock: &'a dyn Clock,
        meter: &'a metrics::RouteMeter,
    ) -> Self {
        meter.begin();
        Self {
            clock,
            started: clock.monotonic(),
            method: method.clone(),
            uri: uri.clone(),
            scheme,
            request_id: trace.request_id.clone(),
            span: trace.place.span(SpanKind::Server, || "HTTP".into()),
            status: LEFT,
            bytes: 0,
            route: None,
            meter,
        }
    }
}

impl Access<'_> {
    /// Without the query, which may hold anything.
    fn end_span(&mut self) {
        let mut span = std::mem::take(&mut self.span);
        span.describe(|span| {
            let method = traces::method(&self.method);
            match &self.route {
                Some((route, _)) => {
                    span.name(format!("{method} {route}"));
                    span.set("http.route", route);
                }
                None if method != traces::OTHER_METHOD => span.name(method),
                None => {}
            }
            span.set("http.request.method", method);
            span.set("url.scheme", self.scheme);
            span.set("url.path", self.uri.path());
            span.set("tusk.request_id", &self.request_id);
            if self.status != LEFT {
                span.set("http.response.status_code", i64::from(self.status));
            }
        });
        match self.status {
            LEFT => drop(span),
            500.. => span.fail(&self.status.to_string()),
            _ => span.end(),
        }
    }
}

/// The status of a request whose client left before the answer.
const LEFT: u16 = 499;

impl Drop for Access<'_> {
    fn drop(&mut self) {
        let took = self.clock.monotonic().saturating_duration_since(self.started);
        self.meter.end(&self.method, self.status, took);
        self.end_span();
        let (route, fujsen) = self.route.as_ref().map_or(("", ""), |(route, fujsen)| (route, fujsen));
        // A macro, since the level of an event is a constant.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: log::ACCESS,
                    method = self.method.as_str(),
                    path = self.uri.path(),
                    route,
                    status = self.status,
                    bytes = self.bytes,
                    duration_ms = took.as_micros() as f64 / 1000.0,
                    request_id = &*self.request_id,
                    fujsen,
                )
            };
        }
        if is_sound_probe(self.uri.path(), self.status) {
            line!(debug);
        } else {
            line!(info);
        }
    }
}

/// Probes come every few seconds from many sides: while they find nothing, nobody wants to read of them.
fn is_sound_probe(path: &str, status: u16) -> bool {
    let is_probe = path
        .strip_prefix("/health")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_probe && status < 400
}
