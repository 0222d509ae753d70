//! A schema as its author writes it, and what can be wrong with it.

use std::cmp::Ordering;

use regex::RegexBuilder;
use serde_json::{Map, Number, Value};

use super::{
    rule::{SchemaRule, SchemaType, compare},
    rules::Schema,
};
use crate::base::limits;

/// What is wrong with a schema itself.
#[derive(Debug, PartialEq)]
pub struct SchemaError {
    /// The keys of the schema that lead there; none for all of it.
    pub at: Vec<String>,
    /// What is wrong there, for the author of the schema.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

const RULES: [&str; 9] = [
    "type",
    "required",
    "min",
    "max",
    "min_length",
    "max_length",
    "enum",
    "pattern",
    "items",
];
const EXAMPLE: &str = "write rules by the path of a value: `\"cache.ttl\": { type: \"integer\", min: 1 }`";

impl Schema {
    /// Reads `{"PATH": {"type": …, "required": …}}`, or says everything that is wrong with it.
    pub fn read(schema: &Value) -> Result<Self, Vec<SchemaError>> {
        SchemaReader::default().schema(schema)
    }
}

/// Collects what is wrong, so that all of it is told at once.
#[derive(Default)]
struct SchemaReader {
    wrong: Vec<SchemaError>,
}

impl SchemaReader {
    fn schema(mut self, schema: &Value) -> Result<Schema, Vec<SchemaError>> {
        let Value::Object(members) = schema else {
            self.wrong(&[], "a schema is an object".to_owned(), EXAMPLE);
            return Err(self.wrong);
        };
        if members.len() > limits::SCHEMA_RULES {
            let message = format!("a schema has at most {} paths", limits::SCHEMA_RULES);
            self.wrong(&[], message, "name objects as a whole where their members are many");
            return Err(self.wrong);
        }
        let mut rules = Vec::new();
        for (path, rule) in members {
            if !is_path(path) {
                let message = format!("`{}` is no path of a value", path.escape_debug());
                self.wrong(&[path], message, EXAMPLE);
                continue;
            }
            match rule {
                Value::Object(members) => rules.push((path.clone(), self.rule(&[path], members))),
                _ => self.wrong(&[path], format!("`{path}` must hold rules"), EXAMPLE),
            }
        }
        if self.wrong.is_empty() {
            Ok(Schema { rules })
        } else {
            Err(self.wrong)
        }
    }

    fn wrong(&mut self, at: &[&str], message: String, help: impl Into<String>) {
        self.wrong.push(SchemaError {
            at: at.iter().map(|key| (*key).to_owned()).collect(),
            message,
            help: help.into(),
        });
    }

    /// A rule with mistakes is read as far as it goes; they make the whole schema fail.
    fn rule(&mut self, at: &[&str], members: &Map<String, Value>) -> SchemaRule {
        let path = path(at);
        for (key, value) in members.iter().filter(|(key, _)| !RULES.contains(&key.as_str())) {
            let help = match (value, tsk::suggest(key, RULES)) {
                (Value::Object(_), None) => {
                    format!("a path is one key, with dots: write `\"{path}.{key}\": {{ … }}` in the schema")
                }
                (_, Some(near)) => format!("did you mean `{near}`?"),
                (_, None) => format!("there are: {}", RULES.join(", ")),
            };
            self.wrong(&[at, &[key]].concat(), format!("`{path}` has no rule `{key}`"), help);
        }
        let mut rule = SchemaRule::default();
        for (key, value) in members {
            let at = [at, &[key]].concat();
            match key.as_str() {
                "type" => rule.kind = self.kind(&at, value),
                "required" => rule.required = self.required(&at, value),
                "min" => rule.min = self.number(&at, value),
                "max" => rule.max = self.number(&at, value),
                "min_length" => rule.min_length = self.length(&at, value),
                "max_length" => rule.max_length = self.length(&at, value),
                "enum" => rule.one_of = self.one_of(&at, value),
                "pattern" => rule.pattern = self.pattern(&at, value),
                "items" => rule.items = self.items(&at, value),
                _ => {}
            }
        }
        self.fits(at, members, &rule);
        rule
    }

    fn kind(&mut self, at: &[&str], value: &Value) -> Option<SchemaType> {
        let names = SchemaType::ALL.map(SchemaType::name);
        let kind = SchemaType::ALL.into_iter().find(|kind| value == kind.name());
        if kind.is_none() {
            let near = value.as_str().and_then(|word| tsk::suggest(word, names));
            let help = match (value.as_str(), near) {
                (Some("text"), _) => "write `type: \"string\"`".to_owned(),
                (_, Some(near)) => format!("did you mean `{near}`?"),
                _ => format!("there are: {}", names.join(", ")),
            };
            self.wrong(at, format!("`type` of `{}` is no type", path(at)), help);
        }
        kind
    }

    fn required(&mut self, at: &[&str], value: &Value) -> bool {
        if !value.is_boolean() {
            let message = format!("`required` of `{}` must be true or false", path(at));
            self.wrong(at, message, "write `required: true`");
        }
        value == true
    }

