//! What a configuration service has answered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{
    limits,
    schema::{PathLookup, find},
};

/// The values that a configuration service has named, as they came.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Document {
    /// By which settings it was asked for: see `Plan`.
    pub(crate) source: String,
    /// The header `etag` of the answer, which the next request sends back in `if-none-match`.
    pub(crate) etag: Option<String>,
    /// An object: what the answer has at the setting `at`, or all of it.
    pub(crate) values: Value,
}

/// The values of an answer: what it has at the path `at`, or all of it. The error says what is wrong with it.
pub(crate) fn read(body: &[u8], at: Option<&str>) -> Result<Value, String> {
    if body.len() > limits::REMOTE_BYTES {
        return Err(format!("the answer is over {} MiB", limits::REMOTE_BYTES >> 20));
    }
    let mut answer: Value = serde_json::from_slice(body).map_err(|error| format!("the answer is no JSON: {error}"))?;
    let mut values = 0;
    if !is_bounded(&answer, limits::REMOTE_DEPTH, &mut values) {
        return Err(format!(
            "the answer has more than {} values, or is more than {} deep",
            limits::REMOTE_VALUES,
            limits::REMOTE_DEPTH
        ));
    }
    if let Some(path) = at {
        answer = match find(&answer, path) {
            PathLookup::Value(values) => values.clone(),
            _ => {
                return Err(format!(
                    "the answer has nothing at `{path}`, where `at` says that the values are"
                ));
            }
        };
    }
    if answer.is_object() {
        Ok(answer)
    } else {
        Err("the values are no object".to_owned())
    }
}

fn is_bounded(value: &Value, depth: usize, values: &mut usize) -> bool {
    *values += 1;
    let inner = |value: &Value, values: &mut usize| depth > 0 && is_bounded(value, depth - 1, values);
    *values <= limits::REMOTE_VALUES
        && match value {
            Value::Array(items) => items.iter().all(|item| inner(item, values)),
            Value::Object(members) => members.values().all(|member| inner(member, values)),
            _ => true,
        }
}
