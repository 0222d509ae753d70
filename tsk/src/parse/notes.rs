//! What the parser notes of a text's layout as it goes along.

use super::builder::Builder;
use crate::span::Span;

/// How much of a layout was there before something that turned out to be plain text.
pub(super) struct Mark([usize; 4]);

impl Builder<'_> {
    pub(super) fn note_start(&mut self, span: Span) {
        let column = self.column_of_block;
        if let Some(layout) = &mut self.layout {
            layout.starts.push((span.start, column));
        }
    }

    pub(super) fn note_brackets(&mut self, span: Span) {
        if let Some(layout) = &mut self.layout {
            layout.brackets.push((span.start, span.end.saturating_sub(1)));
        }
    }

    pub(super) fn note_gap(&mut self, start: u32, end: u32, text: &'static str) {
        if let Some(layout) = &mut self.layout {
            layout.gaps.push((start, end, text));
        }
    }

    pub(super) fn note_verbatim(&mut self, span: Span) {
        if let Some(layout) = &mut self.layout {
            layout.verbatim.push((span.start, span.end));
        }
    }

    /// The gap behind the key of `key: value`, from the key's end on.
    pub(super) fn note_separator(&mut self, key: Span, value: Option<Span>) {
        if self.layout.is_none() {
            return;
        }
        let end = value.map_or(self.base + self.text.len() as u32, |value| value.start);
        let between = self.slice(Span {
            start: key.end,
            end,
            ..key
        });
        let start = between.trim_start_matches([' ', '\t', '\r']);
        let skipped = (between.len() - start.len()) as u32;
        match (start.chars().next(), value) {
            (Some(':'), Some(_)) => self.note_gap(key.end, end, ": "),
            (Some('='), Some(_)) => self.note_gap(key.end, end, " = "),
            (None, Some(_)) => self.note_gap(key.end, end, " "),
            (Some(':'), None) => self.note_gap(key.end, key.end + skipped + 1, ":"),
            (Some('='), None) => self.note_gap(key.end, key.end + skipped + 1, " ="),
            _ => {}
        }
    }

    /// Reads a part whose lines stand further right.
    pub(super) fn indent<T>(&mut self, by: u32, inside: impl FnOnce(&mut Self) -> T) -> T {
        let column = self.column_of_block;
        self.column_of_block += by;
        let result = inside(self);
        self.column_of_block = column;
        result
    }

    /// Reads the inside of brackets: columns count from there.
    pub(super) fn in_brackets<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let column = std::mem::take(&mut self.column_of_block);
        let result = inside(self);
        self.column_of_block = column;
        result
    }

    pub(super) fn mark(&self) -> Mark {
        let lengths = self.layout.as_ref().map_or([0; 4], |layout| {
            [
                layout.starts.len(),
                layout.brackets.len(),
                layout.gaps.len(),
                layout.verbatim.len(),
            ]
        });
        Mark(lengths)
    }

    pub(super) fn forget(&mut self, Mark([starts, brackets, gaps, verbatim]): Mark) {
        if let Some(layout) = &mut self.layout {
            layout.starts.truncate(starts);
            layout.brackets.truncate(brackets);
            layout.gaps.truncate(gaps);
            layout.verbatim.truncate(verbatim);
        }
    }
}
