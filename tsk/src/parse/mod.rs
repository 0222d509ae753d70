//! Text to statements. Reports what is no TSK and goes on behind it.

mod block;
mod brackets;
mod builder;
mod expression;
pub(crate) mod layout;
pub(crate) mod string;
pub(crate) mod syntax;
mod values;

use pest::Parser;
use pest_derive::Parser;

use crate::{
    diagnostic::Diagnostic,
    limits,
    span::{FileId, Span},
};
use builder::Builder;
use layout::Layout;
use syntax::{Expr, Statement};

#[derive(Parser)]
#[grammar = "parse/grammar.pest"]
struct Grammar;

type Pair<'i> = pest::iterators::Pair<'i, Rule>;

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
    match Grammar::parse(Rule::file, text) {
        Ok(pairs) => {
            let mut builder = Builder::new(file, text, 0, diagnostics);
            builder.layout = layout;
            let lines: Vec<Pair<'_>> = pairs.flat_map(|pair| pair.into_inner()).collect();
            let statements = builder.block(lines);
            (statements, builder.layout)
        }
        Err(error) => {
            diagnostics.push(unread(file, 0, text, &error));
            (Vec::new(), layout)
        }
    }
}

/// The expression inside `${…}`; `text` starts at byte `base` of its file. Nothing when it is empty.
pub(crate) fn fragment(file: FileId, text: &str, base: u32, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    match Grammar::parse(Rule::fragment, text) {
        Ok(pairs) => {
            let mut builder = Builder::new(file, text, base, diagnostics);
            let value = pairs
                .flat_map(|pair| pair.into_inner())
                .find(|pair| pair.as_rule() == Rule::value)?;
            Some(builder.value(value))
        }
        Err(error) => {
            diagnostics.push(unread(file, base, text, &error));
            None
        }
    }
}

/// The grammar takes any text, so what stops it is the stack.
fn unread(file: FileId, base: u32, text: &str, error: &pest::error::Error<Rule>) -> Diagnostic {
    let at = match error.location {
        pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let span = Span {
        file,
        start: base + at as u32,
        end: base + at as u32,
    };
    match error.variant {
        pest::error::ErrorVariant::CustomError { .. } => too_deep(span),
        pest::error::ErrorVariant::ParsingError { .. } => Diagnostic::error("syntax", "this cannot be read")
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
