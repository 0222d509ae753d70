//! Rules for one value.

use std::cmp::Ordering;

use regex::Regex;
use serde_json::{Number, Value};

use crate::base::limits;

/// The types that a value can be said to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchemaType {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

impl SchemaType {
    pub(super) const ALL: [Self; 6] = [
        Self::String,
        Self::Integer,
        Self::Number,
        Self::Boolean,
        Self::Array,
        Self::Object,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// An integer is one that guests can be given: of 64 bits, with a sign.
    pub(super) fn is_of(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.is_i64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

/// What is asked of one value.
#[derive(Debug, Default)]
pub(super) struct SchemaRule {
    pub(super) kind: Option<SchemaType>,
    pub(super) required: bool,
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    /// Characters of a string, elements of an array.
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    /// `enum`. Empty: anything.
    pub(super) one_of: Vec<Value>,
    pub(super) pattern: Option<Regex>,
    /// Of each element of an array.
    pub(super) items: Option<Box<SchemaRule>>,
}

impl SchemaRule {
    pub(super) fn is_required(&self) -> bool {
        self.required
    }

    /// Adds what is wrong with `value`, in words that do not show it.
    pub(super) fn check(&self, path: &str, value: &Value, errors: &mut Vec<String>) {
        let mut say = |what: String| errors.push(format!("Config {path} must {what}"));
        if let Some(kind) = self.kind.filter(|kind| !kind.is_of(value)) {
            return say(format!("be of type {}", kind.name()));
        }
        self.check_number(value, &mut say);
        self.check_length(value, &mut say);
        if !self.one_of.is_empty() && !self.one_of.iter().any(|one| is_same(one, value)) {
            say(format!("be one of {}", list(&self.one_of)));
        }
        if let Some(pattern) = &self.pattern {
            match value.as_str() {
                None => say("be a string".to_owned()),
                Some(text) if text.len() > limits::SCHEMA_MATCHED => {
                    say(format!(
                        "have at most {} bytes, since it must match a pattern",
                        limits::SCHEMA_MATCHED
                    ));
                }
                Some(text) if !pattern.is_match(text) => say(format!("match {pattern}")),
                Some(_) => {}
            }
        }
        if let (Some(rule), Value::Array(items)) = (&self.items, value) {
            let before = errors.len();
            // One that is wrong says enough.
            for (at, item) in items.iter().enumerate() {
                rule.check(&format!("{path}.{at}"), item, errors);
                if errors.len() > before {
                    break;
                }
            }
        }
    }

    fn check_number(&self, value: &Value, say: &mut impl FnMut(String)) {
        if self.min.is_none() && self.max.is_none() {
            return;
        }
        let Value::Number(number) = value else {
            return say("be a number".to_owned());
        };
        if let Some(min) = self.min.as_ref().filter(|min| compare(number, min) == Ordering::Less) {
            say(format!("be at least {min}"));
        }
        if let Some(max) = self
            .max
            .as_ref()
            .filter(|max| compare(number, max) == Ordering::Greater)
        {
            say(format!("be at most {max}"));
        }
    }

    fn check_length(&self, value: &Value, say: &mut impl FnMut(String)) {
        if self.min_length.is_none() && self.max_length.is_none() {
            return;
        }
        let (length, what) = match value {
            Value::String(text) => (text.chars().count(), "characters"),
            Value::Array(items) => (items.len(), "elements"),
            _ => return say("be a string or an array".to_owned()),
        };
        if let Some(least) = self.min_length.filter(|least| length < *least) {
            say(format!("have at least {least} {what}"));
        }
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            say(format!("have at most {most} {what}"));
        }
    }
}

/// Integers are compared as integers: a float holds 53 of their bits.
pub(super) fn compare(left: &Number, right: &Number) -> Ordering {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => left.cmp(&right),
        // JSON has neither infinities nor NaN.
        _ => left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal),
    }
}

fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare(left, right) == Ordering::Equal,
        _ => left == right,
    }
}

pub(super) fn list(values: &[Value]) -> String {
    let shown = values.iter().map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    shown.collect::<Vec<_>>().join(", ")
}
