//! Reads a section of settings: known keys, each of its type, everything wrong reported at once.

use std::{ops::RangeInclusive, time::Duration};

use http::{HeaderName, HeaderValue};
use tsk::{Config, Diagnostic, Node, Object, Secret, Value};

use crate::base::sections::Row;

/// A text, which may be a secret.
pub(crate) fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => Some(text),
        Value::Secret(secret) => Some(secret.reveal()),
        _ => None,
    }
}

/// An object of the file whose keys are settings.
pub(crate) struct Section<'a> {
    path: String,
    object: Option<&'a Object>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Section<'a> {
    /// A section of the host, which may be missing. Keys other than those of its row are errors.
    pub(crate) fn new(config: &'a Config, row: &Row) -> Self {
        Self::of(row.name.to_owned(), config.get(row.name), row.keys.known())
    }

    /// As [`Self::new`], for an object within a section.
    pub(crate) fn of(path: String, node: Option<&'a Node>, known: &[&str]) -> Self {
        let object = match node.map(|node| &node.value) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        let mut section = Self {
            path,
            object,
            diagnostics: Vec::new(),
        };
        match (node, object) {
            (Some(node), None) => section.diagnostics.push(
                Diagnostic::error("wrong-setting", format!("`{}` must hold settings", section.path))
                    .at(node.span)
                    .help(format!("there are: {}", known.join(", "))),
            ),
            (_, Some(object)) => section.unknown(object, known),
            (None, None) => {}
        }
        section
    }

    /// Whether the file has it.
    pub(crate) fn is_there(&self) -> bool {
        self.object.is_some()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
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

    pub(crate) fn wrong(&mut self, key: &str, node: &Node, expected: &str, instead: &str) {
        let message = format!("`{}.{key}` must be {expected}", self.path);
        self.diagnostics.push(
            Diagnostic::error("wrong-setting", message)
                .at(node.span)
                .help(format!("write, for example, `{key}: {instead}`")),
        );
    }

    pub(crate) fn text(&mut self, key: &str, instead: &str) -> Option<&'a str> {
        let node = self.get(key)?;
        if let Value::String(text) = &node.value {
            return Some(text);
        }
        self.wrong(key, node, "a string", instead);
        None
    }

    pub(crate) fn integer(&mut self, key: &str, range: RangeInclusive<i64>, instead: i64) -> Option<i64> {
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
    pub(crate) fn number(&mut self, key: &str, most: f64, instead: &str) -> Option<f64> {
        let expected = format!("a number above 0, at most {most}");
        self.real(key, &expected, instead, |number| number > 0.0 && number <= most)
    }

    /// A number from 0 to 100.
    pub(crate) fn percent(&mut self, key: &str, instead: &str) -> Option<f64> {
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
    pub(crate) fn headers(&mut self, key: &str, instead: &str) -> Vec<(String, Secret)> {
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
    pub(crate) fn seconds(&mut self, key: &str, range: RangeInclusive<Duration>, instead: &str) -> Option<Duration> {
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
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() {
            Ok(value)
        } else {
            Err(self.diagnostics)
        }
    }
}
