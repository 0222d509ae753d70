//! `@file`, `@wasm`, `@include`, `@import`, `@other.tsk.get`

use std::rc::Rc;

use super::{Evaluator, Module};
use crate::{
    config::find,
    diagnostic::Diagnostic,
    parse::syntax::{Call, Expr},
    span::{FileId, Span},
    value::{Deferred, Value},
};

impl Evaluator<'_, '_> {
    /// The path in a call's first argument, from the main file's folder.
    pub(super) fn path(&mut self, call: &Call, argument: Expr) -> Option<String> {
        let at = argument.span;
        let path = self.text_argument(call, argument)?;
        self.resolve(&path, at)
    }

    fn resolve(&mut self, path: &str, at: Span) -> Option<String> {
        let resolved = join(&self.folder, path);
        if resolved.is_none() {
            self.tolerable(
                Diagnostic::error(
                    "path-outside",
                    format!("`{path}` leads out of the folder of the TSK file"),
                )
                .at(at)
                .label("not below the folder")
                .help("move the file into the folder and name it by a relative path, such as \"data/name.txt\""),
            );
        }
        resolved
    }

    pub(super) fn file(&mut self, call: Call, span: Span) -> Option<Value> {
        let (_, text) = self.file_text(&call, span)?;
        self.loader.take(0, text.len(), span).then_some(Value::String(text))
    }

    /// The text of an `@file` call, added to the sources.
    pub(super) fn file_text(&mut self, call: &Call, span: Span) -> Option<(FileId, String)> {
        let argument = self.arguments(call, span, 1)?.into_iter().next()?;
        let at = argument.span;
        let path = self.path(call, argument)?;
        let text = self.loader.read(&path, at)?;
        let file = self.loader.sources.add(path, text.as_str());
        Some((file, text))
    }

    pub(super) fn file_exists(&mut self, call: Call, span: Span) -> Option<Value> {
        let argument = self.arguments(&call, span, 1)?.into_iter().next()?;
        let path = self.path(&call, argument)?;
        Some(Value::Bool(self.loader.environment.read(&path).is_ok()))
    }

    pub(super) fn wasm(&mut self, call: Call, span: Span) -> Option<Value> {
        let argument = self.arguments(&call, span, 1)?.into_iter().next()?;
        self.path(&call, argument).map(Value::Wasm)
    }

    /// What `@include` and `@import` name.
    pub(super) fn included(&mut self, call: &Call, span: Span) -> Option<Rc<Module>> {
        let argument = self.arguments(call, span, 1)?.into_iter().next()?;
        let at = argument.span;
        let path = self.path(call, argument)?;
        self.loader.module(&path, at)
    }

    /// `@other.tsk.get("a.b", default)`
    pub(super) fn other_file(&mut self, call: Call, span: Span) -> Option<Value> {
        let (file, method) = match call.name.rsplit_once('.') {
            Some((file, method)) if file.ends_with(".tsk") => (file, method),
            _ => (call.name.as_str(), ""),
        };
        if method != "get" {
            if self.loader.options.lenient {
                return Some(opaque_file(&call, span));
            }
            self.report(
                Diagnostic::error("file-method", format!("`{file}` is only read"))
                    .at(call.name_span)
                    .label("`get` is the one thing to do with another file")
                    .help(format!(
                        "write @{file}.get(\"section.key\"); loading a file never writes"
                    )),
            );
            return None;
        }
        let mut arguments = self.arguments(&call, span, 2)?.into_iter();
        let key = arguments.next()?;
        let at = key.span;
        let key = self.text_argument(&call, key)?;
        let path = self.resolve(file, call.name_span)?;
        let default = arguments.next();
        if default.is_some() && !self.loader.chain.contains(&path) && self.loader.environment.read(&path).is_err() {
            return self.value(default?);
        }
        let module = self.loader.module(&path, call.name_span)?;
        if let Some(node) = find(&module.root, &key) {
            let value = node.value.clone();
            return self.copied(value, span);
        }
        match default {
            Some(default) => self.value(default),
            None => {
                let near = self.near(&key, module.root.keys().map(String::as_str));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add it to `{path}`, or give a default: @{file}.get(\"{key}\", \"…\")"),
                };
                self.report(
                    Diagnostic::error("unknown-key", format!("`{path}` has no key `{key}`"))
                        .at(at)
                        .label("not found")
                        .help(help),
                );
                None
            }
        }
    }
}

fn opaque_file(call: &Call, span: Span) -> Value {
    Value::Deferred(Deferred {
        operator: call.name.clone(),
        arguments: Vec::new(),
        span,
    })
}

/// `path` from `folder`, without `.` and `..`; nothing when it leads out.
fn join(folder: &str, path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with(['/', '\\']) || path.contains(':') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
