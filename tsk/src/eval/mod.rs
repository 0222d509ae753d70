//! Statements to values: names, operators, other files.

mod arithmetic;
mod budget;
mod calls;
mod date;
mod env;
mod expression;
mod files;
mod fujsen;
mod language;
mod loader;
mod modules;
mod phrase;
mod scope;
mod text;
mod unread;

use std::sync::Arc;

use crate::{
    diagnostic::Diagnostic,
    limits,
    parse::{
        self,
        syntax::{Expr, ExprKind, Key, Statement},
    },
    span::{FileId, Span},
    suggest::suggest,
    value::{Node, Object, Value},
};
pub(crate) use loader::{Loader, Module, too_large};
use scope::Scope;

/// Reads one file.
pub(crate) struct Evaluator<'l, 'e> {
    loader: &'l mut Loader<'e>,
    text: Arc<str>,
    /// Where the paths that this file names start, relative to the main file's folder.
    folder: String,
    scope: Scope,
    /// How many names lead to where statements go now.
    level: usize,
}

/// A file's values; nothing when it has errors, which are reported.
pub(crate) fn evaluate(loader: &mut Loader<'_>, file: FileId, folder: String) -> Option<Module> {
    let text = loader.sources.shared(file);
    let before = loader.error_count();
    let statements = parse::file(file, &text, &mut loader.diagnostics);
    let mut evaluator = Evaluator {
        loader,
        text,
        folder,
        scope: Scope::default(),
        level: 0,
    };
    evaluator.statements(statements);
    let Scope { root, globals, .. } = evaluator.scope;
    (loader.error_count() == before).then_some(Module { root, globals })
}

impl Evaluator<'_, '_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.loader.report(diagnostic);
    }

    /// The nearest of some names, while anybody will read of it: looking through all names at each of a flood of errors takes
    /// the square of their number.
    fn near<'n>(&self, word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
        if self.loader.is_flooded() {
            return None;
        }
        suggest(word, names)
    }

    /// Reports what keeps a file from being used, but not from being looked at: a warning in lenient mode.
    fn tolerable(&mut self, diagnostic: Diagnostic) {
        self.loader.tolerable(diagnostic);
    }

    fn statements(&mut self, statements: Vec<Statement>) {
        for statement in statements {
            if self.loader.budget.is_spent() {
                return;
            }
            match statement {
                Statement::Section(key) => self.section(key),
                Statement::Entry(key, value) => self.entry(key, value),
                Statement::Directive(call) => self.directive(call),
            }
        }
    }

    fn section(&mut self, mut key: Key) {
        if key.parts.len() > limits::NESTING {
            self.report(too_nested(key.span, key.parts.len()));
            key.parts.truncate(1);
        }
        self.level = key.parts.len();
        if let Some(replaced) = self.scope.open(&key) {
            self.duplicate(&key, replaced);
        }
    }

    fn entry(&mut self, key: Key, value: Expr) {
        let levels = self.level + key.parts.len() - 1;
        if levels > limits::NESTING {
            return self.report(too_nested(key.span, levels));
        }
        let span = value.span;
        let outside = std::mem::replace(&mut self.level, levels + 1);
        let computed = if key.is_fujsen() {
            self.fujsen(&key, value)
        } else {
            self.value(value)
        };
        self.level = outside;
        let computed = computed.filter(|value| self.fits(&key, levels, value));
        if computed.is_none() {
            self.scope.fail(key.span);
        }
        // A key that has an error is still a key: what names it later is no second error.
        let value = computed.unwrap_or(Value::Null);
        let node = Node {
            value,
            span,
            key_span: key.span,
        };
        if let Some((key, replaced)) = self.scope.define(key, node) {
            self.duplicate(&key, replaced);
        }
    }

    /// Whether a value has no more levels than can be written: references reach further than brackets alone.
    fn fits(&mut self, key: &Key, above: usize, value: &Value) -> bool {
        // What stands in an object is looked at with the whole object.
        if self.scope.is_in_object() {
            return true;
        }
        let levels = above + budget::depth(value);
        if levels > limits::NESTING {
            self.report(too_nested(key.span, levels));
        }
        levels <= limits::NESTING
    }

    fn duplicate(&mut self, key: &Key, earlier: Span) {
        // What an included file says is there to be overridden.
        if earlier.file != key.span.file {
            return;
        }
        let name = key.parts.join(".");
        self.report(
            Diagnostic::warning("duplicate-key", format!("`{name}` is defined twice; this one counts"))
                .at(key.span)
                .label("defined again")
                .related(earlier, "first defined here")
                .help("remove one of the two"),
        );
    }

    /// A call that stands alone: only including a file does something there.
    fn directive(&mut self, expr: Expr) {
        let ExprKind::Call(call) = &expr.kind else {
            return self.lone_value(expr);
        };
        if matches!(call.name.as_str(), "include" | "import") {
            if let Some(module) = self.included(call, expr.span)
                && self.loader.spend(&module.root, expr.span)
            {
                let levels = self.level + budget::object_depth(&module.root);
                if levels > limits::NESTING {
                    return self.report(too_nested(expr.span, levels));
                }
                self.scope.merge(&module);
            }
            return;
        }
        if !crate::operators::is_known(&call.name) && self.unknown_operator(call, call.name_span).is_none() {
            return;
        }
        let name = format!("@{}", call.name);
        self.goes_nowhere(&name, expr.span);
    }

    /// `a == b ? c : d` on a line of its own: some programs print the last of these.
    fn lone_value(&mut self, expr: Expr) {
        let span = expr.span;
        match expr.kind {
            ExprKind::Bad => {}
            ExprKind::Code(name) => {
                self.foreign(&name, span);
            }
            _ => self.goes_nowhere("this expression", span),
        }
    }

    fn goes_nowhere(&mut self, what: &str, span: Span) {
        let written = self
            .loader
            .sources
            .slice(span)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let what = match what.strip_prefix('@') {
            Some(name) => format!("the value of `@{name}` goes nowhere"),
            None => format!("the value of {what} goes nowhere"),
        };
        let diagnostic = Diagnostic::error("no-key", what)
            .at(span)
            .label("it has no key")
            .help(format!("write `name: {written}`"));
        self.tolerable(diagnostic);
    }

    /// An object's members, in a scope of their own.
    fn members(&mut self, statements: Vec<Statement>) -> Object {
        self.scope.enter();
        self.statements(statements);
        self.scope.leave()
    }
}

fn too_nested(span: Span, levels: usize) -> Diagnostic {
    let limit = limits::NESTING;
    Diagnostic::error(
        "too-deep",
        format!("this value has {levels} levels of sections, objects and arrays; the limit is {limit}"),
    )
    .at(Span {
        end: span.end.min(span.start + 60),
        ..span
    })
    .label("counted with the values that it refers to")
    .help("leave out levels, or keep a part of it under a key of its own that nothing refers to")
}
