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
    language::Language,
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
            Style::Triple => info(self.languages(), all),
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
        let claims = |language: &&Language| language.claims(&ending);
        let claimants: Vec<Language> = self.languages().iter().filter(claims).copied().collect();
        let language = match claimants.as_slice() {
            [] => self.guessed(key, &text, span, true),
            [language] => Some(*language),
            [first, ..] => match language::guess(&claimants, &text) {
                Guess::Sure(language) => Some(language),
                Guess::Doubt(_) => Some(*first),
            },
        };
        self.source(language, text.into(), place)
    }

    fn languages(&self) -> &'static [Language] {
        self.loader.options.languages
    }

    /// Whether code in no language that is known is kept as text: for those who only want to look at it.
    fn takes_any(&self) -> bool {
        self.loader.options.lenient || self.languages().is_empty()
    }

    fn source(&mut self, language: Option<Language>, text: Arc<str>, span: Span) -> Option<Value> {
        match language {
            Some(language) => Some(Value::Source(Source { language, text, span })),
            None if self.takes_any() => Some(Value::String(text.to_string())),
            None => None,
        }
    }

    fn named(&mut self, word: &str, at: Span) -> Option<Language> {
        let languages = self.languages();
        let language = languages.iter().find(|language| language.is_called(word)).copied();
        if language.is_none() && !self.takes_any() {
            let names = names(languages).collect::<Vec<_>>().join(", ");
            let help = match suggest(word, self::names(languages)) {
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

    fn guessed(&mut self, key: &Key, text: &str, span: Span, in_file: bool) -> Option<Language> {
        let languages = self.languages();
        let candidates = match language::guess(languages, text) {
            Guess::Sure(language) => return Some(language),
            Guess::Doubt(candidates) => candidates,
        };
        if self.takes_any() {
            return None;
        }
        let name = key.parts.last().map_or("fujsen", String::as_str);
        let likely = candidates
            .first()
            .or(languages.first())
            .map_or("", |language| language.name());
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
                    true => format!("end the file's name in {}", endings(languages)),
                    false => format!(
                        "name it behind the quotes: `{name} = '''{likely}` (or {})",
                        others(languages, likely)
                    ),
                }),
        );
        None
    }
}

fn names(languages: &[Language]) -> impl Iterator<Item = &'static str> {
    languages.iter().map(|language| language.name())
}

fn others(languages: &[Language], likely: &str) -> String {
    let others: Vec<&str> = names(languages).filter(|name| *name != likely).collect();
    others.join(", ")
}

/// Such as `.rs, .ts or .py`.
fn endings(languages: &[Language]) -> String {
    let mut endings: Vec<String> = Vec::new();
    for language in languages {
        let ending = format!(".{}", language.extension());
        if !endings.contains(&ending) {
            endings.push(ending);
        }
    }
    match endings.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

/// The info word of code. A known language may have code behind it on its line; another word must stand alone.
fn info<'c>(languages: &[Language], content: &'c str) -> (Option<&'c str>, usize) {
    let end = content
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(content.len());
    let word = &content[..end];
    if names(languages).any(|name| name == word)
        && content[end..].starts_with([' ', '\t'])
        && !content[end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n')
    {
        return (Some(word), end + 1);
    }
    raw(content)
}
