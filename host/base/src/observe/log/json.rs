//! The log as JSON. The lines of fujsens have fields of their own, which are an object: they are laid out here. All others are
//! as `tracing-subscriber` writes them, and these are like them.

use std::fmt;

use serde::{Serializer, ser::SerializeMap};
use serde_json::value::RawValue;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Json, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// The target of what fujsens log, and the name of the field that is JSON.
pub const FUJSEN: &str = "fujsen";
const FIELDS: &str = "fields";

/// A JSON object in each line.
pub struct JsonLayout {
    others: Format<Json>,
}

impl JsonLayout {
    /// `others` writes all lines but those of fujsens.
    pub fn new(others: Format<Json>) -> Self {
        Self { others }
    }
}

impl<S, N> FormatEvent<S, N> for JsonLayout
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if event.metadata().target() != FUJSEN {
            return self.others.format_event(context, out, event);
        }
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut line = Vec::with_capacity(256);
        write(&mut line, &timestamp, event).map_err(|_| fmt::Error)?;
        out.write_str(std::str::from_utf8(&line).map_err(|_| fmt::Error)?)?;
        out.write_char('\n')
    }
}

fn write(line: &mut Vec<u8>, timestamp: &str, event: &Event<'_>) -> Result<(), serde_json::Error> {
    let mut serializer = serde_json::Serializer::new(line);
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("timestamp", timestamp)?;
    map.serialize_entry("level", event.metadata().level().as_str())?;
    let mut members = JsonFields { map, result: Ok(()) };
    event.record(&mut members);
    members.result?;
    members.map.serialize_entry("target", event.metadata().target())?;
    members.map.end()
}

/// Writes a member for each field.
struct JsonFields<M: SerializeMap> {
    map: M,
    result: Result<(), M::Error>,
}

impl<M: SerializeMap> JsonFields<M> {
    fn write(&mut self, field: &Field, value: &(impl serde::Serialize + ?Sized)) {
        if self.result.is_ok() {
            self.result = self.map.serialize_entry(field.name(), value);
        }
    }
}

impl<M: SerializeMap> Visit for JsonFields<M> {
    fn record_str(&mut self, field: &Field, value: &str) {
        match serde_json::from_str::<&RawValue>(value) {
            Ok(object) if field.name() == FIELDS => self.write(field, object),
            _ => self.write(field, value),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.write(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{self, Read};

    use serde_json::{Value, json};

    use super::*;

    fn written(events: impl Fn()) -> Vec<Value> {
        let (mut reader, writer) = io::pipe().unwrap();
        let log = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .map_event_format(JsonLayout::new)
            .with_writer(move || writer.try_clone().unwrap());
        tracing::subscriber::with_default(log.finish(), events);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn the_fields_of_a_fujsen_are_an_object() {
        let mut lines = written(|| {
            let fields = Some(r#"{"id":7,"deep":{"a":[1,null]},"fields":"{}","huge":18446744073709551615}"#);
            tracing::info!(target: FUJSEN, section = "users", request_id = "r", fields, "went \"wrong\"");
            tracing::warn!(target: FUJSEN, section = "users", fields = None::<&str>, "without");
            tracing::warn!(target: FUJSEN, fields = "no JSON", count = 7_u64, "odd");
            tracing::warn!(target: "other", fields = "{}", "somebody else's");
        });
        for line in &mut lines {
            let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(timestamp.as_str().unwrap().ends_with('Z'), "{timestamp}");
        }
        assert_eq!(
            lines,
            [
                json!({
                    "level": "INFO", "message": "went \"wrong\"", "section": "users", "request_id": "r", "target": "fujsen",
                    "fields": {"id": 7, "deep": {"a": [1, null]}, "fields": "{}", "huge": u64::MAX},
                }),
                json!({"level": "WARN", "message": "without", "section": "users", "target": "fujsen"}),
                json!({"level": "WARN", "message": "odd", "fields": "no JSON", "count": 7, "target": "fujsen"}),
                json!({"level": "WARN", "message": "somebody else's", "fields": "{}", "target": "other"}),
            ]
        );
    }
}
