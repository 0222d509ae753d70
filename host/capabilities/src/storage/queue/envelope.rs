//! Events as they stand in the queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::QueueError;
use crate::{
    base::limits,
    observe::{trace_context::TraceContext, traces::Recording},
};

/// One event, in the names that stand in the queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Tells it from all others: 1 to [`limits::EVENT_NAME`] bytes.
    pub id: String,
    /// What happened, which handlers are found by: 1 to [`limits::EVENT_NAME`] bytes.
    #[serde(rename = "type")]
    pub kind: String,
    /// None is `null`.
    #[serde(default)]
    pub data: Option<Box<RawValue>>,
    /// The name of the service that published it.
    #[serde(default)]
    pub(crate) source_service: Option<String>,
    /// None is for every service.
    #[serde(default)]
    pub(crate) target_service: Option<String>,
    /// Seconds since the Unix epoch, where this host wrote it.
    #[serde(default)]
    pub(crate) timestamp: Option<Box<RawValue>>,
    /// Events of one key are handled one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// W3C trace context of whoever published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<String>,
    /// The vendor state that belongs to `traceparent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tracestate: Option<String>,
}

/// What a publisher may say besides type and data.
#[derive(Clone, Debug, Default)]
pub struct PublishOptions {
    /// The only service that it is for; none: all.
    pub target: Option<String>,
    /// Events of one key are handled one after the other.
    pub key: Option<String>,
    /// The event's id; none: a new one is made.
    pub id: Option<String>,
}

impl Event {
    /// `data` is JSON text, `trace` the place where it is published, `now` when.
    pub fn new(
        source: &str,
        kind: String,
        data: String,
        options: PublishOptions,
        trace: &TraceContext,
        now: Timestamp,
    ) -> Result<Self, QueueError> {
        let data = RawValue::from_string(data)
            .map_err(|error| QueueError::Unsound(format!("the data of the event `{kind}` is not JSON: {error}")))?;
        for (what, text, most) in [
            ("type", Some(&kind), limits::EVENT_NAME),
            ("id", options.id.as_ref(), limits::EVENT_NAME),
            ("target", options.target.as_ref(), limits::EVENT_NAME),
            ("key", options.key.as_ref(), limits::EVENT_NAME),
        ] {
            if let Some(text) = text.filter(|text| text.is_empty() || text.len() > most) {
                return Err(QueueError::Unsound(format!(
                    "an event's {what} has 1 to {most} bytes, this one has {}",
                    text.len()
                )));
            }
        }
        Ok(Self {
            id: options.id.unwrap_or_else(|| new_id(now)),
            kind,
            data: Some(data),
            source_service: Some(source.to_owned()),
            target_service: options.target,
            timestamp: to_raw_value(&(now.as_microsecond() as f64 / 1e6)).ok(),
            key: options.key,
            traceparent: Some(trace.to_string()),
            tracestate: trace.state().map(str::to_owned),
        })
    }

    /// The trace of whoever published it.
    pub fn trace(&self) -> Option<TraceContext> {
        TraceContext::parse(self.traceparent.as_deref()?, self.tracestate.as_deref())
    }

    /// For a span that does something with it, in the words of OpenTelemetry.
    pub fn describe(&self, span: &mut Recording, operation: &'static str, kind: &'static str) {
        span.set("messaging.system", "tusk");
        span.set("messaging.operation.name", operation);
        span.set("messaging.operation.type", kind);
        span.set("messaging.destination.name", &*self.kind);
        span.set("messaging.message.id", &*self.id);
    }

    /// As it stands in the queue.
    pub(crate) fn to_text(&self) -> Result<String, QueueError> {
        let text = serde_json::to_string(self).map_err(|error| QueueError::Unsound(error.to_string()))?;
        if text.len() > limits::EVENT_BYTES {
            let (kind, bytes) = (self.kind.clone(), text.len());
            return Err(QueueError::TooLarge { kind, bytes });
        }
        Ok(text)
    }

