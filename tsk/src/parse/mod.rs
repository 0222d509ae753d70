//! Text to statements. Reports what is no TSK and goes on behind it.

mod block;
mod brackets;
mod builder;
mod escape;
mod expression;
pub(crate) mod layout;
mod mistakes;
mod nesting;
mod notes;
mod row;
pub(crate) mod string;
pub(crate) mod syntax;
mod tree;
mod values;

use crate::{
    diagnostic::Diagnostic,
    span::{FileId, Span},
};
use builder::Builder;
use layout::Layout;
use syntax::{Expr, Statement};
use tree::Rule;

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
    match tree::inside(file, Rule::file, text, 0) {
        Ok(pairs) => {
            let mut builder = Builder::new(file, text, 0, diagnostics);
            builder.layout = layout;
            let statements = builder.block(pairs);
            (statements, builder.layout)
        }
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            (Vec::new(), layout)
        }
    }
}

/// The expression inside `${…}`; `text` starts at byte `base` of its file. Nothing when it is empty.
pub(crate) fn fragment(file: FileId, text: &str, base: u32, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    let pairs = match tree::inside(file, Rule::fragment, text, base) {
        Ok(pairs) => pairs,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let mut builder = Builder::new(file, text, base, diagnostics);
    if let Some(behind) = pairs.clone().find(|pair| pair.as_rule() == Rule::behind) {
        let start = builder.span(&behind).start;
        builder.report(tree::unread(tree::place(file, start)));
        return None;
    }
    let value = pairs.into_iter().find(|pair| pair.as_rule() == Rule::value)?;
    Some(builder.value(value))
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
