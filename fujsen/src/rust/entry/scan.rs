//! What a text defines, as far as the crate root must know.
use std::ops::Range;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Attribute, File, Item, ItemFn, spanned::Spanned};
use tsk::Diagnostic;

use crate::Text;

#[derive(Debug)]
pub(super) struct Found {
    /// Names, and where in the text they stand.
    pub(super) fujsens: Vec<(String, Range<usize>)>,
    pub(super) refused: Vec<Diagnostic>,
}

/// The fujsens of a text. Fails when it is not Rust as far as this program knows it.
pub(super) fn scan(text: &Text) -> Result<Found, Diagnostic> {
    let file = syn::parse_file(&text.source.text).map_err(|error| {
        let place = error.span().byte_range();
        Diagnostic::error("rust", error.to_string()).at(text.span(place.start, place.end))
    })?;
    let fujsens: Vec<_> = functions(&file)
        .filter(|function| function.attrs.iter().any(is_fujsen))
        .map(|function| (function.sig.ident.to_string(), function.sig.ident.span().byte_range()))
        .collect();
    let mut refused = Vec::new();
    if fujsens.is_empty() {
        refused.push(no_fujsen(text, &file));
    }
    if let Ok(tokens) = text.source.text.parse() {
        refuse_files(text, tokens, &mut refused);
    }
    Ok(Found { fujsens, refused })
}

fn functions(file: &File) -> impl Iterator<Item = &ItemFn> {
    file.items.iter().filter_map(|item| match item {
        Item::Fn(function) => Some(function),
        _ => None,
    })
}

fn is_fujsen(attribute: &Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "fujsen")
}

fn no_fujsen(text: &Text, file: &File) -> Diagnostic {
    let key = &text.key;
    let diagnostic = Diagnostic::error(
        "no-fujsen",
        format!("`{key}` has no fujsen: no function is marked `#[fujsen]`"),
    );
    match functions(file).next() {
        Some(function) => {
            let name = &function.sig.ident;
            let place = function.sig.span().byte_range();
            diagnostic
                .at(text.span(place.start, place.end))
                .label("not marked")
                .help(format!("write `#[fujsen]` on the line before `fn {name}`"))
        }
        None => diagnostic
            .at(text.key_span)
            .help("add a function, such as: #[fujsen] fn hello(name: String) -> String { format!(\"Hello {name}\") }"),
    }
}

/// Compiling a text must not read files of this machine into the module.
fn refuse_files(text: &Text, tokens: TokenStream, refused: &mut Vec<Diagnostic>) {
    let mut before = None;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Group(group) => refuse_files(text, group.stream(), refused),
            TokenTree::Ident(word) => {
                let is_macro = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '!');
                let is_path = before == Some(':');
                let name = word.to_string();
                match name.trim_start_matches("r#") {
                    "include_str" | "include_bytes" => refused.push(refuse(text, word.span(), &name)),
                    "include" if is_macro || is_path => refused.push(refuse(text, word.span(), &name)),
                    _ => {}
                }
            }
            _ => {}
        }
        before = match &token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
    }
}

fn refuse(text: &Text, place: Span, name: &str) -> Diagnostic {
    let place = place.byte_range();
    Diagnostic::error("rust-include", format!("`{name}!` reads files while compiling, which the text of a TSK file may not"))
        .at(text.span(place.start, place.end))
        .help("put the content into the TSK file and read it with `config::get`, or build a crate of your own and use `@wasm`")
}
