//! `@name(…)`: which operator does what.

use super::Evaluator;
use crate::{
    diagnostic::Diagnostic,
    operators,
    parse::syntax::{Call, Expr, ExprKind},
    span::Span,
    suggest::suggest,
    value::{Deferred, Value},
};

impl Evaluator<'_, '_> {
    pub(super) fn call(&mut self, call: Call, span: Span) -> Option<Value> {
        let name = call.name.clone();
        let value = self.called(call, span);
        value.or_else(|| self.absent(&name, span))
    }

    /// What stands in lenient mode for what is not at hand: it was reported as a warning, or is an error all the same.
    pub(super) fn absent(&self, name: &str, span: Span) -> Option<Value> {
        self.loader.options.lenient.then(|| opaque(name, span))
    }

    fn called(&mut self, call: Call, span: Span) -> Option<Value> {
        let name = call.name.as_str();
        if !operators::is_known(name) {
            return self.unknown_operator(&call, span);
        }
        let first = name.split('.').next().unwrap_or_default();
        if first == "env" && !operators::is_file_reference(name) {
            return self.env(call, span);
        }
        if let Some(member) = call.members.first() {
            return self.member(&call, member.name.clone(), member.span, span);
        }
        match name {
            "date" | "date.now" => self.date(call, span),
            "file" | "file.read" => self.file(call, span),
            "file.exists" => self.file_exists(call, span),
            "include" | "import" => {
                let module = self.included(&call, span)?;
                self.copied(Value::Object(module.root.clone()), span)
            }
            "wasm" => self.wasm(call, span),
            _ if operators::is_file_reference(name) => self.other_file(call, span),
            _ => self.deferred(call, span),
        }
    }

    /// `@query(…).where(…)`
    fn member(&mut self, call: &Call, member: String, at: Span, span: Span) -> Option<Value> {
        if self.loader.options.lenient {
            return Some(opaque(&call.name, span));
        }
        self.report(
            Diagnostic::error("call-chain", format!("nothing follows `@{}(…)`", call.name))
                .at(at)
                .label(format!("`.{member}` is not known"))
                .help("put everything into the arguments; a query, for one, is one SQL text"),
        );
        None
    }

    fn deferred(&mut self, call: Call, span: Span) -> Option<Value> {
        let arguments = self.required_arguments(&call, span)?;
        let count = arguments.len();
        let arguments: Vec<_> = arguments
            .into_iter()
            .filter_map(|argument| self.node(argument))
            .collect();
        (arguments.len() == count).then_some(Value::Deferred(Deferred {
            operator: call.name,
            arguments,
            span,
        }))
    }

    /// At least one argument.
    fn required_arguments(&mut self, call: &Call, span: Span) -> Option<Vec<Expr>> {
        match &call.arguments {
            Some(arguments) if !arguments.is_empty() => Some(arguments.clone()),
            _ => {
                let example = example(&call.name);
                self.report(
                    Diagnostic::error("missing-argument", format!("`@{}` needs an argument", call.name))
                        .at(span)
                        .label("nothing is given to it")
                        .help(format!("write {example}")),
                );
                None
            }
        }
    }

    /// From `least` to `most` arguments.
    pub(super) fn arguments(&mut self, call: &Call, span: Span, most: usize) -> Option<Vec<Expr>> {
        let arguments = self.required_arguments(call, span)?;
        let Some(extra) = arguments.get(most) else {
            return Some(arguments);
        };
        self.report(
            Diagnostic::error("extra-argument", format!("`@{}` takes at most {most}", call.name))
                .at(extra.span)
                .label("one too many")
                .help(format!("write {}", example(&call.name))),
        );
        None
    }

