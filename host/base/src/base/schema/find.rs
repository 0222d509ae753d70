//! Values by their paths in a document.

use serde_json::Value;

/// What is at a path.
#[derive(Debug, PartialEq)]
pub enum PathLookup<'v> {
    /// There is nothing, or null, which is no value.
    Nothing,
    /// There is this value, which is not null.
    Value(&'v Value),
    /// There is a value, but it is not known before it is read.
    Unknown,
    /// The path leads through this place, which has no members.
    NoObject(String),
}

/// What a document has at a dotted path. A key that holds dots itself is found as it is.
pub fn find<'v>(document: &'v Value, path: &str) -> PathLookup<'v> {
    let (mut value, mut before, mut rest) = (document, String::new(), path);
    loop {
        let members = match value {
            Value::Object(members) => members,
            Value::Null => return PathLookup::Nothing,
            _ => return PathLookup::NoObject(before),
        };
        match members.get(rest) {
            Some(Value::Null) => return PathLookup::Nothing,
            Some(value) => return PathLookup::Value(value),
            None => {}
        }
        let split = |(at, _): (usize, &str)| Some((members.get(rest.get(..at).unwrap_or_default())?, at));
        let Some((inner, at)) = rest.match_indices('.').find_map(split) else {
            return PathLookup::Nothing;
        };
        before = join(&before, rest.get(..at).unwrap_or_default());
        (value, rest) = (inner, rest.get(at + 1..).unwrap_or_default());
    }
}

pub(super) fn join(parent: &str, key: &str) -> String {
    if parent.is_empty() {
        key.to_owned()
    } else {
        format!("{parent}.{key}")
    }
}

/// Whether `path` is the path of something inside `place`.
pub(super) fn is_below(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.starts_with('.'))
}
