//! The request's id and its trace: taken from the client where they are sound, else made.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::observe::{
    trace_context::TraceContext,
    traces::{self, Tracer},
};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Characters of a request id.
const LONGEST_ID: usize = 128;

pub(super) struct RequestTrace {
    /// The trace's id where the client gives none.
    pub(super) request_id: Arc<str>,
    /// The place of this request.
    pub(super) place: traces::Trace,
}

impl RequestTrace {
    pub(super) fn of(headers: &HeaderMap, tracer: &Tracer) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let caller = text(TRACEPARENT).and_then(|parent| TraceContext::parse(parent, text(TRACESTATE)));
        let place = tracer.follow(caller);
        let request_id = headers
            .get(REQUEST_ID)
            .and_then(sound)
            .map_or_else(|| place.id(), Arc::from);
        Self { request_id, place }
    }

    /// For the response.
    pub(super) fn id_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.request_id).unwrap_or(HeaderValue::from_static("invalid"))
    }
}

/// An id that may stand in logs and headers.
fn sound(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    let is_sound = (1..=LONGEST_ID).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    is_sound.then(|| std::str::from_utf8(bytes).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(headers: &[(&'static str, &str)]) -> RequestTrace {
        let pair = |(name, value): &(&'static str, &str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )
        };
        RequestTrace::of(&headers.iter().map(pair).collect(), &Tracer::default())
    }

    #[test]
    fn request_ids() {
        for sane in ["a", "7f3c-é".split('-').next().unwrap(), &"x".repeat(128)] {
            assert_eq!(&*trace(&[("x-request-id", sane)]).request_id, sane);
        }
        for bad in ["", "a b", "é", &"x".repeat(129)] {
            let made = trace(&[("x-request-id", bad)]);
            assert_eq!(made.request_id, made.place.id(), "{bad}");
        }
        assert_ne!(trace(&[]).request_id, trace(&[]).request_id);
    }

    #[test]
    fn a_callers_trace_goes_on_with_a_span_of_its_own() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let sound = format!("00-{id}-00f067aa0ba902b7-01");
        let own = trace(&[("traceparent", &sound), ("tracestate", "a=b")]).place;
        assert_eq!((&*own.id(), own.state()), (id, Some("a=b")));
        assert!(!own.to_string().contains("00f067aa0ba902b7"), "the span is ours");
        let made = trace(&[("traceparent", "nonsense"), ("tracestate", "a=b")]).place;
        assert_eq!(made.state(), None, "state belongs to its trace");
    }
}
