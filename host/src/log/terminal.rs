//! The log as a person reads it on a terminal: a request is one short line.

use std::fmt;

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Full, Writer},
    },
    registry::LookupSpan,
};

/// The target of the one line that each request has.
pub(crate) const ACCESS: &str = "access";

/// Events as `tracing-subscriber` writes them, but for requests: `GET /users 200 0.4 ms`.
#[derive(Default)]
pub(crate) struct Terminal {
    others: Format<Full>,
}

impl<S, N> FormatEvent<S, N> for Terminal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if event.metadata().target() != ACCESS {
            return self.others.format_event(context, out, event);
        }
        let mut request = Request::default();
        event.record(&mut request);
        request.write(&mut out)
    }
}

/// What the short line tells of a request.
#[derive(Default)]
struct Request {
    method: String,
    path: String,
    status: u64,
    milliseconds: f64,
}

impl Request {
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

impl Visit for Request {
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

    fn written(color: bool, events: impl Fn()) -> String {
        let (mut reader, writer) = io::pipe().unwrap();
        let log = tracing_subscriber::fmt()
            .with_ansi(color)
            .event_format(Terminal::default())
            .with_writer(move || writer.try_clone().unwrap());
        tracing::subscriber::with_default(log.finish(), events);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_request_is_a_short_line_and_other_events_are_whole() {
        let request = |status: u16, duration_ms: f64| {
            tracing::info!(
                target: ACCESS,
                method = "GET",
                path = "/users",
                route = "/users",
                status,
                bytes = 7_u64,
                duration_ms,
                request_id = "4f",
                fujsen = "users.list"
            );
        };
        let requests = || {
            request(200, 0.437);
            request(404, 12.5);
            request(503, 3004.0);
        };
        assert_eq!(
            written(false, requests),
            "GET /users 200 0.4 ms\nGET /users 404 12 ms\nGET /users 503 3004 ms\n"
        );
        let colored = written(true, requests);
        assert!(
            colored.starts_with("\x1b[1mGET\x1b[0m /users \x1b[32m200\x1b[0m \x1b[2m0.4 ms\x1b[0m\n"),
            "{colored:?}"
        );
        assert!(
            colored.contains("\x1b[33m404") && colored.contains("\x1b[31m503"),
            "{colored:?}"
        );
        let other = written(false, || tracing::warn!(target: "swap", by = "me", "not applied"));
        assert!(other.contains("WARN swap: not applied by=\"me\""), "{other}");
    }
}