    fn number(&mut self, at: &[&str], value: &Value) -> Option<Number> {
        let number = value.as_number().cloned();
        if number.is_none() {
            self.expected(at, "a number", "1");
        }
        number
    }

    fn length(&mut self, at: &[&str], value: &Value) -> Option<usize> {
        let length = value.as_u64().and_then(|length| usize::try_from(length).ok());
        if length.is_none() {
            self.expected(at, "an integer from 0 on", "40");
        }
        length
    }

    fn one_of(&mut self, at: &[&str], value: &Value) -> Vec<Value> {
        let is_scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
        match value {
            Value::Array(values) if !values.is_empty() && values.iter().all(is_scalar) => values.clone(),
            _ => {
                self.expected(at, "a list of strings, numbers or booleans", "[\"debug\", \"info\"]");
                Vec::new()
            }
        }
    }

    fn pattern(&mut self, at: &[&str], value: &Value) -> Option<regex::Regex> {
        let Some(text) = value.as_str().filter(|text| text.len() <= limits::SCHEMA_PATTERN) else {
            let expected = format!("a string of at most {} bytes", limits::SCHEMA_PATTERN);
            self.expected(at, &expected, "\"^/[a-z]+$\"");
            return None;
        };
        let built = RegexBuilder::new(text).size_limit(limits::SCHEMA_PATTERN_SIZE).build();
        built
            .map_err(|error| {
                let (why, help) = match error {
                    regex::Error::CompiledTooBig(_) => (
                        "it needs too much memory".to_owned(),
                        "write `[a-zA-Z0-9_]` for `\\w`, which is every letter of Unicode, and repeat less often",
                    ),
                    // Its last line says what, the lines before it draw where.
                    error => (
                        error
                            .to_string()
                            .lines()
                            .last()
                            .unwrap_or_default()
                            .trim_start_matches("error: ")
                            .to_owned(),
                        "patterns are those of the crate regex, which has neither look-around nor back-references",
                    ),
                };
                self.wrong(at, format!("`pattern` of `{}` cannot be used: {why}", path(at)), help);
            })
            .ok()
    }

    fn items(&mut self, at: &[&str], value: &Value) -> Option<Box<SchemaRule>> {
        let Value::Object(members) = value else {
            self.expected(at, "the rules of each element", "{ type: \"string\" }");
            return None;
        };
        if members.contains_key("required") {
            let message = format!("`items` of `{}` cannot be `required`", path(at));
            self.wrong(at, message, "an element is there or not: see `min_length`");
        }
        Some(Box::new(self.rule(at, members)))
    }

    fn expected(&mut self, at: &[&str], expected: &str, instead: &str) {
        let key = at.last().unwrap_or(&"");
        let message = format!("`{key}` of `{}` must be {expected}", path(at));
        self.wrong(at, message, format!("write, for example, `{key}: {instead}`"));
    }

    /// Rules that no value could keep together.
    fn fits(&mut self, at: &[&str], members: &Map<String, Value>, rule: &SchemaRule) {
        let path = path(at);
        if let Some(kind) = rule.kind {
            for (key, kinds) in [
                ("min", &[SchemaType::Integer, SchemaType::Number][..]),
                ("max", &[SchemaType::Integer, SchemaType::Number]),
                ("min_length", &[SchemaType::String, SchemaType::Array]),
                ("max_length", &[SchemaType::String, SchemaType::Array]),
                ("pattern", &[SchemaType::String]),
                ("items", &[SchemaType::Array]),
                (
                    "enum",
                    &[
                        SchemaType::String,
                        SchemaType::Integer,
                        SchemaType::Number,
                        SchemaType::Boolean,
                    ],
                ),
            ] {
                if members.contains_key(key) && !kinds.contains(&kind) {
                    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                    let message = format!("`{key}` of `{path}` is not for the type {}", kind.name());
                    self.wrong(
                        &[at, &[key]].concat(),
                        message,
                        format!("it is for: {}", names.join(", ")),
                    );
                } else if key == "enum" && !rule.one_of.iter().all(|value| kind.is_of(value)) {
                    let message = format!("`enum` of `{path}` holds what is not of the type {}", kind.name());
                    self.wrong(&[at, &[key]].concat(), message, "change one or the other");
                }
            }
        }
        let is_empty = match (&rule.min, &rule.max) {
            (Some(min), Some(max)) => compare(min, max) == Ordering::Greater,
            _ => false,
        };
        let is_short = matches!((rule.min_length, rule.max_length), (Some(min), Some(max)) if min > max);
        for (is_wrong, least, most) in [(is_empty, "min", "max"), (is_short, "min_length", "max_length")] {
            if is_wrong {
                let message = format!("`{least}` of `{path}` is above its `{most}`");
                self.wrong(&[at, &[least]].concat(), message, "exchange them");
            }
        }
    }
}

/// The path of the schema that a place in it belongs to.
fn path<'p>(at: &[&'p str]) -> &'p str {
    at.first().copied().unwrap_or_default()
}

fn is_path(path: &str) -> bool {
    path.len() <= limits::SCHEMA_PATH && path.split('.').all(|key| !key.is_empty())
}
