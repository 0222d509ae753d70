//! What is printed, without what would steer a terminal or forge a line, and without the secrets of the file. All that leaves
//! the process as text for people goes through here.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::base::{escape, limits, redact};

/// A stream of lines, each written at once.
pub(super) struct Sealed<M> {
    inner: M,
    /// The lines are coloured by whoever writes them.
    color: bool,
}

impl<M> Sealed<M> {
    pub(super) fn new(inner: M, color: bool) -> Self {
        Self { inner, color }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Sealed<M> {
    type Writer = SealedLine<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        SealedLine {
            inner: self.inner.make_writer(),
            color: self.color,
        }
    }
}

pub(super) struct SealedLine<W> {
    inner: W,
    color: bool,
}

impl<W: Write> Write for SealedLine<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let (line, end) = match text.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (&*text, ""),
        };
        let shown = redact::text(line);
        let shown = colored(&shown, self.color, escape::escaped);
        if *shown == *line {
            self.inner.write_all(text.as_bytes())?;
        } else {
            // In one piece: another line must not come in between.
            self.inner.write_all(format!("{shown}{end}").as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A text of several lines.
pub(super) fn lines(text: &str, color: bool) -> String {
    colored(&redact::text(text), color, escape::lines).into_owned()
}

/// A word in a table.
pub(super) fn cell(text: &str) -> String {
    escape::shown(&redact::text(text), limits::CELL).into_owned()
}

/// Keeps the codes for colours, where there are any, and escapes between them.
fn colored<'a>(text: &'a str, color: bool, escape: fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    if !color || !text.contains('\x1b') {
        return escape(text);
    }
    let mut all = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\x1b[") {
        let code = rest
            .get(start + 2..)
            .unwrap_or_default()
            .find(|c: char| !matches!(c, '0'..='9' | ';'));
        let end = start + 2 + code.unwrap_or(rest.len() - start - 2);
        all.push_str(&escape(rest.get(..start).unwrap_or_default()));
        if rest.get(end..).unwrap_or_default().starts_with('m') {
            all.push_str(rest.get(start..=end).unwrap_or_default());
            rest = rest.get(end + 1..).unwrap_or_default();
        } else {
            all.push_str(&escape(rest.get(start..start + 1).unwrap_or_default()));
            rest = rest.get(start + 1..).unwrap_or_default();
        }
    }
    all.push_str(&escape(rest));
    Cow::Owned(all)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn colours_stay_and_nothing_else_does() {
        assert_eq!(
            lines("\x1b[1;31merror\x1b[0m: a\x1b[2Jb\r\nnext", true),
            "\x1b[1;31merror\x1b[0m: a\\u001b[2Jb\\r\nnext"
        );
        assert_eq!(lines("\x1b[31mred\x1b", false), "\\u001b[31mred\\u001b");
        assert_eq!(lines("\x1b[12", true), "\\u001b[12");
        assert_eq!(cell("a\nb\u{202e}"), "a\\nb\\u202e");
        assert!(cell(&"x".repeat(70_000)).len() < 2 * limits::CELL);
    }

    #[test]
    fn an_event_of_the_log_is_one_line() {
        for json in [false, true] {
            let (mut reader, writer) = io::pipe().unwrap();
            let log = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(Sealed::new(move || writer.try_clone().unwrap(), false));
            let write = || tracing::error!(name = "x\u{202e}\ny", "a\n2026 INFO forged \u{1b}[2J \u{2028}b");
            if json {
                tracing::subscriber::with_default(log.json().finish(), write);
            } else {
                tracing::subscriber::with_default(log.finish(), write);
            }
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            assert!(
                text.trim_end().chars().all(|c| c.is_ascii_graphic() || c == ' '),
                "{text:?}"
            );
            if json {
                let line: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert_eq!(line["fields"]["message"], "a\n2026 INFO forged \u{1b}[2J \u{2028}b");
            }
        }
    }
}
