//! Operators that failed.

use tsk::{Deferred, Diagnostic, Node, SourceMap, Span, Value};

use crate::base::bindings::Error;

/// An operator that failed, and where it stands.
#[derive(Clone, Debug)]
pub struct Failed {
    pub span: Span,
    operator: String,
    pub error: Error,
}

impl Failed {
    pub(super) fn new(deferred: &Deferred, mut error: Error) -> Self {
        error.message = without_secrets(error.message, &deferred.arguments);
        Self {
            span: deferred.span,
            operator: deferred.operator.clone(),
            error,
        }
    }

    /// What a guest is told. What will pass keeps its status, so that clients may try again; anything else is the
    /// file's fault.
    pub fn explain(self, sources: &SourceMap) -> Error {
        let Self { span, operator, error } = self;
        let status = if matches!(error.status, 502..=504) {
            error.status
        } else {
            500
        };
        let message = format!("{}: `@{operator}` fails: {}", sources.locate(span), error.message);
        Error::new(status, &error.code, message)
    }

    /// What a person is shown: with the line of the file, and apart from it what to write.
    pub fn diagnostic(self) -> Diagnostic {
        let Self { span, operator, error } = self;
        let diagnostic = |what: &str| Diagnostic::error("deferred", format!("`@{operator}` fails: {what}")).at(span);
        match remedy(&error.message) {
            Some((what, remedy)) => diagnostic(what).help(remedy),
            None => diagnostic(&error.message),
        }
    }
}

/// Messages that end with lines for the file: what happened, and from the last `; ` before the first of these lines on
/// what to do.
pub(super) fn remedy(message: &str) -> Option<(&str, &str)> {
    let (sentence, _) = message.split_once('\n')?;
    let at = sentence.rfind("; ")?;
    Some((
        message.get(..at).unwrap_or_default(),
        message.get(at + 2..).unwrap_or_default(),
    ))
}

fn without_secrets(message: String, arguments: &[Node]) -> String {
    arguments.iter().fold(message, |message, node| match &node.value {
        Value::Secret(secret) if !secret.reveal().is_empty() => message.replace(secret.reveal(), "***"),
        Value::Array(nodes) => without_secrets(message, nodes),
        Value::Object(members) => members.values().fold(message, |message, node| {
            without_secrets(message, std::slice::from_ref(node))
        }),
        Value::Deferred(deferred) => without_secrets(message, &deferred.arguments),
        _ => message,
    })
}
