//! Values, errors and replies as `guest-sdk/wit` writes them.

use crate::{
    base::{
        explain::Explain,
        value::{Error, Reply, Value},
    },
    sandbox::bindings,
};

impl From<bindings::Value> for Value {
    fn from(value: bindings::Value) -> Self {
        match value {
            bindings::Value::Null => Self::Null,
            bindings::Value::Boolean(value) => Self::Boolean(value),
            bindings::Value::Integer(value) => Self::Integer(value),
            bindings::Value::Real(value) => Self::Real(value),
            bindings::Value::Text(text) => Self::Text(text),
            bindings::Value::Bytes(bytes) => Self::Bytes(bytes),
            bindings::Value::Json(text) => Self::Json(text),
        }
    }
}

impl From<Value> for bindings::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Real(value) => Self::Real(value),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(bytes) => Self::Bytes(bytes),
            Value::Json(text) => Self::Json(text),
        }
    }
}

impl From<bindings::Reply> for Reply {
    fn from(reply: bindings::Reply) -> Self {
        let bindings::Reply { status, headers, body } = reply;
        Self {
            status,
            headers,
            body: body.into(),
        }
    }
}

impl From<bindings::Error> for Error {
    fn from(error: bindings::Error) -> Self {
        let bindings::Error { status, code, message } = error;
        // What is no error's status is a mistake of the fujsen: a failure inside, whose message is for the log.
        let status = if (400..600).contains(&status) { status } else { 500 };
        Self { status, code, message }
    }
}

/// What went wrong leaves the house.
impl<E: Explain> From<E> for bindings::Error {
    fn from(error: E) -> Self {
        error_of(error.into())
    }
}

/// An error that was one already, as a guest is told of it.
pub(crate) fn error_of(error: Error) -> bindings::Error {
    let Error { status, code, message } = error;
    bindings::Error { status, code, message }
}

/// A list takes its place where it is: both kinds of values are as large.
pub(crate) fn all<A, B: From<A>>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(B::from).collect()
}
