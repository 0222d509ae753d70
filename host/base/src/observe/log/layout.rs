//! How the log is laid out as text. A service writes one line for each request: these are laid out here, short on a terminal
//! and whole elsewhere, since they cost most of what logging costs. All others are as `tracing-subscriber` writes them.

use std::fmt;

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Full, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// The target of the one line that each request has.
pub const ACCESS: &str = "access";

/// Text, for a terminal or not.
pub struct Layout {
    is_terminal: bool,
    others: Format<Full>,
}

impl Layout {
    /// On a terminal, the line of a request is short and has no time; elsewhere, it has all fields.
    pub fn new(is_terminal: bool) -> Self {
        Self {
            is_terminal,
            others: Format::default(),
        }
    }
}

impl<S, N> FormatEvent<S, N> for Layout
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if event.metadata().target() != ACCESS {
            return self.others.format_event(context, out, event);
        }
        if self.is_terminal {
            // `GET /users 200 0.4 ms`
            let mut request = RequestLine::default();
            event.record(&mut request);
            return request.write(&mut out);
        }
        SystemTime.format_time(&mut out)?;
        write!(out, " {:>5} {ACCESS}:", event.metadata().level().as_str())?;
        let mut fields = TextFields { out, result: Ok(()) };
        event.record(&mut fields);
        fields.result?;
        fields.out.write_char('\n')
    }
}

/// Writes ` name=value` for each field, as `tracing-subscriber` does.
struct TextFields<'a> {
    out: Writer<'a>,
    result: fmt::Result,
}

impl TextFields<'_> {
    fn write(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.result.is_err() {
            return;
        }
        let out = &mut self.out;
        let name = out.write_char(' ').and_then(|()| out.write_str(field.name()));
        self.result = name.and_then(|()| out.write_char('=')).and_then(|()| value(out));
    }
}

impl Visit for TextFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // `Debug` goes character by character, which these do not need.
        let is_plain = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        self.write(field, |out| {
            if !value.bytes().all(is_plain) {
                return write!(out, "{value:?}");
            }
            out.write_char('"')?;
            out.write_str(value)?;
            out.write_char('"')
        });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, |out| write!(out, "{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.write(field, |out| write!(out, "{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, |out| write!(out, "{value:?}"));
    }
}

/// What the short line tells of a request.
#[derive(Default)]
struct RequestLine {
    method: String,
    path: String,
    status: u64,
    milliseconds: f64,
}

impl RequestLine {
    fn write(&self, out: &mut Writer<'_>) -> fmt::Result {
        let Self {
            method,
            path,
            status,
            milliseconds,
        } = self;
        // Three digits are enough to see what is slow.
        let digits = match milliseconds {
            ..10.0 => 1,
            _ => 0,
        };
        if !out.has_ansi_escapes() {
            return writeln!(out, "{method} {path} {status} {milliseconds:.digits$} ms");
        }
        let color = match status {
            ..300 => 32,
            300..400 => 36,
            400..500 => 33,
            _ => 31,
        };
        writeln!(
            out,
            "\x1b[1m{method}\x1b[0m {path} \x1b[{color}m{status}\x1b[0m \x1b[2m{milliseconds:.digits$} ms\x1b[0m"
        )
    }
}

impl Visit for RequestLine {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "method" => value.clone_into(&mut self.method),
            "path" => value.clone_into(&mut self.path),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = value;
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "duration_ms" {
            self.milliseconds = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{self, Read};

    use super::*;

    fn written(is_terminal: bool, color: bool, events: impl Fn()) -> String {
        let (mut reader, writer) = io::pipe().unwrap();
        let log = tracing_subscriber::fmt()
            .with_ansi(color)
            .event_format(Layout::new(is_terminal))
            .with_writer(move || writer.try_clone().unwrap());
        tracing::subscriber::with_default(log.finish(), events);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    }

    fn request(path: &str, status: u16, duration_ms: f64) {
        tracing::info!(
            target: ACCESS,
            method = "GET",
            path,
            route = "/users",
            status,
            bytes = 7_u64,
            duration_ms,
            request_id = "4f",
            fujsen = "users.list"
        );
    }

    #[test]
    fn on_a_terminal_a_request_is_short_and_other_events_are_whole() {
        let requests = || {
            request("/users", 200, 0.437);
            request("/users", 404, 12.5);
            request("/users", 503, 3004.0);
        };
        assert_eq!(
            written(true, false, requests),
            "GET /users 200 0.4 ms\nGET /users 404 12 ms\nGET /users 503 3004 ms\n"
        );
        let colored = written(true, true, requests);
        assert!(
            colored.starts_with("\x1b[1mGET\x1b[0m /users \x1b[32m200\x1b[0m \x1b[2m0.4 ms\x1b[0m\n"),
            "{colored:?}"
        );
        assert!(
            colored.contains("\x1b[33m404") && colored.contains("\x1b[31m503"),
            "{colored:?}"
        );
        let other = written(true, false, || tracing::warn!(target: "swap", by = "me", "not applied"));
        assert!(other.contains("WARN swap: not applied by=\"me\""), "{other}");
    }

    #[test]
    fn a_request_is_whole_elsewhere_as_every_other_event() {
        let lines = written(false, false, || {
            request("/users", 200, 0.437);
            request("/a\"b\\c\u{1b}\u{e9}", 404, 2.0);
            tracing::info!(target: "other", method = "GET", path = "/a\"b\\c\u{1b}\u{e9}", duration_ms = 2.0);
        });
        let lines: Vec<_> = lines.lines().map(|line| line.split_once("Z ").unwrap().1).collect();
        assert_eq!(
            lines[0],
            r#" INFO access: method="GET" path="/users" route="/users" status=200 bytes=7 duration_ms=0.437 request_id="4f" fujsen="users.list""#
        );
        let fields = |line: &str| {
            line.split_once("path=")
                .unwrap()
                .1
                .split(' ')
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!(fields(lines[1]), fields(lines[2]), "{lines:?}");
        assert!(
            lines[1].contains(" duration_ms=2 ") && lines[2].ends_with("duration_ms=2.0"),
            "{lines:?}"
        );
    }
}