    /// An argument that must be text.
    pub(super) fn text_argument(&mut self, call: &Call, argument: Expr) -> Option<String> {
        let at = argument.span;
        match self.value(argument)? {
            Value::String(text) => Some(text),
            // Known only when it is read; lenient mode keeps the whole call.
            Value::Deferred(_) if self.loader.options.lenient => None,
            other => {
                // A path or a variable's name ends up in messages.
                let kind = match other {
                    Value::Secret(_) => "a secret",
                    ref other => super::arithmetic::kind(other),
                };
                self.report(
                    Diagnostic::error("argument-type", format!("`@{}` needs text here", call.name))
                        .at(at)
                        .label(kind)
                        .help(format!("write {}", example(&call.name))),
                );
                None
            }
        }
    }

    pub(super) fn unknown_operator(&mut self, call: &Call, span: Span) -> Option<Value> {
        if self.loader.options.lenient {
            return Some(opaque(&call.name, span));
        }
        let known = operators::KNOWN.map(|name| format!("@{name}")).join(", ");
        let help = match suggest(&call.name, operators::KNOWN) {
            _ if let Some(instead) = operators::instead_of(&call.name) => {
                format!("{instead}. The operators are {known} and @other.tsk.get")
            }
            Some(near) => format!("did you mean `@{near}`? The operators are {known} and @other.tsk.get"),
            None if call.arguments.is_none() && call.name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') => {
                format!(
                    "for the environment variable, write `@env.{}`. The operators are {known} and @other.tsk.get",
                    call.name
                )
            }
            None => format!("the operators are {known} and @other.tsk.get; text that begins with @ needs quotes"),
        };
        let shown: String = call.name.chars().take(60).collect();
        self.report(
            Diagnostic::error("unknown-operator", format!("there is no operator `@{shown}`"))
                .at(call.name_span)
                .label("not known")
                .help(help),
        );
        None
    }

    /// `php(…)` and the like.
    pub(super) fn foreign(&mut self, name: &str, span: Span) -> Option<Value> {
        if self.loader.options.lenient {
            return Some(opaque(name, span));
        }
        let shown = if name == "=>" {
            "(…) => …".to_owned()
        } else {
            format!("{name}(…)")
        };
        self.report(
            Diagnostic::error("foreign-call", format!("`{shown}` is no TSK"))
                .at(Span {
                    end: span.start + name.len() as u32,
                    ..span
                })
                .label("values call nothing but `@` operators")
                .help(format!(
                    "compute it in a fujsen, or put it in quotes if it is text: \"{shown}\""
                )),
        );
        None
    }

    /// `<<<HTML … HTML`
    pub(super) fn heredoc(&mut self, content: Span, span: Span) -> Option<Value> {
        let text = self.slice(content).to_owned();
        let diagnostic = Diagnostic::error("heredoc", "TSK has no `<<<` texts")
            .at(Span {
                end: span.start + 3,
                ..span
            })
            .label("the text starts here")
            .help("write it between ''' and ''', or between \"\"\" and \"\"\"");
        self.tolerable(diagnostic);
        self.loader.options.lenient.then_some(Value::String(text))
    }
}

fn opaque(name: &str, span: Span) -> Value {
    Value::Deferred(Deferred {
        operator: name.to_owned(),
        arguments: Vec::new(),
        span,
    })
}

/// How an operator is written.
pub(super) fn example(name: &str) -> &'static str {
    match name.split('.').next().unwrap_or_default() {
        "env" => "@env(\"NAME\") or @env(\"NAME\", \"default\")",
        "date" => "@date(\"Y-m-d\")",
        "file" => "@file(\"name.txt\")",
        "include" => "@include \"name.tsk\"",
        "import" => "@import(\"name.tsk\")",
        "wasm" => "@wasm(\"name.wasm\")",
        "query" => "@query(\"SELECT …\")",
        "cache" => "@cache(\"5m\", value)",
        "metrics" => "@metrics(\"name\")",
        "http" => "@http(\"GET\", \"https://…\")",
        "redis" => "@redis(\"GET\", \"key\")",
        _ => "@other.tsk.get(\"section.key\")",
    }
}

/// An expression that is a call of `name`.
pub(super) fn as_call<'a>(expr: &'a Expr, name: &str) -> Option<&'a Call> {
    match &expr.kind {
        ExprKind::Call(call) if call.name == name => Some(call),
        _ => None,
    }
}