    /// Reads what stands in a queue; others may have put it there.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > limits::EVENT_BYTES {
            return Err("it is too large".into());
        }
        let event: Self = serde_json::from_str(text).map_err(|error| format!("it is no event: {error}"))?;
        for (what, text) in [("id", &event.id), ("type", &event.kind)] {
            if text.is_empty() || text.len() > limits::EVENT_NAME {
                let most = limits::EVENT_NAME;
                return Err(format!("it is no event: its {what} must have 1 to {most} bytes"));
            }
        }
        Ok(event)
    }
}

/// A UUID of version 7: in the order of time, for whoever keeps them in an index.
fn new_id(now: Timestamp) -> String {
    let time = now.as_millisecond().max(0) as u128;
    let random = fastrand::u128(..);
    let bits = (time << 80) | (random & 0x0fff_3fff_ffff_ffff_ffff) | (0x7 << 76) | (0x8 << 60);
    let hex = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
    parts.join("-")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_event_keeps_what_it_was_given() {
        let trace = TraceContext::start();
        let options = PublishOptions {
            target: Some("mail".into()),
            key: Some("7".into()),
            id: None,
        };
        let data = r#"{"id": 7, "price": 1.10}"#;
        let event = Event::new(
            "users",
            "user_created".into(),
            data.into(),
            options,
            &trace,
            Timestamp::now(),
        )
        .unwrap();
        let text = event.to_text().unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(text.contains(data), "byte for byte: {text}");
        assert_eq!(
            (&json["type"], &json["source_service"]),
            (&"user_created".into(), &"users".into())
        );
        assert_eq!(json["target_service"], "mail");
        assert_eq!(json["traceparent"], trace.to_string());
        assert!(json["timestamp"].as_f64().unwrap() > 1.7e9);
        let back = Event::parse(&text).unwrap();
        assert_eq!((back.id, back.key.as_deref()), (event.id.clone(), Some("7")));
        let version_7 = event.id.as_bytes();
        assert_eq!(
            (version_7.len(), version_7[14], version_7[8]),
            (36, b'7', b'-'),
            "{}",
            event.id
        );
        assert!(matches!(version_7[19], b'8'..=b'b'));
    }

    #[test]
    fn the_page_s_envelope_is_read() {
        let text = r#"{"id": "e1", "type": "t", "data": {"a": [1]}, "source_service": "py", "target_service": null,
            "timestamp": 1732406400.25, "more": 1}"#;
        let event = Event::parse(text).unwrap();
        assert_eq!((event.target_service, event.key), (None, None));
        assert_eq!(event.data.unwrap().get(), r#"{"a": [1]}"#);
        assert!(
            Event::parse(r#"{"id": "e1", "type": "t", "data": null, "timestamp": "2026-11-24T02:21:17Z"}"#).is_ok()
        );
    }

    #[test]
    fn what_is_no_event_is_told() {
        for (text, says) in [
            ("rubbish", "no event"),
            ("[]", "no event"),
            (r#"{"type": "t"}"#, "`id`"),
            (r#"{"id": "", "type": "t"}"#, "its id"),
            (r#"{"id": 1, "type": "t"}"#, "integer `1`"),
            (r#"{"id": "1"}"#, "`type`"),
        ] {
            let why = Event::parse(text).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
        assert!(
            Event::parse(&" ".repeat(limits::EVENT_BYTES + 1))
                .unwrap_err()
                .contains("too large")
        );
    }

    #[test]
    fn bad_arguments_are_named() {
        let new = |kind: &str, data: &str, key: &str| {
            let options = PublishOptions {
                key: Some(key.into()),
                ..PublishOptions::default()
            };
            Event::new(
                "users",
                kind.into(),
                data.into(),
                options,
                &TraceContext::start(),
                Timestamp::now(),
            )
            .and_then(|event| event.to_text())
            .unwrap_err()
        };
        assert!(new("", "1", "k").to_string().contains("type"));
        assert!(new("t", "{", "k").to_string().contains("not JSON"));
        assert!(new("t", "1", "").to_string().contains("key"));
        assert!(new("t", "1", &"k".repeat(1000)).to_string().contains("1000"));
        let large = format!("{:?}", "x".repeat(limits::EVENT_BYTES));
        assert!(matches!(new("t", &large, "k"), QueueError::TooLarge { bytes, .. } if bytes > limits::EVENT_BYTES));
    }
}
