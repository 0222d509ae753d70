//! Values of a known type.

use std::time::Duration;

use crate::{
    config::Config,
    diagnostic::Diagnostic,
    units,
    value::{Node, Value},
};

/// Nothing where there is no such key or its value is `null`; an error where the value has another type.
type Got<T> = Result<Option<T>, Diagnostic>;

impl Config {
    /// Text; a secret's too.
    pub fn str(&self, path: &str) -> Got<&str> {
        self.typed(path, "text", "\"…\"", |node| match &node.value {
            Value::String(text) => Some(text.as_str()),
            Value::Secret(text) => Some(text.reveal()),
            _ => None,
        })
    }

    /// An integer.
    pub fn i64(&self, path: &str) -> Got<i64> {
        self.typed(path, "an integer", "42", |node| match node.value {
            Value::Integer(number) => Some(number),
            _ => None,
        })
    }

    /// A float or an integer.
    pub fn f64(&self, path: &str) -> Got<f64> {
        self.typed(path, "a number", "0.5", |node| match node.value {
            Value::Float(number) => Some(number),
            Value::Integer(number) => Some(number as f64),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub fn bool(&self, path: &str) -> Got<bool> {
        self.typed(path, "true or false", "true", |node| match node.value {
            Value::Bool(value) => Some(value),
            _ => None,
        })
    }

    /// Text as [`crate::duration`] reads it, or a number of seconds.
    pub fn duration(&self, path: &str) -> Got<Duration> {
        self.typed(path, "a duration", "30s", |node| match &node.value {
            Value::String(text) => units::duration(text),
            Value::Integer(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
            Value::Float(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            _ => None,
        })
    }

    /// Bytes: text as [`crate::size`] reads it, or a number.
    pub fn size(&self, path: &str) -> Got<u64> {
        self.typed(path, "a size", "64MB", |node| match &node.value {
            Value::String(text) => units::size(text),
            Value::Integer(bytes) => u64::try_from(*bytes).ok(),
            _ => None,
        })
    }

    fn typed<'a, T>(&'a self, path: &str, wanted: &str, example: &str, read: impl Fn(&'a Node) -> Option<T>) -> Got<T> {
        let node = match self.get(path) {
            None | Some(Node { value: Value::Null, .. }) => return Ok(None),
            Some(node) => node,
        };
        read(node).map(Some).ok_or_else(|| {
            Diagnostic::error("value-type", format!("`{path}` must be {wanted}"))
                .at(node.span)
                .label(format!("this is not {wanted}"))
                .help(format!("write it as in `{example}`"))
        })
    }
}
