//! Parse tree to syntax: keys and strings.

use std::cell::OnceCell;

use super::{
    escape::unescape,
    layout::Layout,
    syntax::{Key, Style, Text},
    tree::{Pair, too_deep},
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
    /// Few texts need them.
    line_starts: OnceCell<Vec<u32>>,
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
            line_starts: OnceCell::new(),
        }
    }

    /// The column of a place, from 0.
    pub(super) fn column(&self, at: u32) -> u32 {
        let at = at - self.base;
        let starts = self.line_starts.get_or_init(|| {
            // A byte-order mark takes no column.
            std::iter::once(if self.text.starts_with('\u{FEFF}') { 3 } else { 0 })
                .chain(self.text.match_indices('\n').map(|(at, _)| at as u32 + 1))
                .collect()
        });
        let line = starts.partition_point(|start| *start <= at);
        at - starts.get(line.saturating_sub(1)).copied().unwrap_or(0).min(at)
    }

    pub(super) fn span(&self, tree: &Pair<'_>) -> Span {
        let span = tree.as_span();
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

    /// A `key` or a `path`.
    pub(super) fn key(&mut self, tree: &Pair<'_>) -> Key {
        let span = self.span(tree);
        let text = tree.as_str();
        if let Some(name) = text.strip_prefix('$') {
            return Key {
                parts: vec![name.to_owned()],
                global: true,
                span,
            };
        }
        Key {
            parts: self.path(text, span),
            global: false,
            span,
        }
    }

    /// The parts of a path, which stands at this place.
    fn path(&mut self, mut text: &str, mut at: Span) -> Vec<String> {
        let mut parts = Vec::with_capacity(1);
        loop {
            at.end = at.start + part_length(text) as u32;
            let (part, rest) = text.split_at((at.end - at.start) as usize);
            parts.push(self.key_part(part, at));
            let Some(rest) = rest.strip_prefix('.') else {
                return parts;
            };
            text = rest;
            at.start = at.end + 1;
        }
    }

    fn key_part(&mut self, part: &str, span: Span) -> String {
        let inside = Span {
            start: span.start + 1,
            end: span.end - 1,
            ..span
        };
        match part.as_bytes() {
            [b'"', .., b'"'] => unescape(&part[1..part.len() - 1], inside, self.diagnostics),
            [b'\'', .., b'\''] => part[1..part.len() - 1].to_owned(),
            name => {
                if !matches!(name, [b'A'..=b'Z' | b'a'..=b'z' | b'_', ..]) || !part.is_ascii() {
                    self.report(
                        Diagnostic::error("bad-key", format!("`{part}` needs quotes to be a key"))
                            .at(span)
                            .label("a bare key is made of A-Z a-z 0-9 _ - and starts with a letter or _")
                            .help(format!("write \"{part}\"")),
                    );
                }
                part.to_owned()
            }
        }
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        let (start, end) = ((span.start - self.base) as usize, (span.end - self.base) as usize);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Reports an unclosed string, and gives its text all the same.
    pub(super) fn quoted(&mut self, tree: &Pair<'_>) -> Text {
        let outer = self.span(tree);
        let text = tree.as_str();
        if self.layout.is_some() && text.contains('\n') {
            self.note_verbatim(outer);
        }
        let (style, quotes) = match text.as_bytes() {
            [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] => (Style::Triple, 3),
            [b'"', ..] => (Style::Double, 1),
            _ => (Style::Single, 1),
        };
        let (open, rest) = text.split_at(quotes);
        let is_closed = match rest.strip_suffix(open) {
            Some(inside) if style == Style::Double => {
                let backslashes = inside.bytes().rev().take_while(|byte| *byte == b'\\').count();
                backslashes % 2 == 0
            }
            inside => inside.is_some(),
        };
        let closing = if is_closed { quotes as u32 } else { 0 };
        let content = Span {
            start: outer.start + quotes as u32,
            end: outer.end - closing,
            ..outer
        };
        if !is_closed {
            self.unclosed_string(outer, content);
        }
        Text { style, content }
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

/// How long the first part of a path is. The grammar has seen that its quotes are closed.
fn part_length(path: &str) -> usize {
    let length = match path.as_bytes() {
        [b'"', inside @ ..] => {
            let mut escaped = false;
            let end = inside.iter().position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map(|end| end + 2)
        }
        [b'\'', inside @ ..] => inside.iter().position(|byte| *byte == b'\'').map(|end| end + 2),
        bare => bare.iter().position(|byte| *byte == b'.'),
    };
    length.unwrap_or(path.len())
}
