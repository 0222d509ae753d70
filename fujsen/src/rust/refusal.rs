//! What a text may not do while it compiles: read files and variables of this machine.
//!
//! The wall is the sandbox, which has neither. What is here says so at the line that tries: by the words that a text
//! uses, by what rustc complains about, and, where a macro hid the word, by what rustc says that it read.
use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use tsk::Diagnostic;

use crate::{ModuleSource, Text};

/// Of all that is refused here.
pub(super) const CODE: &str = "rust-include";
const FILES: &str =
    "put the content into the TSK file and read it with `config::get`, or build a crate of your own and use `@wasm`";
const VARIABLES: &str = "read it when it runs: a value `@env(…)` in the TSK file, and `config::get` here";

/// A word that reads something while compiling.
#[derive(Debug)]
pub(super) struct Word {
    /// As it is written.
    name: String,
    place: Range<usize>,
    reads: Reads,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    Files,
    Variables,
}

impl Reads {
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Files => FILES,
            Self::Variables => VARIABLES,
        }
    }
}

/// The words of a text that read files or variables, in no order.
pub(super) fn words(tokens: TokenStream) -> Vec<Word> {
    let mut found = Vec::new();
    let mut streams = vec![(tokens, false)];
    while let Some((tokens, is_attribute)) = streams.pop() {
        let mut before = None;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let next = match tokens.peek() {
                Some(TokenTree::Punct(next)) => Some(next.as_char()),
                _ => None,
            };
            match &token {
                TokenTree::Group(group) => {
                    let is_attribute = is_attribute || (before == Some('#') && reads_path(group));
                    streams.push((group.stream(), is_attribute));
                }
                TokenTree::Ident(word) => {
                    let name = word.to_string();
                    if let Some(reads) = reads(name.trim_start_matches("r#"), before, next, is_attribute) {
                        let place = word.span().byte_range();
                        found.push(Word { name, place, reads });
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
    found
}

fn reads(word: &str, before: Option<char>, next: Option<char>, is_attribute: bool) -> Option<Reads> {
    let is_macro = next == Some('!');
    let is_path = before == Some(':');
    match word {
        "include_str" | "include_bytes" => Some(Reads::Files),
        "include" if is_macro || is_path => Some(Reads::Files),
        "path" if is_attribute && next == Some('=') => Some(Reads::Files),
        // `std::env` is a module, too.
        "env" if is_macro => Some(Reads::Variables),
        "option_env" if is_macro || is_path => Some(Reads::Variables),
        _ => None,
    }
}

/// Whether an attribute is `#[path = …]`, or may become it.
fn reads_path(group: &proc_macro2::Group) -> bool {
    group.delimiter() == Delimiter::Bracket
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "path" || word == "cfg_attr")
}

pub(super) fn diagnostic(word: &Word, text: &Text) -> Diagnostic {
    let what = match (word.name.as_str(), word.reads) {
        ("path", _) => "`#[path]` reads a file".to_owned(),
        (name, Reads::Files) => format!("`{name}!` reads files"),
        (name, Reads::Variables) => format!("`{name}!` reads a variable of this machine"),
    };
    Diagnostic::error(
        CODE,
        format!("{what} while compiling, which the text of a TSK file may not"),
    )
    .at(text.span(word.place.start, word.place.end))
    .help(word.reads.help())
}

/// What rustc calls a file or a variable that it did not get, told as what the text may not do.
pub(super) fn explain(message: &str) -> Option<(String, Reads)> {
    if let Some((_, rest)) = message.split_once("couldn't read `") {
        let path = rest.split('`').next().unwrap_or_default();
        // Whether there is such a file is nobody's business: the same words for all reasons.
        return Some((refused_file(path), Reads::Files));
    }
    let name = message
        .strip_prefix("environment variable `")?
        .split_once("` not defined at compile time")?
        .0;
    Some((refused_variable(name), Reads::Variables))
}

pub(super) fn refused_file(path: &str) -> String {
    let path = path.escape_debug();
    format!("the text of a TSK file may not read `{path}` while it compiles")
}

fn refused_variable(name: &str) -> String {
    let name = name.escape_debug();
    format!("the text of a TSK file may not read the variable `{name}` while it compiles")
}

/// What rustc read beside the texts, by its list of what a module depends on. `own` are the files that the host itself
/// put there.
pub(super) fn by_what_was_read(list: &str, module: &ModuleSource, files: &[String], own: &[&str]) -> Vec<Diagnostic> {
    let is_known = |file: &str| own.contains(&file) || files.iter().any(|known| known == file);
    let mut refused = Vec::new();
    for line in list.lines() {
        if let Some(variable) = line.strip_prefix("# env-dep:") {
            let name = variable.split('=').next().unwrap_or_default();
            refused.push((refused_variable(name), Reads::Variables));
        } else if let Some(file) = line.strip_suffix(':') {
            // Each file has a line of its own, which says that it depends on nothing.
            let file = file.replace("\\ ", " ");
            if !is_known(&file) {
                refused.push((refused_file(&file), Reads::Files));
            }
        }
    }
    refused
        .into_iter()
        .map(|(message, reads)| hidden(message, reads, module))
        .collect()
}

/// What rustc names no place of, at the word that it may have come from.
pub(super) fn hidden(message: String, reads: Reads, module: &ModuleSource) -> Diagnostic {
    let suspects: &[&str] = match reads {
        Reads::Files => &["include", "include_str", "include_bytes", "path"],
        Reads::Variables => &["env", "option_env"],
    };
    let find = |text: &Text| {
        let place = place_of(text.source.text.parse().ok()?, suspects)?;
        Some(text.span(place.start, place.end))
    };
    let diagnostic = Diagnostic::error(CODE, message).help(reads.help());
    match module.texts.iter().find_map(find) {
        Some(place) => diagnostic.at(place),
        None => module.at_first(diagnostic),
    }
}

fn place_of(tokens: TokenStream, words: &[&str]) -> Option<Range<usize>> {
    let mut streams = vec![tokens];
    while let Some(tokens) = streams.pop() {
        for token in tokens {
            match token {
                TokenTree::Group(group) => streams.push(group.stream()),
                TokenTree::Ident(word) if words.iter().any(|known| word == *known) => {
                    return Some(word.span().byte_range());
                }
                _ => {}
            }
        }
    }
    None
}
