//! A set of rules, and how a document is held against it.

use serde_json::Value;

use super::{
    find::{self, PathLookup, find},
    rule::SchemaRule,
};

/// Rules by the dotted path of a value, in the order of their author.
#[derive(Debug)]
pub struct Schema {
    pub(super) rules: Vec<(String, SchemaRule)>,
}

impl Schema {
    /// The paths that have rules, in the order of their author.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|(path, _)| path.as_str())
    }

    /// All that is wrong with a document. Names keys and rules, never a value.
    pub fn errors_of(&self, document: &Value) -> Vec<String> {
        self.errors(|path| find(document, path))
    }

    /// All that is wrong with what `find` finds at the paths.
    pub fn errors<'v>(&self, find: impl Fn(&str) -> PathLookup<'v>) -> Vec<String> {
        let mut errors = Vec::new();
        for (path, rule) in &self.rules {
            match find(path) {
                PathLookup::Value(value) => rule.check(path, value, &mut errors),
                PathLookup::Unknown => {}
                PathLookup::Nothing if rule.is_required() => errors.push(format!("Missing required config: {path}")),
                PathLookup::Nothing => {}
                PathLookup::NoObject(place) => {
                    let error = match place.as_str() {
                        "" => "The configuration must be an object".to_owned(),
                        place => format!("Config {place} must be of type object"),
                    };
                    // Every rule below it meets the same place.
                    if !errors.contains(&error) {
                        errors.push(error);
                    }
                }
            }
        }
        errors
    }

    /// What is wrong with the value at `path`.
    pub fn errors_at(&self, path: &str, value: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        for (_, rule) in self.rules.iter().filter(|(own, _)| own == path) {
            rule.check(path, value, &mut errors);
        }
        errors
    }

    /// The paths of a document's values that no rule is for.
    pub fn unnamed(&self, document: &Value) -> Vec<String> {
        let mut unnamed = Vec::new();
        self.collect_unnamed("", document, &mut unnamed);
        unnamed
    }

    fn collect_unnamed(&self, parent: &str, value: &Value, unnamed: &mut Vec<String>) {
        let Value::Object(members) = value else { return };
        for (key, value) in members {
            let path = find::join(parent, key);
            if self.paths().any(|own| own == path) {
                continue;
            }
            if self.paths().any(|own| find::is_below(own, &path)) {
                self.collect_unnamed(&path, value, unnamed);
            } else {
                unnamed.push(path);
            }
        }
    }
}
