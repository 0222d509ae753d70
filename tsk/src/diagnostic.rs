//! What is wrong with a file, where, and what to write instead.

use annotate_snippets::{Annotation, AnnotationKind, Level, Message, Renderer, Snippet};

use crate::{
    limits,
    span::{FileId, SourceMap, Span},
};

/// Whether something keeps a file from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but is hardly meant so.
    Warning,
}

/// One thing that the author of a TSK file should know: what, where, and what to write instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable word such as `unknown-operator`, to search the documentation for.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; nothing where it has no place in a text.
    pub span: Option<Span>,
    /// What is written under the caret; may be empty.
    pub label: String,
    /// Further places, each with a word on why it matters.
    pub related: Vec<(Span, String)>,
    /// What to write or do instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place yet.
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

    /// With its place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// With what is written under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With one further place.
    pub fn related(mut self, span: Span, why: impl Into<String>) -> Self {
        self.related.push((span, why.into()));
        self
    }

    /// With what to write or do instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it is no warning.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The diagnostic as rustc would print it: code, place, line with caret, help. Ends with a newline.
    pub fn render(&self, sources: &SourceMap, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = level
            .primary_title(&self.message)
            .id(self.code)
            .elements(None::<Message<'_>>);
        if let Some(span) = self.span {
            let mut snippets = Snippets::default();
            snippets.add(sources, span, AnnotationKind::Primary, &self.label);
            for (place, why) in &self.related {
                snippets.add(sources, *place, AnnotationKind::Context, why);
            }
            group = group.elements(snippets.list);
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        let mut text = renderer.render(&[group]);
        text.push('\n');
        text
    }

    /// `{severity, code, message, file, line, column, end_line, end_column, label, help}`, absent fields left out.
    /// Lines and columns count from 1; the end is the place behind the last character.
    pub fn to_json(&self, sources: &SourceMap) -> serde_json::Value {
        let mut object = serde_json::Map::new();
        let mut put = |key: &str, value: serde_json::Value| object.insert(key.to_owned(), value);
        let severity = if self.is_error() { "error" } else { "warning" };
        put("severity", severity.into());
        put("code", self.code.into());
        put("message", self.message.as_str().into());
        if let Some(span) = self.span {
            let end = Span {
                start: span.end,
                ..span
            };
            let (start, end) = (sources.position(span), sources.position(end));
            put("file", sources.name(span.file).into());
            put("line", start.line.into());
            put("column", start.column.into());
            put("end_line", end.line.into());
            put("end_column", end.column.into());
        }
        if !self.label.is_empty() {
            put("label", self.label.as_str().into());
        }
        if let Some(help) = &self.help {
            put("help", help.as_str().into());
        }
        object.into()
    }
}

/// Adds a diagnostic while there is room. A flood of warnings does not keep an error out.
pub(crate) fn keep(diagnostics: &mut Vec<Diagnostic>, diagnostic: Diagnostic) {
    let room = if diagnostic.is_error() {
        2 * limits::KEPT_DIAGNOSTICS
    } else {
        limits::KEPT_DIAGNOSTICS
    };
    if diagnostics.len() < room {
        diagnostics.push(diagnostic);
    }
}

/// One snippet per file, in the order in which files are first named.
#[derive(Default)]
struct Snippets<'a> {
    files: Vec<FileId>,
    list: Vec<Snippet<'a, Annotation<'a>>>,
}

impl<'a> Snippets<'a> {
    fn add(&mut self, sources: &'a SourceMap, span: Span, kind: AnnotationKind, label: &'a str) {
        let text = sources.text(span.file);
        let annotation = kind.span(within(text, span));
        let annotation = if label.is_empty() {
            annotation
        } else {
            annotation.label(label)
        };
        let mut known = self.files.iter().zip(&mut self.list);
        match known.find(|(file, _)| **file == span.file) {
            Some((_, snippet)) => *snippet = snippet.clone().annotation(annotation),
            None => {
                self.files.push(span.file);
                self.list.push(
                    Snippet::source(text)
                        .path(sources.name(span.file))
                        .annotation(annotation),
                );
            }
        }
    }
}

/// The span as a range of its text, on character boundaries.
fn within(text: &str, span: Span) -> std::ops::Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start as usize);
    start..boundary(span.end as usize).max(start)
}
