//! Places in files.

use std::sync::{Arc, OnceLock};

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file that it is in.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// From the start of this to the end of `other`, both in one file.
    pub fn to(self, other: Span) -> Span {
        Span {
            end: other.end.max(self.end),
            ..self
        }
    }
}

/// Line and column count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

#[derive(Clone, Debug)]
struct File {
    name: String,
    text: Arc<str>,
    /// Only what is wrong needs them.
    line_starts: OnceLock<Vec<u32>>,
}

impl File {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at as u32 + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }
}

/// The texts that spans point into: the TSK file, what it includes, and the code files it names.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<File>,
}

impl SourceMap {
    /// Adds a text. `name` is what diagnostics print before the line and column.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(File {
            name: name.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
        });
        FileId(self.files.len() as u32 - 1)
    }

    /// None for a file of another map.
    fn file(&self, file: FileId) -> Option<&File> {
        self.files.get(file.0 as usize)
    }

    /// What a file is called in diagnostics.
    pub fn name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.name)
    }

    /// The whole text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    pub(crate) fn shared(&self, file: FileId) -> Arc<str> {
        self.file(file).map_or_else(|| "".into(), |file| file.text.clone())
    }

    /// What stands at the span; nothing where the span is none of these texts'.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// Where the span starts.
    pub fn position(&self, span: Span) -> Position {
        let Some(file) = self.file(span.file) else {
            return Position { line: 1, column: 1 };
        };
        let starts = file.line_starts();
        let line = starts.partition_point(|start| *start <= span.start);
        let start = starts.get(line.saturating_sub(1)).map_or(0, |start| *start as usize);
        let end = (span.start as usize).min(file.text.len());
        let column = file
            .text
            .get(start..end)
            .map_or(1, |text| text.chars().count() as u32 + 1);
        Position {
            line: line as u32,
            column,
        }
    }

    /// The byte offset of a position; past the end of a line is its end, past the last line the text's end.
    pub fn offset(&self, file: FileId, position: Position) -> u32 {
        let Some(file) = self.file(file) else { return 0 };
        let Some(&start) = file.line_starts().get(position.line.saturating_sub(1) as usize) else {
            return file.text.len() as u32;
        };
        let rest = &file.text[start as usize..];
        let line = rest.split('\n').next().unwrap_or("");
        let skipped = position.column.saturating_sub(1) as usize;
        start + line.char_indices().nth(skipped).map_or(line.len(), |(i, _)| i) as u32
    }

    /// `file:line:column`.
    pub fn locate(&self, span: Span) -> String {
        let Position { line, column } = self.position(span);
        format!("{}:{line}:{column}", self.name(span.file))
    }
}
