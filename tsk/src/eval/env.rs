//! `@env("X", default)`, `@env.X`, `.secure`, `.required`

use super::Evaluator;
use crate::{
    diagnostic::Diagnostic,
    parse::syntax::{Call, Expr, ExprKind},
    span::Span,
    value::{Secret, Value},
};

/// How an `@env` call wants its variable.
#[derive(Default)]
struct Request {
    /// `@env.X`
    name: Option<String>,
    secure: bool,
    required: bool,
}

impl Request {
    fn of(call: &Call) -> Self {
        let mut request = Self::default();
        let members = call.members.iter().flat_map(|member| member.name.split('.'));
        for part in call.name.split('.').skip(1).chain(members) {
            match part {
                "secure" => request.secure = true,
                "required" => request.required = true,
                "get" => {}
                name => request.name = Some(name.to_owned()),
            }
        }
        request
    }
}

impl Evaluator<'_, '_> {
    pub(super) fn env(&mut self, call: Call, span: Span) -> Option<Value> {
        let request = Request::of(&call);
        let (name, default) = match (&request.name, &call.arguments) {
            (Some(name), None) => (name.clone(), None),
            _ => {
                let mut arguments = self.arguments(&call, span, 2)?.into_iter();
                let name = self.text_argument(&call, arguments.next()?)?;
                (name, arguments.next())
            }
        };
        let value = match self.loader.environment.var(&name) {
            Some(text) if text.is_empty() && request.required => return self.unset(&name, span, "is empty"),
            Some(text) => match default {
                // The default is read all the same: it says what type the variable has.
                Some(default) => {
                    let default = self.value(default)?;
                    self.typed(&name, text, &default, request.secure, span)?
                }
                None => Value::String(text),
            },
            None => match default {
                Some(default) if !request.required => self.value(default)?,
                _ => return self.unset(&name, span, "is not set"),
            },
        };
        if !request.secure {
            return Some(value);
        }
        // A secret number would show itself; as text it does not.
        match super::arithmetic::text(&value) {
            Some((text, _)) => Some(Value::Secret(Secret::new(text))),
            None => Some(value),
        }
    }

    fn unset(&mut self, name: &str, span: Span, what: &str) -> Option<Value> {
        self.tolerable(
            Diagnostic::error("unset-variable", format!("the environment variable `{name}` {what}"))
                .at(span)
                .label("needed here")
                .help(format!(
                    "set {name} before the start, or give a default: @env(\"{name}\", \"…\")"
                )),
        );
        None
    }

    /// A variable's text, in the type of the default.
    fn typed(&mut self, name: &str, text: String, default: &Value, secure: bool, span: Span) -> Option<Value> {
        let trimmed = text.trim();
        let (typed, wanted) = match default {
            Value::Integer(_) => (trimmed.parse().ok().map(Value::Integer), "an integer"),
            Value::Float(_) => {
                let number = trimmed.parse().ok().filter(|number: &f64| number.is_finite());
                (number.map(Value::Float), "a number")
            }
            Value::Bool(_) => (boolean(trimmed).map(Value::Bool), "true or false"),
            Value::Secret(_) => (Some(Value::Secret(Secret::new(text.clone()))), "text"),
            _ => (Some(Value::String(text.clone())), "text"),
        };
        if typed.is_some() {
            return typed;
        }
        let shown = if secure {
            "***".to_owned()
        } else {
            text.chars().take(40).collect()
        };
        self.report(
            Diagnostic::error(
                "variable-type",
                format!("the environment variable `{name}` must be {wanted}"),
            )
            .at(span)
            .label(format!("it is `{}`, and the default is {wanted}", shown.escape_debug()))
            .help(format!(
                "set {name} to {wanted}{}, or leave it unset: it is read as what the default is",
                super::arithmetic::text(default)
                    .filter(|_| !secure)
                    .map_or_else(String::new, |(text, _)| format!(", as in {name}={text}"))
            )),
        );
        None
    }

    /// Whether this is an `@env` without a default whose variable is unset.
    pub(super) fn is_unset(&self, expr: &Expr) -> bool {
        let ExprKind::Call(call) = &expr.kind else { return false };
        let request = Request::of(call);
        if call.name.split('.').next() != Some("env") || request.required {
            return false;
        }
        let name = match (&request.name, call.arguments.as_deref()) {
            (Some(name), None) => name.clone(),
            (
                _,
                Some(
                    [
                        Expr {
                            kind: ExprKind::Text(text),
                            ..
                        },
                    ],
                ),
            ) => self.slice(text.content).to_owned(),
            _ => return false,
        };
        self.loader.environment.var(&name).is_none()
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" | "" => Some(false),
        _ => None,
    }
}
