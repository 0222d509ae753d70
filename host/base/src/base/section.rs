//! Reads a section of settings: known keys, each of its type, everything wrong reported at once.

use std::{ops::RangeInclusive, time::Duration};

use http::{HeaderName, HeaderValue};
use tsk::{Config, Diagnostic, Node, Object, Secret, SourceMap, Value};

use crate::base::sections::{SectionKeys, SectionRow};

/// A text, which may be a secret.
pub fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => Some(text),
        Value::Secret(secret) => Some(secret.reveal()),
        _ => None,
    }
}

/// An object of the file whose keys are settings.
pub struct Section<'a> {
    path: String,
    object: Option<&'a Object>,
    /// Of a section from the top of the file: shows how a value is written.
    sources: Option<&'a SourceMap>,
    /// What was found wrong so far, in the order in which it was read.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Section<'a> {
    /// A section of the host, which may be missing. Keys other than those of its row are errors, unless the service may
    /// keep its own there.
    pub fn new(config: &'a Config, row: &SectionRow) -> Self {
        let node = config.get(row.name);
        let section = match (row.keys, node.map(|node| &node.value)) {
            (SectionKeys::Open(_), Some(Value::Object(object))) => Self::with(row.name.to_owned(), Some(object)),
            (SectionKeys::Open(_), _) => Self::with(row.name.to_owned(), None),
            (keys, _) => Self::of(row.name.to_owned(), node, keys.known()),
        };
        Self {
            sources: Some(&config.sources),
            ..section
        }
    }

    /// A section whose keys are names that the file gives, each with a line such as `line`.
    pub fn lines(config: &'a Config, row: &SectionRow, line: &str) -> (Option<&'a Object>, Vec<Diagnostic>) {
        match config.get(row.name) {
            None => (None, Vec::new()),
            Some(node) => match &node.value {
                Value::Object(object) => (Some(object), Vec::new()),
                _ => {
                    let help = format!("write a section [{}] with lines such as `{line}`", row.name);
                    (None, vec![no_settings(row.name, node).help(help)])
                }
            },
        }
    }

    fn with(path: String, object: Option<&'a Object>) -> Self {
        Self {
            path,
            object,
            sources: None,
            diagnostics: Vec::new(),
        }
    }

    /// As [`Self::new`], for an object within a section.
    pub fn of(path: String, node: Option<&'a Node>, known: &[&str]) -> Self {
        let object = match node.map(|node| &node.value) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        let mut section = Self::with(path, object);
        match (node, object) {
            (Some(node), None) => {
                let wrong = no_settings(&section.path, node).help(format!("there are: {}", known.join(", ")));
                section.diagnostics.push(wrong);
            }
            (_, Some(object)) => section.unknown(object, known),
            (None, None) => {}
        }
        section
    }

    /// Whether the file has it.
    pub fn is_there(&self) -> bool {
        self.object.is_some()
    }

    /// The value of a key; none where the file leaves out the key or the section.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.object?.get(key)
    }

    fn unknown(&mut self, object: &Object, known: &[&str]) {
        for (key, node) in object.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let help = match tsk::suggest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            let message = format!("`{}` has no setting `{key}`", self.path);
            self.diagnostics.push(
                Diagnostic::error("unknown-setting", message)
                    .at(node.key_span)
                    .help(help),
            );
        }
    }

    /// Reports that the value of a key is not `expected`; `instead` is an example of a right one, as the file writes
    /// it.
    pub fn wrong(&mut self, key: &str, node: &Node, expected: &str, instead: &str) {
        let message = format!("`{}.{key}` must be {expected}", self.path);
        let written = self.sources.map_or("", |sources| sources.slice(node.span));
        let help = match variable(written) {
            Some(name) => format!(
                "it comes from the environment variable {name}: set that to {expected}, and write a default, which says how it \
                 is read: `{key}: @env(\"{name}\", {instead})`"
            ),
            None => format!("write, for example, `{key}: {instead}`"),
        };
        self.refuse(node, message, help);
    }

    /// Something else that is wrong with a value, in words of its own.
    pub fn refuse(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        let wrong = Diagnostic::error("wrong-setting", message).at(node.span).help(help);
        self.diagnostics.push(wrong);
    }

    /// A string, which may not be a secret. None where there is no value, or another one, which is reported with
    /// `instead` as the example.
    pub fn text(&mut self, key: &str, instead: &str) -> Option<&'a str> {
        let node = self.get(key)?;
        if let Value::String(text) = &node.value {
            return Some(text);
        }
        self.wrong(key, node, "a string", instead);
        None
    }

    /// A string that `read` understands.
    pub fn parsed<T>(
        &mut self,
        key: &str,
        expected: &str,
        instead: &str,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(key, instead)?;
        let value = read(text);
        if let (None, Some(node)) = (&value, self.get(key)) {
            self.wrong(key, node, expected, instead);
        }
        value
    }

    /// One of some words, of which the last is the example.
    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let node = self.get(key)?;
        let found = choices
            .iter()
            .find(|(word, _)| matches!(&node.value, Value::String(text) if text == word));
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            if let Some((last, others)) = words.split_last() {
                self.wrong(key, node, &format!("{} or {last}", others.join(", ")), last);
            }
        }
        found.map(|(_, value)| *value)
    }

    /// The texts of a list, without spaces around them; one text is a list of one.
    pub fn texts(&mut self, key: &str, instead: &str) -> Option<Vec<(&'a Node, &'a str)>> {
        let node = self.get(key)?;
        let items = match &node.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let read = |item: &'a Node| match &item.value {
            Value::String(text) => Some((item, text.trim())),
            _ => None,
        };
        let texts: Option<Vec<_>> = items.iter().map(read).collect();
        if texts.is_none() {
            self.wrong(key, node, "a list of strings", instead);
        }
        texts
    }

    /// `true` or `false`. None where there is no value, or another one, which is reported.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        let node = self.get(key)?;
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        self.wrong(key, node, "true or false", "true");
        None
    }

    /// Bytes, or a size such as `"4MB"`.
    pub fn size(&mut self, key: &str, range: RangeInclusive<usize>, instead: &str) -> Option<usize> {
        let node = self.get(key)?;
        let size = match &node.value {
            Value::String(text) => tsk::size(text),
            Value::Integer(bytes) => u64::try_from(*bytes).ok(),
            _ => None,
        };
        let size = size.and_then(|size| usize::try_from(size).ok());
        if size.is_some_and(|size| range.contains(&size)) {
            return size;
        }
        let expected = match (range.start() >> 20, range.end() >> 20) {
            (0, _) => "a size".to_owned(),
            (least, most) => format!("a size from {least}MB to {most}MB"),
        };
        self.wrong(key, node, &expected, instead);
        None
    }

    /// An integer within `range`. None where there is no value, or another one, which is reported with `instead` as the
    /// example.
    pub fn integer(&mut self, key: &str, range: RangeInclusive<i64>, instead: i64) -> Option<i64> {
        let node = self.get(key)?;
        match node.value {
            Value::Integer(number) if range.contains(&number) => Some(number),
            _ => {
                let expected = format!("an integer from {} to {}", range.start(), range.end());
                self.wrong(key, node, &expected, &instead.to_string());
                None
            }
        }
    }

    /// A number above zero, at most `most`.
    pub fn number(&mut self, key: &str, most: f64, instead: &str) -> Option<f64> {
        let expected = format!("a number above 0, at most {most}");
        self.real(key, &expected, instead, |number| number > 0.0 && number <= most)
    }

    /// A number from 0 to 100.
    pub fn percent(&mut self, key: &str, instead: &str) -> Option<f64> {
        self.real(key, "a number from 0 to 100", instead, |number| {
            (0.0..=100.0).contains(&number)
        })
    }

    /// A number from 0 to 1.
    pub(crate) fn share(&mut self, key: &str, instead: &str) -> Option<f64> {
        self.real(key, "a number from 0 to 1", instead, |number| {
            (0.0..=1.0).contains(&number)
        })
    }

    /// Headers of HTTP, by name in lower case.
    pub fn headers(&mut self, key: &str, instead: &str) -> Vec<(String, Secret)> {
        let Some(node) = self.get(key) else {
            return Vec::new();
        };
        let Value::Object(object) = &node.value else {
            self.wrong(key, node, "an object of names and texts", instead);
            return Vec::new();
        };
        let mut headers = Vec::with_capacity(object.len());
        for (name, node) in object {
            let value = text(node).filter(|value| HeaderValue::from_str(value).is_ok());
            let wrong = match (HeaderName::from_bytes(name.as_bytes()), value) {
                (Ok(name), Some(value)) => {
                    headers.push((name.to_string(), Secret::new(value.to_owned())));
                    continue;
                }
                (Err(_), _) => format!("an object, and `{name}` is no header's name"),
                (_, None) => format!("an object, and `{name}` in it a text of one line"),
            };
            self.wrong(key, node, &wrong, instead);
        }
        headers
    }

    fn real(&mut self, key: &str, expected: &str, instead: &str, is_right: impl Fn(f64) -> bool) -> Option<f64> {
        let node = self.get(key)?;
        let number = match node.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => f64::NAN,
        };
        if is_right(number) {
            return Some(number);
        }
        self.wrong(key, node, expected, instead);
        None
    }

    /// A number of seconds, or a duration such as `"30s"`.
    pub fn seconds(&mut self, key: &str, range: RangeInclusive<Duration>, instead: &str) -> Option<Duration> {
        let node = self.get(key)?;
        let duration = match &node.value {
            Value::Integer(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
            Value::Float(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Value::String(text) => tsk::duration(text),
            _ => None,
        };
        if duration.is_some_and(|duration| range.contains(&duration)) {
            return duration;
        }
        let expected = format!("seconds or a duration, from {:?} to {:?}", range.start(), range.end());
        self.wrong(key, node, &expected, instead);
        None
    }

    /// `value`, unless something was wrong.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() {
            Ok(value)
        } else {
            Err(self.diagnostics)
        }
    }
}

/// The environment variable that a value comes from, by how it is written: `@env("PORT")`, `@env.PORT.required`.
fn variable(written: &str) -> Option<&str> {
    let rest = written.trim().strip_prefix("@env")?;
    let is_end = |c: char| !(c.is_alphanumeric() || c == '_');
    rest.split(is_end)
        .find(|part| !matches!(*part, "" | "get" | "secure" | "required"))
}

fn no_settings(path: &str, node: &Node) -> Diagnostic {
    Diagnostic::error("wrong-setting", format!("`{path}` must hold settings")).at(node.span)
}
