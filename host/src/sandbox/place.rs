//! Where in the TSK file a guest's code gave up.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

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

/// A message with a stack, of which each line `    at name (file:line:column)` is told its place in the TSK file.
pub(crate) fn trace<'a>(places: &Places, sources: &SourceMap, section: &str, text: &'a str) -> Cow<'a, str> {
    let Some(files) = places.get(section).filter(|_| text.contains(FRAME)) else {
        return Cow::Borrowed(text);
    };
    let lines = text
        .split('\n')
        .map(|line| frame(files, sources, line).unwrap_or_else(|| line.to_owned()));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// What each line of a stack begins with.
const FRAME: &str = "\n    at ";

/// A line of a stack with its place in the TSK file; none where it has none there.
fn frame(files: &HashMap<String, Span>, sources: &SourceMap, line: &str) -> Option<String> {
    let rest = line.strip_prefix(FRAME.trim_start_matches('\n'))?;
    let (name, place) = match rest.split_once(" (") {
        Some((name, place)) => (Some(name), place.strip_suffix(')')?),
        None => (None, rest),
    };
    let (place, column) = place.rsplit_once(':')?;
    let (file, row) = place.rsplit_once(':')?;
    let text = files.get(file)?;
    let place = sources.locate(inside(sources, *text, row.parse().ok()?, column.parse().ok()?));
    Some(match name {
        Some(name) => format!("    at {name} ({place})"),
        None => format!("    at {place}"),
    })
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
