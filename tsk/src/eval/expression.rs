//! Expressions become values.

use super::{Evaluator, arithmetic, budget};
use crate::{
    diagnostic::Diagnostic,
    parse::syntax::{Binary, Expr, ExprKind, Unary},
    span::Span,
    value::{Deferred, Node, Object, Value},
};

impl Evaluator<'_, '_> {
    /// The value of what stands behind a key. Nothing when it has an error, which is reported.
    pub(super) fn value(&mut self, expr: Expr) -> Option<Value> {
        let span = expr.span;
        if !self.loader.take(1, 0, span) {
            return None;
        }
        Some(match expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Bool(value) => Value::Bool(value),
            ExprKind::Integer(value) => Value::Integer(value),
            ExprKind::Float(value) => Value::Float(value),
            ExprKind::Text(text) => return self.string(text),
            ExprKind::Word(name) => return self.word(&name, span),
            ExprKind::Global(name) => return self.global(&name, span),
            ExprKind::Array(items) => self.array(items),
            ExprKind::Object(statements) => Value::Object(self.members(statements)),
            ExprKind::Call(call) => return self.call(call, span),
            ExprKind::Code(name) => return self.foreign(&name, span),
            ExprKind::Heredoc(content) => return self.heredoc(content, span),
            ExprKind::Unary(operator, operand) => return self.unary(operator, *operand, span),
            ExprKind::Binary(operator, left, right) => return self.binary(operator, *left, *right, span),
            ExprKind::Choice(parts) => return self.choice(*parts, span),
            ExprKind::Range(from, to) => range(from, to, span),
            ExprKind::Phrase(reading) => return self.phrase(reading, span),
            ExprKind::Bad => return None,
        })
    }

    pub(super) fn node(&mut self, expr: Expr) -> Option<Node> {
        let span = expr.span;
        Some(Node {
            value: self.value(expr)?,
            span,
            key_span: span,
        })
    }

    fn array(&mut self, items: Vec<Expr>) -> Value {
        Value::Array(items.into_iter().filter_map(|item| self.node(item)).collect())
    }

    /// A lone bare word: what it names, else itself.
    fn word(&mut self, name: &str, span: Span) -> Option<Value> {
        // `users.create` names the function, even where a value `create` stands beside it.
        let is_call = name.contains('.') && self.scope.find(&format!("{name}_fujsen")).is_some();
        match self.scope.find(name) {
            Some(node) if self.scope.is_failed(node) => None,
            Some(node) if !is_call && !matches!(node.value, Value::Source(_) | Value::Wasm(_)) => {
                self.shadowed(name, span);
                let node = self.scope.find(name)?;
                let value = node.value.clone();
                self.copied(value, span)
            }
            _ => Some(Value::String(name.to_owned())),
        }
    }

    /// Warns where a name means one thing in its section and another outside.
    fn shadowed(&mut self, name: &str, span: Span) {
        let Some((inner, outer)) = self.scope.shadowed(name) else {
            return;
        };
        if arithmetic::equal(&inner.value, &outer.value) {
            return;
        }
        let warning = Diagnostic::warning("shadowed-name", format!("two keys named `{name}` can be meant here"))
            .at(span)
            .label("this is the inner one")
            .related(inner.key_span, "the one that counts")
            .related(outer.key_span, "the one that it hides")
            .help("give one of them another name, or write the path of the other one");
        let key = inner.key_span;
        if self.scope.hides(key) {
            self.report(warning);
        }
    }

    pub(super) fn copied(&mut self, value: Value, span: Span) -> Option<Value> {
        let (nodes, bytes) = budget::cost(&value);
        self.loader.take(nodes, bytes, span).then_some(value)
    }

    fn global(&mut self, name: &str, span: Span) -> Option<Value> {
        let found = self.scope.global(name).or_else(|| self.scope.find(name));
        if let Some(node) = found {
            if self.scope.is_failed(node) {
                return None;
            }
            let value = node.value.clone();
            return self.copied(value, span);
        }
        let diagnostic = self.unknown_global(name).at(span).label("no such global");
        self.tolerable(diagnostic);
        self.absent(name, span)
    }

    fn unknown_global(&self, name: &str) -> Diagnostic {
        if let Some((global, rest)) = name.split_once('.')
            && let Some(Value::Object(object)) = self.scope.global(global).map(|node| &node.value)
        {
            let help = match self.near(rest, object.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `${global}.{near}`?"),
                None => format!("add it where `${global}` is defined"),
            };
            return Diagnostic::error("unknown-global", format!("`${global}` has no `{rest}`")).help(help);
        }
        let near = self.near(name, self.scope.globals.keys().map(String::as_str));
        let elsewhere = match self.loader.is_flooded() {
            true => None,
            false => self.scope.elsewhere(name),
        };
        let help = match (near, elsewhere) {
            (Some(near), _) => format!("did you mean `${near}`?"),
            (None, Some(path)) => format!("did you mean `{path}`? A global is defined as `${name}: value`"),
            (None, None) => format!("define it above: `${name}: value`"),
        };
        Diagnostic::error("unknown-global", format!("`${name}` is not defined before this line")).help(help)
    }

    /// An operand: unlike a lone value, a bare word here must name something.
    pub(super) fn operand(&mut self, expr: Expr) -> Option<Value> {
        let ExprKind::Word(name) = &expr.kind else {
            return self.value(expr);
        };
        if let Some(node) = self.scope.find(name) {
            if self.scope.is_failed(node) {
                return None;
            }
            let value = node.value.clone();
            self.shadowed(name, expr.span);
            return self.copied(value, expr.span);
        }
        let near = self.near(name, self.scope.names());
        let help = match near {
            _ if name.starts_with("env.") => format!("for the environment variable, write `@{name}`"),
            Some(near) => format!("did you mean `{near}`? Text needs quotes: \"{name}\""),
            None => format!("put it in quotes if it is text: \"{name}\""),
        };
        let diagnostic = Diagnostic::error("unknown-name", format!("`{name}` names no key above this line"))
            .at(expr.span)
            .label("not known here")
            .help(help);
        self.report(diagnostic);
        None
    }

    fn unary(&mut self, operator: Unary, operand: Expr, span: Span) -> Option<Value> {
        let at = operand.span;
        let value = self.operand(operand)?;
        if let Value::Deferred(deferred) = value {
            return self.later(&deferred, span);
        }
        match operator {
            Unary::Not => Some(Value::Bool(!arithmetic::truth(&value))),
            Unary::Minus => match arithmetic::negate(&value) {
                Ok(value) => Some(value),
                Err(diagnostic) => {
                    self.report(diagnostic.at(at));
                    None
                }
            },
        }
    }

    fn binary(&mut self, operator: Binary, left: Expr, right: Expr, span: Span) -> Option<Value> {
        if matches!(operator, Binary::Or | Binary::And) {
            return self.short_circuit(operator, left, right, span);
        }
        let (left_span, right_span) = (left.span, right.span);
        // Both sides are looked at, so that the errors of both are reported.
        let (left, right) = (self.operand(left), self.operand(right));
        let (left, right) = (left?, right?);
        if let Value::Deferred(deferred) = &left {
            return self.later(deferred, span);
        }
        if let Value::Deferred(deferred) = &right {
            return self.later(deferred, span);
        }
        match arithmetic::binary(operator, &left, &right) {
            Ok(value) => self.made(value, span),
            Err(mut diagnostic) => {
                if diagnostic.label.is_empty() {
                    diagnostic.label = format!(
                        "{} {} {}",
                        arithmetic::kind(&left),
                        operator.symbol(),
                        arithmetic::kind(&right)
                    );
                }
                for (at, value) in [(left_span, &left), (right_span, &right)] {
                    let name = self.slice(at);
                    if let Some(node) = self.scope.find(name) {
                        let why = format!("`{name}` is {}", arithmetic::kind(value));
                        diagnostic = diagnostic.related(node.span, why);
                    }
                }
                self.report(diagnostic.at(left_span.to(right_span)));
                None
            }
        }
    }

    /// Text that `+` made counts: doubling it in each line would soon fill any memory.
    pub(super) fn made(&mut self, value: Value, span: Span) -> Option<Value> {
        let length = match &value {
            Value::String(text) => text.len(),
            Value::Secret(text) => text.reveal().len(),
            _ => return Some(value),
        };
        if length > crate::limits::STRING_BYTES {
            let limit = crate::limits::STRING_BYTES;
            self.report(
                Diagnostic::error(
                    "long-string",
                    format!("this makes a text of {length} bytes; the limit is {limit}"),
                )
                .at(span)
                .help("put large texts in a file and name it: @file(\"name.txt\")"),
            );
            return None;
        }
        self.loader.take(0, length, span).then_some(value)
    }

    fn short_circuit(&mut self, operator: Binary, left: Expr, right: Expr, span: Span) -> Option<Value> {
        // `@env.X || default`: here a variable may be unset.
        let left = if operator == Binary::Or && self.is_unset(&left) {
            Value::Null
        } else {
            self.operand(left)?
        };
        if let Value::Deferred(deferred) = &left {
            return self.later(deferred, span);
        }
        if arithmetic::truth(&left) == (operator == Binary::Or) {
            self.unread(&right);
            Some(left)
        } else {
            self.operand(right)
        }
    }

    fn choice(&mut self, [condition, yes, no]: [Expr; 3], span: Span) -> Option<Value> {
        let Some(condition) = self.operand(condition) else {
            self.unread(&yes);
            self.unread(&no);
            return None;
        };
        if let Value::Deferred(deferred) = &condition {
            return self.later(deferred, span);
        }
        let (taken, other) = if arithmetic::truth(&condition) {
            (yes, no)
        } else {
            (no, yes)
        };
        self.unread(&other);
        self.value(taken)
    }

    /// An expression over a value that is known only when it is read.
    fn later(&mut self, deferred: &Deferred, span: Span) -> Option<Value> {
        if self.loader.options.lenient {
            return Some(Value::Deferred(Deferred {
                span,
                ..deferred.clone()
            }));
        }
        let name = &deferred.operator;
        let diagnostic = Diagnostic::error(
            "deferred-operand",
            format!("the value of `@{name}` is not known while the file is read"),
        )
        .at(span)
        .label("computed here")
        .help(format!(
            "give `@{name}(…)` a key of its own and compute with it in a fujsen"
        ));
        self.report(diagnostic);
        None
    }
}

fn range(from: i64, to: i64, span: Span) -> Value {
    let node = |number| Node {
        value: Value::Integer(number),
        span,
        key_span: span,
    };
    Value::Object(Object::from_iter([
        ("min".to_owned(), node(from)),
        ("max".to_owned(), node(to)),
    ]))
}
