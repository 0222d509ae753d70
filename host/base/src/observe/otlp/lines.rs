//! Lines of the log as parts of a message, beside those on stderr.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwapOption;
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    logs::v1::{LogRecord, SeverityNumber},
};
use prost::Message as _;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Layer};

use super::{
    exporter::Exporter,
    figures::{attribute, text},
    senders::SENDER,
};
use crate::{base::limits, observe::tasks};

/// Where the log of the process goes beside stderr, once a service says so.
static TO: ArcSwapOption<Exporter> = ArcSwapOption::const_empty();

/// The layer of `tracing` that hands lines on.
pub struct OtlpLines;

impl OtlpLines {
    /// From now on lines go there, too; to nobody else with none.
    pub fn go(to: Option<Arc<Exporter>>) {
        TO.store(to);
    }
}

impl<S: Subscriber> Layer<S> for OtlpLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let to = TO.load();
        let Some(to) = to.as_ref() else { return };
        // What sending tells of itself would be sent, and tell of itself again.
        if tasks::current() == Some(SENDER) {
            return;
        }
        to.record(&record(event).encode_to_vec());
    }
}

fn record(event: &Event<'_>) -> LogRecord {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = since.as_nanos() as u64;
    let (severity, word) = severity(*event.metadata().level());
    let mut fields = RecordFields(LogRecord {
        time_unix_nano: now,
        observed_time_unix_nano: now,
        severity_number: severity.into(),
        severity_text: word.to_owned(),
        ..LogRecord::default()
    });
    fields.text("target", event.metadata().target());
    event.record(&mut fields);
    fields.0
}

fn severity(level: Level) -> (SeverityNumber, &'static str) {
    match level {
        Level::ERROR => (SeverityNumber::Error, "ERROR"),
        Level::WARN => (SeverityNumber::Warn, "WARN"),
        Level::INFO => (SeverityNumber::Info, "INFO"),
        Level::DEBUG => (SeverityNumber::Debug, "DEBUG"),
        Level::TRACE => (SeverityNumber::Trace, "TRACE"),
    }
}

/// The fields of an event: the message is the body, what names the trace does so, all else are attributes.
struct RecordFields(LogRecord);

impl RecordFields {
    fn text(&mut self, name: &str, value: &str) {
        let value = value
            .get(..value.floor_char_boundary(limits::LOG_PUSHED))
            .unwrap_or_default();
        match name {
            "message" => self.0.body = Some(text(value)),
            "trace_id" => self.0.trace_id = bytes(value).unwrap_or_default(),
            _ => self.0.attributes.push(attribute(name.to_owned(), value)),
        }
    }

    fn value(&mut self, name: &str, value: Value) {
        self.0.attributes.push(KeyValue {
            key: name.to_owned(),
            value: Some(AnyValue { value: Some(value) }),
            ..KeyValue::default()
        });
    }
}

impl Visit for RecordFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.value(field.name(), Value::IntValue(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.value(field.name(), Value::IntValue(value as i64));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.value(field.name(), Value::DoubleValue(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.value(field.name(), Value::BoolValue(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = write!(text, "{value:?}");
        self.text(field.name(), &text);
    }
}

/// The bytes of a trace's id, which is 32 hexadecimal digits.
fn bytes(id: &str) -> Option<Vec<u8>> {
    let id = (id.len() == 32).then(|| u128::from_str_radix(id, 16).ok());
    id.flatten().map(|id| id.to_be_bytes().to_vec())
}
