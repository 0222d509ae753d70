//! What is wrong in the branches that are not evaluated: `true ? 1 : "C:\q"`.

use super::Evaluator;
use crate::{
    operators,
    parse::{
        string,
        syntax::{Expr, ExprKind, Statement, Style, Text},
    },
};

impl Evaluator<'_, '_> {
    /// Reports what no value of a name could make right. Nothing is looked up.
    pub(super) fn unread(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Text(text) => self.unread_text(*text),
            ExprKind::Array(items) => self.unread_all(items),
            ExprKind::Object(statements) => {
                for statement in statements {
                    if let Statement::Entry(_, value) | Statement::Directive(value) = statement {
                        self.unread(value);
                    }
                }
            }
            ExprKind::Call(call) if !operators::is_known(&call.name) => {
                self.unknown_operator(call, call.name_span);
            }
            ExprKind::Call(call) => self.unread_all(call.arguments.as_deref().unwrap_or_default()),
            ExprKind::Code(name) => {
                self.foreign(name, expr.span);
            }
            ExprKind::Unary(_, operand) => self.unread(operand),
            ExprKind::Binary(_, left, right) => {
                self.unread(left);
                self.unread(right);
            }
            ExprKind::Choice(parts) => self.unread_all(parts.as_slice()),
            _ => {}
        }
    }

    fn unread_all(&mut self, parts: &[Expr]) {
        for part in parts {
            self.unread(part);
        }
    }

    fn unread_text(&mut self, text: Text) {
        let content = self.slice(text.content);
        if text.style == Style::Double && content.contains(['\\', '$']) {
            let content = content.to_owned();
            string::pieces(&content, text.content, &mut self.loader.diagnostics);
        }
    }
}
