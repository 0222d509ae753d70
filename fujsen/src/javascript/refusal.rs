//! Errors in a text, and how they become the author's.

use oxc_span::Span;
use tsk::Diagnostic;

use crate::{Text, limits};

/// What is wrong at a place of a text.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) place: Span,
    pub(super) message: String,
    pub(super) help: String,
}

/// Of constructs, names and modules that a fujsen cannot use.
pub(super) const ABSENT: &str = "javascript-absent";
/// Of TypeScript that is more than types.
pub(super) const TYPESCRIPT: &str = "typescript-syntax";
/// Of functions that the host could not call.
pub(super) const SIGNATURE: &str = "javascript-signature";

impl Refusal {
    pub(super) fn new(code: &'static str, place: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            place,
            message: message.into(),
            help: help.into(),
        }
    }

    pub(super) fn diagnostic(self, text: &Text) -> Diagnostic {
        Diagnostic::error(self.code, self.message)
            .at(place(text, self.place))
            .help(self.help)
    }
}

/// A place of a text in the TSK file.
pub(super) fn place(text: &Text, span: Span) -> tsk::Span {
    text.span(span.start as usize, span.end as usize)
}

/// What stands at a place of a text, on one line and not without end.
pub(super) fn shown(code: &str, span: Span) -> String {
    let whole = code.get(span.start as usize..span.end as usize).unwrap_or_default();
    let words = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(limits::SHOWN) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words,
    }
}
