//! Text to statements. Reports what is no TSK and goes on behind it.

mod block;
mod brackets;
mod builder;
mod expression;
pub(crate) mod layout;
mod mistakes;
mod nesting;
mod row;
pub(crate) mod string;
pub(crate) mod syntax;
mod values;

use std::{num::NonZeroUsize, sync::Once};

use pest::{
    Parser,
    error::{Error, ErrorVariant, InputLocation},
    iterators::Pairs,
};
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

type Pair<'t> = pest::iterators::Pair<'t, Rule>;

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
    match parse(file, Rule::file, text, 0) {
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
    let pairs = match parse(file, Rule::fragment, text, base) {
        Ok(pairs) => pairs,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let mut builder = Builder::new(file, text, base, diagnostics);
    if let Some(behind) = pairs.clone().find(|pair| pair.as_rule() == Rule::behind) {
        let start = builder.span(&behind).start;
        builder.report(unread(place(file, start)));
        return None;
    }
    let value = pairs.into_iter().find(|pair| pair.as_rule() == Rule::value)?;
    Some(builder.value(value))
}

/// What is inside a whole text of this rule.
fn parse(file: FileId, rule: Rule, text: &str, base: u32) -> Result<Pairs<'_, Rule>, Diagnostic> {
    // The limit is the process's; pest looks at it as it starts.
    static LIMIT: Once = Once::new();
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(limits::GRAMMAR_STEPS)));
    if let Some(at) = nesting::first_too_deep(text) {
        return Err(too_deep(place(file, base + at as u32)));
    }
    let mut pairs = Grammar::parse(rule, text).map_err(|error| stopped(file, base, &error))?;
    Ok(pairs.next().map_or(pairs, Pair::into_inner))
}

/// The grammar takes any text, so what stops pest is one of its limits.
fn stopped(file: FileId, base: u32, error: &Error<Rule>) -> Diagnostic {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let at = place(file, base + at as u32);
    match &error.variant {
        ErrorVariant::CustomError { message } if message.starts_with("stack") => too_deep(at),
        ErrorVariant::CustomError { .. } => Diagnostic::error("too-tangled", "this text takes too long to read")
            .at(at)
            .label("reading stopped here")
            .help("close the brackets and quotes above, or put the text between ''' and '''"),
        ErrorVariant::ParsingError { .. } => unread(at),
    }
}

fn unread(at: Span) -> Diagnostic {
    Diagnostic::error("syntax", "this cannot be read")
        .at(at)
        .help("write `key: value`")
}

fn place(file: FileId, at: u32) -> Span {
    Span {
        file,
        start: at,
        end: at,
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
