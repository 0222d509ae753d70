//! What fujsens log.

use std::sync::Arc;

use tracing::Level;

use crate::{
    base::{escape::escaped, limits, value::Value},
    observe::log::FUJSEN,
};

/// What one call has logged so far. Dropping it tells how much was over the bound.
#[derive(Default)]
pub struct LogSession {
    bytes: usize,
    lines: u32,
    dropped: u32,
    /// Set with the first dropped line.
    author: Option<Author>,
}

/// Whose line it is.
#[derive(Clone)]
pub struct Author {
    /// The name of the service.
    pub service: Arc<str>,
    /// The section that the fujsen is in.
    pub section: Arc<str>,
    /// The fujsen's name.
    pub fujsen: Arc<str>,
    /// The id of the request that the call is for.
    pub request_id: Arc<str>,
    /// Where its trace is recorded.
    pub trace_id: Option<Arc<str>>,
}

impl LogSession {
    /// Writes one line, with its fields as JSON. A line over a bound of the call is dropped and counted.
    pub fn write(&mut self, author: Author, level: Level, message: &str, fields: &[(String, Value)]) {
        let bytes = message.len()
            + fields
                .iter()
                .map(|(name, value)| name.len() + 8 + value.payload())
                .sum::<usize>();
        if self.lines >= limits::LOG_LINES || self.bytes.saturating_add(bytes) > limits::LOG_BYTES {
            self.dropped = self.dropped.saturating_add(1);
            self.author.get_or_insert(author);
            return;
        }
        self.bytes += bytes;
        self.lines += 1;
        let fields = (!fields.is_empty()).then(|| escaped(&object(fields)).into_owned());
        emit(&author, level, &escaped(message), fields.as_deref());
    }
}

impl Drop for LogSession {
    fn drop(&mut self) {
        let Some(author) = &self.author else { return };
        let message = format!(
            "{} log lines dropped: a call may log {} lines and {} KiB",
            self.dropped,
            limits::LOG_LINES,
            limits::LOG_BYTES >> 10
        );
        emit(author, Level::WARN, &message, None);
    }
}

fn emit(author: &Author, level: Level, message: &str, fields: Option<&str>) {
    macro_rules! event {
        ($level:ident) => {
            tracing::event!(
                target: FUJSEN,
                Level::$level,
                service = &*author.service,
                section = &*author.section,
                fujsen = &*author.fujsen,
                request_id = &*author.request_id,
                trace_id = author.trace_id.as_deref(),
                fields,
                "{message}"
            )
        };
    }
    match level {
        Level::TRACE => event!(TRACE),
        Level::DEBUG => event!(DEBUG),
        Level::INFO => event!(INFO),
        Level::WARN => event!(WARN),
        Level::ERROR => event!(ERROR),
    }
}

/// The fields as the text of a JSON object.
fn object(fields: &[(String, Value)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into_json()));
    fields.collect::<serde_json::Value>().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{
        io,
        sync::{Mutex, MutexGuard, PoisonError},
    };

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Output {
        fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn lines(&self) -> Vec<serde_json::Value> {
            String::from_utf8(self.bytes().clone())
                .unwrap()
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        }
    }

    impl io::Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Output {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn author() -> Author {
        Author {
            service: "shop".into(),
            section: "users".into(),
            fujsen: "users.list".into(),
            request_id: "r-1".into(),
            trace_id: Some("t-1".into()),
        }
    }

    fn logged(write: impl FnOnce(&mut LogSession)) -> Vec<serde_json::Value> {
        let output = Output::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(output.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || write(&mut LogSession::default()));
        output.lines()
    }

    #[test]
    fn a_line_carries_its_author_and_fields() {
        let fields = [
            ("id".to_owned(), Value::Integer(7)),
            ("tags".to_owned(), Value::Json(r#"["a"]"#.into())),
            ("raw".to_owned(), Value::Bytes(vec![1, 2])),
        ];
        let lines = logged(|session| session.write(author(), Level::ERROR, "went wrong", &fields));
        assert_eq!(lines.len(), 1);
        assert_eq!(
            (lines[0]["level"].as_str(), lines[0]["target"].as_str()),
            (Some("ERROR"), Some("fujsen"))
        );
        let line = &lines[0]["fields"];
        assert_eq!(line["message"], "went wrong");
        assert_eq!(line["fields"], r#"{"id":7,"tags":["a"],"raw":"AQI="}"#);
        assert_eq!(
            ["service", "section", "fujsen", "request_id", "trace_id"].map(|name| line[name].as_str().unwrap()),
            ["shop", "users", "users.list", "r-1", "t-1"]
        );
    }

    #[test]
    fn a_forged_line_stays_inside_its_own() {
        let message = "a\nINFO forged\r\u{1b}[31m\u{9b}\u{202e}";
        let fields = [("x\ny".to_owned(), Value::Text("\u{1b}[2J\u{7f}".into()))];
        let lines = logged(|session| session.write(author(), Level::INFO, message, &fields));
        assert_eq!(lines[0]["fields"]["message"], r"a\nINFO forged\r\u001b[31m\u009b\u202e");
        assert_eq!(lines[0]["fields"]["fields"], r#"{"x\ny":"\u001b[2J\u007f"}"#);
    }

    #[test]
    fn a_flood_is_cut_and_counted() {
        let lines = logged(|session| {
            for _ in 0..limits::LOG_LINES + 40 {
                session.write(author(), Level::INFO, "again", &[]);
            }
        });
        assert_eq!(lines.len(), limits::LOG_LINES as usize + 1);
        assert!(
            lines[lines.len() - 1]["fields"]["message"]
                .as_str()
                .unwrap()
                .starts_with("40 log lines dropped")
        );

        let long = "x".repeat(limits::LOG_BYTES / 2);
        let lines = logged(|session| (0..5).for_each(|_| session.write(author(), Level::INFO, &long, &[])));
        assert_eq!(lines.len(), 3);
    }
}
