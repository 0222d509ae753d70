//! What is asked of any value, whoever it belongs to.

use crate::base::bindings;

/// What a value holds besides itself. Bytes.
pub(crate) fn payload(value: &bindings::Value) -> usize {
    match value {
        bindings::Value::Text(text) | bindings::Value::Json(text) => text.len(),
        bindings::Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}
