//! Text to statements. Reports what is no TSK and goes on behind it.

mod block;
mod brackets;
mod builder;
mod expression;
#[cfg(test)]
mod grammar;
pub(crate) mod layout;
mod mistakes;
mod row;
mod scan;
pub(crate) mod string;
pub(crate) mod syntax;
mod tree;
mod values;

use crate::{
    diagnostic::Diagnostic,
    limits,
    span::{FileId, Span},
};
use builder::Builder;
use layout::Layout;
use syntax::{Expr, Statement};
use tree::Kind;

/// The statements of a whole file.
pub(crate) fn file(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Statement> {
    read(file, text, None, diagnostics).0
}

/// The statements of a whole file, and where everything stands.
pub(crate) fn with_layout(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> (Vec<Statement>, Layout) {
    let (statements, layout) = read(file, text, Some(Layout::default()), diagnostics);
    (statements, layout.unwrap_or_default())
}

fn read(
    file: FileId,
    text: &str,
    layout: Option<Layout>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Statement>, Option<Layout>) {
    let start = text.trim_start_matches(['\u{FEFF}', ' ', '\n', '\r']);
    if start.starts_with("<?") {
        diagnostics.push(page(file, (text.len() - start.len()) as u32));
        return (Vec::new(), layout);
    }
    match scan::file(text) {
        Ok(trees) => {
            let mut builder = Builder::new(file, text, 0, diagnostics);
            builder.layout = layout;
            let statements = builder.block(trees.of(text));
            (statements, builder.layout)
        }
        Err(failure) => {
            diagnostics.push(unread(file, 0, failure));
            (Vec::new(), layout)
        }
    }
}

/// The expression inside `${…}`; `text` starts at byte `base` of its file. Nothing when it is empty.
pub(crate) fn fragment(file: FileId, text: &str, base: u32, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    match scan::fragment(text) {
        Ok(trees) => {
            let mut builder = Builder::new(file, text, base, diagnostics);
            let value = trees.of(text).find(|tree| tree.kind() == Kind::Value)?;
            Some(builder.value(value))
        }
        Err(failure) => {
            diagnostics.push(unread(file, base, failure));
            None
        }
    }
}

fn unread(file: FileId, base: u32, failure: scan::Failure) -> Diagnostic {
    let (scan::Failure::TooDeep(at) | scan::Failure::Unread(at)) = failure;
    let at = base + at as u32;
    let span = Span {
        file,
        start: at,
        end: at,
    };
    match failure {
        scan::Failure::TooDeep(_) => too_deep(span),
        scan::Failure::Unread(_) => Diagnostic::error("syntax", "this cannot be read")
            .at(span)
            .help("write `key: value`"),
    }
}

/// A file that begins with `<?` is a script or a document from its first line to its last.
fn page(file: FileId, at: u32) -> Diagnostic {
    let span = Span {
        file,
        start: at,
        end: at + 2,
    };
    Diagnostic::error("not-tsk", "this is a PHP or XML file, not TSK")
        .at(span)
        .label("TSK does not begin like this")
        .help("a line is `key: value`, `[section]`, or a comment after `#`")
}

pub(crate) fn too_deep(span: Span) -> Diagnostic {
    let limit = limits::NESTING;
    Diagnostic::error(
        "too-deep",
        format!("more than {limit} brackets or blocks are inside each other"),
    )
    .at(span)
    .label("one level too many")
    .help("give an inner part a key of its own and name it here")
}
