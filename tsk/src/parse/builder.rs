//! Parse tree to syntax: keys and strings.

use super::{
    Pair, Rule,
    layout::Layout,
    string,
    syntax::{Key, Style, Text},
    too_deep,
};
use crate::{
    diagnostic::{Diagnostic, keep},
    limits,
    span::{FileId, Span},
};

pub(super) struct Builder<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    /// Where `text` starts in its file.
    pub(super) base: u32,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    depth: usize,
    /// Filled for those who print the text anew.
    pub(super) layout: Option<Layout>,
    pub(super) column_of_block: u32,
    line_starts: Vec<u32>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, text: &'a str, base: u32, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            file,
            text,
            base,
            diagnostics,
            depth: 0,
            layout: None,
            column_of_block: 0,
            // A byte-order mark takes no column.
            line_starts: std::iter::once(if text.starts_with('\u{FEFF}') { 3 } else { 0 })
                .chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1))
                .collect(),
        }
    }

    /// The column of a byte, from 0.
    pub(super) fn column(&self, at: usize) -> u32 {
        let line = self.line_starts.partition_point(|start| *start as usize <= at);
        at as u32
            - self
                .line_starts
                .get(line.saturating_sub(1))
                .copied()
                .unwrap_or(0)
                .min(at as u32)
    }

    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        Span {
            file: self.file,
            start: self.base + span.start() as u32,
            end: self.base + span.end() as u32,
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        keep(self.diagnostics, diagnostic);
    }

    /// Goes one level deeper, if there is one.
    pub(super) fn deeper<T>(&mut self, span: Span, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == limits::NESTING {
            let start = Span {
                end: span.start + 1,
                ..span
            };
            self.report(too_deep(start));
            return None;
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        Some(result)
    }

    /// A `global` or a `path`.
    pub(super) fn key(&mut self, pair: Pair<'_>) -> Key {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::global {
            let parts = vec![pair.as_str()[1..].to_owned()];
            return Key {
                parts,
                global: true,
                span,
            };
        }
        let parts = pair.into_inner().map(|part| self.key_part(part)).collect();
        Key {
            parts,
            global: false,
            span,
        }
    }

    pub(super) fn key_part(&mut self, part: Pair<'_>) -> String {
        let span = self.span(&part);
        if part.as_rule() == Rule::bare {
            let name = part.as_str();
            if name.starts_with(|c: char| c.is_ascii_digit() || c == '-') || !name.is_ascii() {
                self.report(
                    Diagnostic::error("bad-key", format!("`{name}` needs quotes to be a key"))
                        .at(span)
                        .label("a bare key is made of A-Z a-z 0-9 _ - and starts with a letter or _")
                        .help(format!("write \"{name}\"")),
                );
            }
            return name.to_owned();
        }
        let style = part.as_rule();
        let Some(text) = self.quoted(part) else {
            return String::new();
        };
        let content = self.slice(text.content);
        match style {
            Rule::double => string::unescape(content, text.content, self.diagnostics),
            _ => content.to_owned(),
        }
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        let (start, end) = ((span.start - self.base) as usize, (span.end - self.base) as usize);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Reports an unclosed string, and gives its text all the same.
    pub(super) fn quoted(&mut self, pair: Pair<'_>) -> Option<Text> {
        let outer = self.span(&pair);
        let style = match pair.as_rule() {
            Rule::double | Rule::wide_double => Style::Double,
            Rule::single | Rule::wide_single => Style::Single,
            _ => Style::Triple,
        };
        if self.layout.is_some() && pair.as_str().contains('\n') {
            self.note_verbatim(outer);
        }
        let mut inner = pair.into_inner();
        let content = self.span(&inner.next()?);
        if inner.next().is_some() {
            self.unclosed_string(outer, content);
        }
        Some(Text { style, content })
    }

    pub(super) fn unclosed_string(&mut self, outer: Span, content: Span) {
        let start = Span {
            end: content.start,
            ..outer
        };
        let quote = self.slice(start);
        let help = match quote {
            "\"" | "'" => format!(
                "add {quote} at the end of the line; text over several lines is written between \"\"\" and \"\"\""
            ),
            _ => format!("add {quote} on a line of its own behind the text"),
        };
        self.report(
            Diagnostic::error("unclosed-string", format!("{quote} is never closed"))
                .at(start)
                .label("the string starts here")
                .help(help),
        );
    }
}

pub(super) fn stray(span: Span, text: &str) -> Diagnostic {
    if let Some(close) = text.chars().next().filter(|c| matches!(c, '}' | ')' | ']')) {
        return Diagnostic::error("unexpected-close", format!("`{close}` closes nothing"))
            .at(span)
            .label("no bracket is open here")
            .help("remove it; a bracket in a comment opens nothing");
    }
    let what: String = text
        .chars()
        .take(20)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    Diagnostic::error("unexpected-text", format!("`{what}` is not expected here"))
        .at(span)
        .label("no value or key starts like this")
        .help(match text.starts_with('|') {
            true => "write text over several lines between \"\"\" and \"\"\"",
            false => "put text in quotes: \"…\"",
        })
}
