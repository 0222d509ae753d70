//! Where in the TSK file a guest's code gave up.

use std::{collections::HashMap, sync::Arc};

use tsk::{Position, SourceMap, Span};

/// Where a guest's code gave up, in the compiler's terms.
#[derive(Clone, Debug)]
pub struct Panic {
    /// What it said. The guest's own words.
    pub message: String,
    /// As the compiler was told: for a text of a TSK file its key and the ending of its language, such as
    /// `list_fujsen.rs`.
    pub file: String,
    /// Counted from 1; 0 where it is unknown.
    pub line: u32,
    /// Counted from 1; 0 where it is unknown.
    pub column: u32,
}

/// Where the texts of a section stand: by section, then by the file name that compilers and guests report.
pub type Places = HashMap<Arc<str>, HashMap<String, Span>>;

/// Where a panic is in the file, when it is in one of its texts.
pub(crate) fn place(places: &Places, sources: &SourceMap, section: &str, panic: &Panic) -> Option<Span> {
    let text = places.get(section)?.get(&panic.file)?;
    Some(inside(sources, *text, panic.line, panic.column))
}

/// The place in a file of a line and column of a text that starts somewhere in it.
fn inside(sources: &SourceMap, text: Span, line: u32, column: u32) -> Span {
    let start = sources.position(text);
    let column = if line <= 1 {
        start.column + column.saturating_sub(1)
    } else {
        column
    };
    let offset = sources.offset(
        text.file,
        Position {
            line: start.line + line.saturating_sub(1),
            column,
        },
    );
    Span {
        file: text.file,
        start: offset,
        end: offset,
    }
}
