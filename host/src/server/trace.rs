//! The request's id and its W3C trace context: taken from the client where they are sound, else made.

use std::{fmt::Write as _, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Characters of a request id and of a vendor state.
const LONGEST_ID: usize = 128;
const LONGEST_STATE: usize = 512;

pub(super) struct Trace {
    pub(super) request_id: Arc<str>,
    /// With a span of its own for this request.
    pub(super) traceparent: Arc<str>,
    pub(super) tracestate: Option<Arc<str>>,
}

impl Trace {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let parent = headers.get(TRACEPARENT).and_then(|value| parent(value.as_bytes()));
        let tracestate = headers
            .get(TRACESTATE)
            .filter(|_| parent.is_some())
            .and_then(|state| state.to_str().ok());
        let request_id = headers.get(REQUEST_ID).and_then(sound).map_or_else(new_id, Arc::from);
        let (trace, flags) = parent.map_or_else(
            || (hex(fastrand::u128(1..)), "00".to_owned()),
            |(trace, flags)| (trace.to_owned(), flags.to_owned()),
        );
        let mut traceparent = String::with_capacity(55);
        // Writing into a string never fails.
        let _ = write!(traceparent, "00-{trace}-{:016x}-{flags}", fastrand::u64(1..));
        Self {
            request_id,
            traceparent: traceparent.into(),
            tracestate: tracestate.filter(|state| state.len() <= LONGEST_STATE).map(Arc::from),
        }
    }

    /// For the response.
    pub(super) fn id_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.request_id).unwrap_or(HeaderValue::from_static("invalid"))
    }
}

fn hex(number: u128) -> String {
    format!("{number:032x}")
}

fn new_id() -> Arc<str> {
    hex(fastrand::u128(..)).into()
}

/// An id that may stand in logs and headers.
fn sound(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    let is_sound = (1..=LONGEST_ID).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    is_sound.then(|| std::str::from_utf8(bytes).ok()).flatten()
}

/// Trace id and flags of `version-trace-span-flags`. Versions after 00 may append further fields.
fn parent(value: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut fields = text.split('-');
    let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let is_hex =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let is_known = is_hex(version, 2) && version != "ff" && (version != "00" || fields.next().is_none());
    let is_whole = is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2) && !is_zero(trace) && !is_zero(span);
    (is_known && is_whole).then_some((trace, flags))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn trace(headers: &[(&'static str, &str)]) -> Trace {
        let pair = |(name, value): &(&'static str, &str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )
        };
        Trace::of(&headers.iter().map(pair).collect())
    }

    #[test]
    fn request_ids() {
        for sane in ["a", "7f3c-é".split('-').next().unwrap(), &"x".repeat(128)] {
            assert_eq!(&*trace(&[("x-request-id", sane)]).request_id, sane);
        }
        for bad in ["", "a b", "é", &"x".repeat(129)] {
            let made = trace(&[("x-request-id", bad)]).request_id;
            assert_eq!(made.len(), 32, "{bad}");
        }
        assert_ne!(trace(&[]).request_id, trace(&[]).request_id);
    }

    #[test]
    fn trace_context() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let sound = format!("00-{id}-00f067aa0ba902b7-01");
        let own = trace(&[("traceparent", &sound), ("tracestate", "a=b")]);
        assert!(own.traceparent.starts_with(&format!("00-{id}-")) && own.traceparent.ends_with("-01"));
        assert!(!own.traceparent.contains("00f067aa0ba902b7"), "the span is ours");
        assert_eq!(own.tracestate.as_deref(), Some("a=b"));
        for bad in [
            "",
            "00",
            &sound[..54],
            &format!("{sound}-x"),
            &sound.to_uppercase(),
            &format!("ff{}", &sound[2..]),
            &sound.replace(id, &"0".repeat(32)),
            &sound.replace("00f067aa0ba902b7", &"0".repeat(16)),
        ] {
            let made = trace(&[("traceparent", bad), ("tracestate", "a=b")]);
            assert!(!made.traceparent.contains(id), "{bad}");
            assert_eq!(made.traceparent.len(), 55);
            assert_eq!(made.tracestate, None);
        }
        let later = trace(&[("traceparent", &format!("01{}-more", &sound[2..]))]);
        assert!(later.traceparent.starts_with(&format!("00-{id}-")));
    }
}
