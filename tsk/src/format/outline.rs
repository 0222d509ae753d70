//! What statements say, without their places: two texts with the same outline have the same values.

use std::fmt::Write as _;

use crate::{
    parse::syntax::{Expr, ExprKind, Statement},
    span::Span,
};

pub(super) fn outline(statements: &[Statement], text: &str) -> String {
    let mut out = String::new();
    for statement in statements {
        match statement {
            Statement::Section(key) => {
                let _ = writeln!(out, "[{:?}]", key.parts);
            }
            Statement::Entry(key, value) => {
                let _ = write!(out, "{:?}{}=", key.parts, key.global);
                expression(value, text, &mut out);
                out.push('\n');
            }
            Statement::Directive(value) => {
                expression(value, text, &mut out);
                out.push('\n');
            }
        }
    }
    out
}

fn expression(expr: &Expr, text: &str, out: &mut String) {
    let all = |open: &str, parts: &mut dyn Iterator<Item = &Expr>, out: &mut String| {
        out.push_str(open);
        for part in parts {
            expression(part, text, out);
            out.push(',');
        }
        out.push(')');
    };
    match &expr.kind {
        ExprKind::Text(content) => {
            let _ = write!(out, "{:?}{:?}", content.style, slice(text, content.content));
        }
        ExprKind::Heredoc(content) => out.push_str(slice(text, *content)),
        ExprKind::Array(items) => all("array(", &mut items.iter(), out),
        ExprKind::Object(statements) => {
            let _ = write!(out, "{{{}}}", outline(statements, text));
        }
        ExprKind::Call(call) => {
            let _ = write!(out, "@{}", call.name);
            all("(", &mut call.arguments.iter().flatten(), out);
            for member in &call.members {
                let _ = write!(out, ".{}", member.name);
            }
        }
        ExprKind::Unary(operator, operand) => {
            let _ = write!(out, "{operator:?}");
            all("(", &mut [operand.as_ref()].into_iter(), out);
        }
        ExprKind::Binary(operator, left, right) => {
            let _ = write!(out, "{operator:?}");
            all("(", &mut [left.as_ref(), right.as_ref()].into_iter(), out);
        }
        ExprKind::Choice(parts) => all("choice(", &mut parts.iter(), out),
        ExprKind::Phrase(reading) => {
            let _ = write!(out, "phrase {:?}", slice(text, expr.span));
            if let Some(reading) = reading {
                expression(reading, text, out);
            }
        }
        ExprKind::Code(_) => out.push_str(slice(text, expr.span)),
        other => {
            let _ = write!(out, "{other:?}");
        }
    }
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}
