//! What a version of a service gives to each of its calls.

use std::{collections::HashMap, sync::Arc};

use tsk::{Position, SourceMap, Span};

use crate::{
    base::{limits::Limits, redact::Secrets},
    capability::Capabilities,
    observe::{metrics, traces::Service},
    sandbox::{call::Panic, lane::Lane},
};

/// Where the texts of a section stand: by section, then by the file name that compilers and guests report.
pub type Places = HashMap<Arc<str>, HashMap<String, Span>>;

/// Who runs, within which limits, and what it may reach.
pub struct Context {
    pub service: Service,
    pub limits: Limits,
    pub capabilities: Capabilities,
    /// Finds the meters of this version, and the process's metrics behind them.
    pub metrics: metrics::Version,
    pub sources: SourceMap,
    pub(crate) places: Places,
    pub(crate) lane: Arc<Lane>,
    /// Kept out of all that is said while this version lives.
    pub(crate) _secrets: Arc<Secrets>,
}

impl Context {
    /// A panic's place in words: in the file where it is known, else as the compiler has it.
    pub(crate) fn place(&self, section: &str, panic: &Panic) -> String {
        match place(&self.places, &self.sources, section, panic) {
            Some(place) => self.sources.locate(place),
            None if panic.line == 0 => panic.file.clone(),
            None => format!("{}:{}:{}", panic.file, panic.line, panic.column),
        }
    }
}

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
