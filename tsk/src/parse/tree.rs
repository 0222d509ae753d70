//! Text to a parse tree, within the bounds of pest and our own.

use std::{num::NonZeroUsize, sync::Once};

use pest::{
    Parser,
    error::{Error, ErrorVariant, InputLocation},
    iterators::Pairs,
};
use pest_derive::Parser;

use super::nesting;
use crate::{
    diagnostic::Diagnostic,
    limits,
    span::{FileId, Span},
};

#[derive(Parser)]
#[grammar = "parse/grammar.pest"]
struct Grammar;

pub(super) type Pair<'t> = pest::iterators::Pair<'t, Rule>;

/// What is inside a whole text of this rule.
pub(super) fn inside(file: FileId, rule: Rule, text: &str, base: u32) -> Result<Pairs<'_, Rule>, Diagnostic> {
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

pub(super) fn unread(at: Span) -> Diagnostic {
    Diagnostic::error("syntax", "this cannot be read")
        .at(at)
        .help("write `key: value`")
}

pub(super) fn place(file: FileId, at: u32) -> Span {
    Span {
        file,
        start: at,
        end: at,
    }
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    let limit = limits::NESTING;
    Diagnostic::error(
        "too-deep",
        format!("more than {limit} brackets or blocks are inside each other"),
    )
    .at(span)
    .label("one level too many")
    .help("give an inner part a key of its own and name it here")
}
