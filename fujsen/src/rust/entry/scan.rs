//! What a text defines, as far as the crate root must know. Works on tokens: a parser would recurse along the text.
use std::ops::Range;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree, extra::invalidate_current_thread_spans};
use tsk::Diagnostic;

use crate::{
    Text,
    rust::{absent, refusal},
};

#[derive(Debug)]
pub(super) struct Found {
    /// Names, and where in the text they stand.
    pub(super) fujsens: Vec<(String, Range<usize>)>,
    pub(super) refused: Vec<Diagnostic>,
}

/// The fujsens of a text. Fails when it does not consist of Rust's tokens.
pub(super) fn scan(text: &Text) -> Result<Found, Diagnostic> {
    let found = read(text);
    // Spans of this thread would be kept for as long as it lives; all were turned into bytes.
    invalidate_current_thread_spans();
    found
}

fn read(text: &Text) -> Result<Found, Diagnostic> {
    let tokens: TokenStream = text.source.text.parse().map_err(|error: proc_macro2::LexError| {
        let place = error.span().byte_range();
        Diagnostic::error("rust", "this is not Rust: a bracket or a quote has no counterpart")
            .at(text.span(place.start, place.end))
    })?;
    let functions = functions(&tokens);
    let fujsens: Vec<_> = functions
        .iter()
        .filter(|function| function.is_fujsen)
        .map(|function| (function.name.to_string(), function.name.span().byte_range()))
        .collect();
    let mut refused = Vec::new();
    if fujsens.is_empty() {
        refused.push(no_fujsen(text, functions.first()));
    }
    refused.extend(absent::uses(&tokens, text));
    for word in refusal::words(tokens) {
        refused.push(refusal::diagnostic(&word, text));
    }
    Ok(Found { fujsens, refused })
}

/// A function at the top of a text.
struct Function {
    name: Ident,
    /// From its `fn` to its arguments.
    place: Range<usize>,
    is_fujsen: bool,
}

fn functions(tokens: &TokenStream) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    let mut is_fujsen = false;
    let mut keyword: Option<Span> = None;
    let mut before = None;
    for token in tokens.clone() {
        match &token {
            TokenTree::Group(group) => {
                keyword = None;
                match group.delimiter() {
                    Delimiter::Bracket if before == Some('#') => is_fujsen |= marks_fujsen(group),
                    // Of `pub(crate)`, or arguments.
                    Delimiter::Parenthesis => {}
                    _ => is_fujsen = false,
                }
            }
            TokenTree::Ident(word) => match (keyword.take(), word.to_string().as_str()) {
                (Some(start), _) => functions.push(Function {
                    place: start.byte_range().start..word.span().byte_range().end,
                    name: word.clone(),
                    is_fujsen: std::mem::take(&mut is_fujsen),
                }),
                (None, "fn") => keyword = Some(word.span()),
                (None, "pub" | "const" | "async" | "unsafe" | "extern" | "safe") => {}
                (None, _) => is_fujsen = false,
            },
            TokenTree::Punct(_) => keyword = None,
            // The `"C"` of `extern "C"`.
            TokenTree::Literal(_) => {}
        }
        before = match &token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
    }
    functions
}

/// Whether an attribute's path ends in `fujsen`.
fn marks_fujsen(attribute: &Group) -> bool {
    let path = attribute.stream().into_iter().take_while(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    });
    path.last()
        .is_some_and(|word| matches!(word, TokenTree::Ident(word) if word == "fujsen"))
}

fn no_fujsen(text: &Text, function: Option<&Function>) -> Diagnostic {
    let key = &text.key;
    let diagnostic = Diagnostic::error(
        "no-fujsen",
        format!("`{key}` has no fujsen: no function is marked `#[fujsen]`"),
    );
    match function {
        Some(function) => diagnostic
            .at(text.span(function.place.start, function.place.end))
            .label("not marked")
            .help(format!("write `#[fujsen]` on the line before `fn {}`", function.name)),
        None => diagnostic
            .at(text.key_span)
            .help("add a function, such as: #[fujsen] fn hello(name: String) -> String { format!(\"Hello {name}\") }"),
    }
}
