//! The values of `fujsen` keys: code with its language and its place.

use std::sync::Arc;

use super::{
    Evaluator,
    calls::as_call,
    language::{self, Guess},
    text::raw,
};
use crate::{
    diagnostic::Diagnostic,
    parse::syntax::{Expr, ExprKind, Key, Style},
    span::{FileId, Span},
    suggest::suggest,
    value::{Source, Value},
};

impl Evaluator<'_, '_> {
    pub(super) fn fujsen(&mut self, key: &Key, expr: Expr) -> Option<Value> {
        let span = expr.span;
        if let ExprKind::Text(text) = &expr.kind {
            return self.literal_code(key, text.style, text.content, span);
        }
        if let Some(call) = as_call(&expr, "file").or_else(|| as_call(&expr, "file.read")) {
            let call = call.clone();
            let (file, text) = self.file_text(&call, span)?;
            return self.file_code(key, file, text, span);
        }
        if matches!(expr.kind, ExprKind::Bad) {
            return None;
        }
        match self.value(expr)? {
            value @ (Value::Wasm(_) | Value::Deferred(_)) => Some(value),
            other => {
                let name = key.parts.join(".");
                let kind = super::arithmetic::kind(&other);
                self.report(
                    Diagnostic::error(
                        "fujsen-value",
                        format!("`{name}` is a fujsen, and its value is no code"),
                    )
                    .at(span)
                    .label(kind)
                    .related(key.span, "a key that ends in `fujsen` holds code")
                    .help("write the code between ''' and ''', or @file(\"code.rs\"), or @wasm(\"code.wasm\")"),
                );
                None
            }
        }
    }

    fn literal_code(&mut self, key: &Key, style: Style, content: Span, span: Span) -> Option<Value> {
        let all = self.slice(content);
        if style == Style::Double && all.contains('\\') {
            self.report(
                Diagnostic::error("code-quotes", "code between \" and \" cannot hold `\\`")
                    .at(span)
                    .label("escapes would change the code")
                    .help("write the code between ''' and '''"),
            );
            return None;
        }
        let (word, start) = match style {
            Style::Triple => info(all),
            _ => (None, 0),
        };
        let word = word.map(str::to_owned);
        let text: Arc<str> = all[start..].into();
        let place = Span {
            start: content.start + start as u32,
            ..content
        };
        let language = match word {
            Some(word) => self.named(
                &word,
                Span {
                    end: content.start + word.len() as u32,
                    ..content
                },
            ),
            None => self.guessed(key, &text, span, false),
        };
        self.source(language, text, place)
    }

    fn file_code(&mut self, key: &Key, file: FileId, text: String, span: Span) -> Option<Value> {
        let place = Span {
            file,
            start: 0,
            end: text.len() as u32,
        };
        let ending = self
            .loader
            .sources
            .name(file)
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        let language = match language::of_file(&ending) {
            Some(language) => Some(language),
            None => self.guessed(key, &text, span, true),
        };
        self.source(language, text.into(), place)
    }

    fn source(&mut self, language: Option<crate::Language>, text: Arc<str>, span: Span) -> Option<Value> {
        match language {
            Some(language) => Some(Value::Source(Source { language, text, span })),
            // Kept as it is, for those who only want to look at it.
            None if self.loader.options.lenient => Some(Value::String(text.to_string())),
            None => None,
        }
    }

    fn named(&mut self, word: &str, at: Span) -> Option<crate::Language> {
        let language = language::of_word(word);
        if language.is_none() && !self.loader.options.lenient {
            let names = language::NAMES.join(", ");
            let help = match suggest(word, language::NAMES) {
                Some(near) => format!("did you mean `{near}`? The languages are {names}"),
                None => format!("the languages are {names}"),
            };
            self.report(
                Diagnostic::error("unknown-language", format!("`{word}` is no language of fujsens"))
                    .at(at)
                    .label("the info word names the language")
                    .help(help),
            );
        }
        language
    }

    fn guessed(&mut self, key: &Key, text: &str, span: Span, in_file: bool) -> Option<crate::Language> {
        let candidates = match language::guess(text) {
            Guess::Sure(language) => return Some(language),
            Guess::Doubt(candidates) => candidates,
        };
        if self.loader.options.lenient {
            return None;
        }
        let name = key.parts.last().map_or("fujsen", String::as_str);
        let likely = candidates.first().map_or("rust", |language| language.name());
        let what = match candidates.as_slice() {
            [] => "nothing in the code says it".to_owned(),
            some => format!(
                "it may be {}",
                some.iter().map(|l| l.name()).collect::<Vec<_>>().join(" or ")
            ),
        };
        self.report(
            Diagnostic::error("which-language", format!("the language of `{name}` is in doubt"))
                .at(Span {
                    end: span.start + 3.min(span.end - span.start),
                    ..span
                })
                .label(what)
                .help(match in_file {
                    true => "end the file's name in .rs, .ts or .py".to_owned(),
                    false => format!(
                        "name it behind the quotes: `{name} = '''{likely}` (or {})",
                        others(likely)
                    ),
                }),
        );
        None
    }
}

fn others(likely: &str) -> String {
    let others: Vec<&str> = language::NAMES.into_iter().filter(|name| *name != likely).collect();
    others.join(", ")
}

/// The info word of code. A known language may have code behind it on its line; another word must stand alone.
fn info(content: &str) -> (Option<&str>, usize) {
    let end = content
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(content.len());
    let word = &content[..end];
    if language::NAMES.contains(&word)
        && content[end..].starts_with([' ', '\t'])
        && !content[end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n')
    {
        return (Some(word), end + 1);
    }
    raw(content)
}
