//! Operators that failed.

use tsk::{Deferred, Diagnostic, Node, SourceMap, Span, Value};

use super::error::DeferredError;
use crate::base::{
    explain::{Explain, Explanation},
    value,
};

/// An operator that failed, and where it stands. Its words are without the secrets among its arguments.
#[derive(Clone, Debug)]
pub struct OperatorError {
    /// Where in the file the operator stands.
    pub span: Span,
    operator: String,
    pub(super) status: u16,
    code: &'static str,
    what: String,
    remedy: Option<String>,
}

impl OperatorError {
    pub(super) fn new(deferred: &Deferred, error: DeferredError) -> Self {
        let Explanation { status, code, remedy } = error.explain();
        let told = |words| without_secrets(words, &deferred.arguments);
        Self {
            span: deferred.span,
            operator: deferred.operator.clone(),
            status,
            code,
            what: told(error.to_string()),
            remedy: remedy.map(told),
        }
    }

    /// Its own time ran out.
    pub(super) fn is_late(&self) -> bool {
        self.status == 504
    }

    /// What a guest is told. What will pass keeps its status, so that clients may try again; anything else is the
    /// file's fault.
    pub fn explain(self, sources: &SourceMap) -> value::Error {
        let Self {
            span,
            operator,
            status,
            code,
            what,
            remedy,
        } = self;
        let status = if matches!(status, 502..=504) { status } else { 500 };
        let remedy = remedy.map_or_else(String::new, |remedy| format!("; {remedy}"));
        let message = format!("{}: `@{operator}` fails: {what}{remedy}", sources.locate(span));
        value::Error::new(status, code, message)
    }

    /// What a person is shown: with the line of the file, and apart from it what to write.
    pub fn diagnostic(self) -> Diagnostic {
        let message = format!("`@{}` fails: {}", self.operator, self.what);
        let diagnostic = Diagnostic::error("deferred", message).at(self.span);
        match self.remedy {
            Some(remedy) => diagnostic.help(remedy),
            None => diagnostic,
        }
    }
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
