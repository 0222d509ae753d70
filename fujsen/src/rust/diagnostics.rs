//! rustc's messages, placed in the TSK file.
use std::path::Path;

use serde::Deserialize;
use tsk::{Diagnostic, Span};

use crate::{ModuleSource, Text, rust::refusal};

const LINKER: &str = "rust-lld: error: ";

/// A word of the linker's command line.
const LINKER_COMMAND: &str = "\"-flavor\"";

/// One line that rustc prints with `--error-format=json`.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    message: String,
    #[serde(default)]
    code: Option<Code>,
    level: String,
    #[serde(default)]
    spans: Vec<Place>,
    #[serde(default)]
    children: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Place {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Deserialize)]
struct Expansion {
    span: Place,
}

/// Every message that rustc printed.
pub(super) fn parse(stderr: &str) -> Vec<Message> {
    stderr
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

impl Message {
    pub(super) fn is_error(&self) -> bool {
        self.level.starts_with("error") && !self.message.starts_with("aborting due to")
    }

    /// Whether a crate that was compiled earlier is not usable by this compiler: missing, damaged or of another version.
    pub(super) fn is_broken_sdk(&self) -> bool {
        let code = self.code.as_ref().map_or("", |code| code.code.as_str());
        let names_sdk = ["`tusk`", "`serde`", "`serde_json`"]
            .iter()
            .any(|name| self.message.contains(name));
        matches!(code, "E0514" | "E0460" | "E0786") || (names_sdk && matches!(code, "E0463" | "E0462" | "E0461"))
    }

    /// What follows `before` in the message or in what is attached to it.
    pub(super) fn text_after<'a>(&'a self, before: &str) -> Option<&'a str> {
        let own = self.message.split_once(before).map(|(_, rest)| rest);
        own.or_else(|| self.children.iter().find_map(|child| child.text_after(before)))
    }

    /// Whether the place of a message is in one of the texts.
    pub(super) fn is_within(&self, module: &ModuleSource, files: &[String]) -> bool {
        Texts { module, files }.primary(&self.spans).is_some()
    }

    /// The file that an error is in when it is none of the texts, of the host or of a library: one that a text made
    /// rustc read. What an error in it says is its content.
    pub(super) fn foreign_file(&self, module: &ModuleSource, files: &[String], own: &[&str]) -> Option<&str> {
        let place = self.spans.iter().find(|place| place.is_primary)?;
        let is_own = own.contains(&place.file_name.as_str()) || place.expansion.is_some();
        // Libraries of Rust itself bear such a name; the SDK's were compiled without errors.
        let is_known =
            is_own || place.file_name.starts_with("/rustc/") || Texts { module, files }.find(place).is_some();
        (!is_known).then_some(place.file_name.as_str())
    }

    /// Whether the message, or what is attached to it, is of a kind.
    pub(super) fn says(&self, kind: fn(&str) -> bool) -> bool {
        kind(&self.message) || self.children.iter().any(|child| child.says(kind))
    }

    pub(super) fn report(&self, module: &ModuleSource, files: &[String]) -> Diagnostic {
        let refused = refusal::explain(&self.message);
        let message = match &self.code {
            _ if let Some((message, _)) = &refused => message.clone(),
            Some(Code { code }) if code.starts_with('E') => format!("{} ({code})", self.message),
            _ => self.message.clone(),
        };
        let code = if refused.is_some() { refusal::CODE } else { "rust" };
        let mut diagnostic = Diagnostic::error(code, message);
        let texts = Texts { module, files };
        diagnostic.span = module.texts.first().map(|text| text.key_span);
        if let Some((place, span)) = texts.primary(&self.spans) {
            diagnostic = diagnostic.at(span).label(place.label.clone().unwrap_or_default());
        }
        for (place, span) in self.spans.iter().filter_map(|place| texts.find(place)) {
            if diagnostic.span != Some(span) {
                diagnostic = diagnostic.related(span, place.label.clone().unwrap_or_default());
            }
        }
        if let Some((_, reads)) = refused {
            return diagnostic.help(reads.help());
        }
        let help: Vec<_> = self.children.iter().filter_map(Self::advice).collect();
        if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help.join("\n"))
        }
    }

    /// A note or a help, with what it would write.
    fn advice(&self) -> Option<String> {
        if !matches!(self.level.as_str(), "help" | "note") || self.message.starts_with("this error originates in") {
            return None;
        }
        if self.message.contains(LINKER_COMMAND) && !self.message.contains(LINKER) {
            return None;
        }
        if self.message.contains(LINKER) {
            // The note begins with the linker's whole command line.
            let lines = self.message.lines().filter_map(|line| line.strip_prefix(LINKER));
            return Some(lines.collect::<Vec<_>>().join("\n"));
        }
        let replacements = self
            .spans
            .iter()
            .filter_map(|place| place.suggested_replacement.as_deref());
        let replacements: Vec<_> = replacements.map(str::trim).filter(|text| !text.is_empty()).collect();
        match replacements.is_empty() {
            true => Some(self.message.clone()),
            false => Some(format!("{}: `{}`", self.message, replacements.join("` … `"))),
        }
    }
}

struct Texts<'a> {
    module: &'a ModuleSource,
    files: &'a [String],
}

impl Texts<'_> {
    fn primary<'p>(&self, places: &'p [Place]) -> Option<(&'p Place, Span)> {
        let primary = places.iter().filter(|place| place.is_primary);
        primary.chain(places).find_map(|place| self.find(place))
    }

    /// The place itself, or the use of the macro that it comes from.
    fn find<'p>(&self, place: &'p Place) -> Option<(&'p Place, Span)> {
        let mut inner = place;
        loop {
            if let Some(text) = self.text(&inner.file_name) {
                return Some((place, text.span(inner.byte_start, inner.byte_end)));
            }
            inner = &inner.expansion.as_ref()?.span;
        }
    }

    fn text(&self, file: &str) -> Option<&Text> {
        let name = Path::new(file).file_name()?.to_str()?;
        let index = self.files.iter().position(|known| known == name)?;
        self.module.texts.get(index)
    }
}
