//! A file that was read, or why it was not.

use std::fmt;

use crate::{
    diagnostic::Diagnostic,
    json,
    span::SourceMap,
    value::{Node, Object, Value},
};

/// A file that was read whole.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sections and top-level keys.
    pub root: Object,
    /// What `$name: value` defined, without the `$`.
    pub globals: Object,
    /// The texts that spans point into: the file, and every other that was read.
    pub sources: SourceMap,
    /// What is right but may not be meant so, in order of place.
    pub warnings: Vec<Diagnostic>,
    /// Every path given to [`Environment::read`](crate::Environment::read), in order: what to watch beside the file itself.
    pub files: Vec<String>,
}

impl Config {
    /// The node at a dotted path such as `service.port` or `service.dependencies.db`.
    ///
    /// A key that holds dots itself is found as it is (`versions.1.0.0`) and in quotes (`versions."1.0.0"`). A number
    /// picks from an array (`hosts.0`), and `$name` is a global.
    pub fn get(&self, path: &str) -> Option<&Node> {
        match path.strip_prefix('$') {
            Some(name) => find(&self.globals, name),
            None => find(&self.root, path),
        }
    }

    /// Everything as JSON: secrets as `"***"`, code as its text, deferred values as their TSK text.
    pub fn to_json(&self) -> serde_json::Value {
        json::object(&self.root, &self.sources)
    }

    /// One value as JSON, as [`Self::to_json`] prints it.
    pub fn node_to_json(&self, node: &Node) -> serde_json::Value {
        json::node(node, &self.sources)
    }
}

/// A file with errors: all that could be found in one run. Displayed, each as rustc would print it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Errors, and the warnings found on the way, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: SourceMap,
    /// Every path given to [`Environment::read`](crate::Environment::read), in order: a change of one of these may mend it.
    pub files: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.diagnostics.iter().enumerate() {
            let gap = if at > 0 { "\n" } else { "" };
            write!(f, "{gap}{}", diagnostic.render(&self.sources, false))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Longer paths name nothing; trying every dot of one takes the square of its length.
const PATH_BYTES: usize = 1024;

/// The node at a path. At each dot, the longest key that fits is tried first.
pub(crate) fn find<'a>(object: &'a Object, path: &str) -> Option<&'a Node> {
    if path.len() > PATH_BYTES {
        return None;
    }
    if let Some(quoted) = path.strip_prefix('"') {
        let (key, rest) = quoted.split_once('"')?;
        let node = object.get(key)?;
        return match rest.strip_prefix('.') {
            Some(rest) => within(node, rest),
            None => rest.is_empty().then_some(node),
        };
    }
    if let Some(node) = object.get(path) {
        return Some(node);
    }
    path.rmatch_indices('.')
        .find_map(|(at, _)| within(object.get(&path[..at])?, &path[at + 1..]))
}

fn within<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    match &node.value {
        Value::Object(object) => find(object, path),
        Value::Array(items) => {
            let (index, rest) = match path.split_once('.') {
                Some((index, rest)) => (index, Some(rest)),
                None => (path, None),
            };
            let item = items.get(index.parse::<usize>().ok()?)?;
            match rest {
                Some(rest) => within(item, rest),
                None => Some(item),
            }
        }
        _ => None,
    }
}
