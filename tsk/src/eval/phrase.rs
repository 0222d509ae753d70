//! Bare text that may be an expression: it is one when all its names are known.

use super::Evaluator;
use crate::{
    diagnostic::Diagnostic,
    parse::{
        self,
        syntax::{Expr, ExprKind},
    },
    span::Span,
    value::Value,
};

impl Evaluator<'_, '_> {
    /// Bare text of several parts: an expression when all its names are known.
    pub(super) fn phrase(&mut self, reading: Option<Box<Expr>>, span: Span) -> Option<Value> {
        let text = self.slice(span).to_owned();
        if let Some(node) = self.scope.find(&text) {
            let value = node.value.clone();
            return self.copied(value, span);
        }
        let Some(expr) = reading else {
            if let Some(error) = self.unfinished(&text, span) {
                self.report(error);
                return None;
            }
            if let Some(warning) = no_comment(&text, span) {
                self.report(warning);
            }
            return Some(Value::String(text));
        };
        let mut names = Vec::new();
        collect_names(&expr, &mut names);
        let unknown = names.iter().find(|(name, _)| self.scope.find(name).is_none());
        let Some((unknown, at)) = unknown else {
            return self.value(*expr);
        };
        if names.len() > 1 && names.iter().any(|(name, _)| self.scope.find(name).is_some()) {
            let help = match self.near(unknown, self.scope.names()) {
                Some(near) => format!("did you mean `{near}`? If it is text, put it in quotes: \"{text}\""),
                None => format!("put it in quotes to say that it is text: \"{text}\""),
            };
            let warning = Diagnostic::warning(
                "text-or-expression",
                "this is read as text, but looks like an expression",
            )
            .at(span)
            .label("kept as text")
            .related(*at, "names no key above this line")
            .help(help);
            self.report(warning);
        }
        Some(Value::String(text))
    }

    /// `base +`, where `base` is a key: no text, but an expression without its end.
    fn unfinished(&self, text: &str, span: Span) -> Option<Diagnostic> {
        let (before, operator) = text.rsplit_once([' ', '\t'])?;
        if !["+", "-", "*", "/", "==", "!=", "&&", "||"].contains(&operator) {
            return None;
        }
        let mut diagnostics = Vec::new();
        let expr = parse::fragment(span.file, before, span.start, &mut diagnostics)?;
        let mut names = Vec::new();
        match &expr.kind {
            ExprKind::Phrase(Some(reading)) => collect_names(reading, &mut names),
            _ => collect_names(&expr, &mut names),
        }
        let known = names.iter().all(|(name, _)| self.scope.find(name).is_some());
        if names.is_empty() || !known || !diagnostics.is_empty() {
            return None;
        }
        let at = Span {
            start: span.end - operator.len() as u32,
            ..span
        };
        let help = format!("add the value; if this is text, put it in quotes: \"{text}\"");
        let ends = Diagnostic::error("missing-operand", "the expression ends behind an operator");
        Some(ends.at(at).label("a value belongs behind this").help(help))
    }
}

/// `8080 // the port`: text, though hardly meant so.
fn no_comment(text: &str, span: Span) -> Option<Diagnostic> {
    let (mark, at) = [" // ", " ; "]
        .into_iter()
        .find_map(|mark| Some((mark.trim(), text.find(mark)?)))?;
    let place = Span {
        start: span.start + at as u32 + 1,
        end: span.start + (at + 1 + mark.len()) as u32,
        ..span
    };
    let what = format!("`{mark}` starts a comment only at a line's start");
    let kept = Diagnostic::warning("no-comment", what).at(place);
    Some(kept.label("kept as text").help(format!(
        "write `#` for a comment; if this is text, put it in quotes: \"{text}\""
    )))
}

/// The bare words that must name something for an expression to make sense.
fn collect_names<'a>(expr: &'a Expr, names: &mut Vec<(&'a str, Span)>) {
    match &expr.kind {
        ExprKind::Word(name) => names.push((name, expr.span)),
        ExprKind::Unary(_, operand) => collect_names(operand, names),
        ExprKind::Binary(_, left, right) => {
            collect_names(left, names);
            collect_names(right, names);
        }
        ExprKind::Choice(parts) => {
            let [condition, _, _] = &**parts;
            collect_names(condition, names);
        }
        _ => {}
    }
}
