//! Values to TSK text.

use std::fmt::Write as _;

use crate::{
    config::Config,
    span::SourceMap,
    value::{Deferred, Node, Object, Source, Value},
};

/// How wide an array or object on one line may be, in bytes.
const WIDTH: usize = 100;

/// Prints a configuration so that it reads back to the same values.
///
/// What was computed while loading is printed as its result, and what other files gave as if it stood here. Comments are
/// not kept; [`crate::format`] keeps them. A secret is printed as `"***"`, and what lenient mode kept reads back in
/// lenient mode only.
pub fn to_string(config: &Config) -> String {
    let mut printer = Printer {
        sources: &config.sources,
        out: String::new(),
    };
    for (name, node) in &config.globals {
        printer.entry(&format!("${name}"), false, node, 0);
    }
    printer.root(&config.root);
    printer.out
}

struct Printer<'a> {
    sources: &'a SourceMap,
    out: String,
}

impl Printer<'_> {
    /// Objects are sections, unless a plain key follows them: nothing leads from a section back to the top.
    fn root(&mut self, root: &Object) {
        let plain = root
            .values()
            .rposition(|node| !matches!(node.value, Value::Object(_)))
            .map_or(0, |at| at + 1);
        for (at, (name, node)) in root.iter().enumerate() {
            match &node.value {
                Value::Object(members) if at >= plain => self.section(&key(name), members),
                _ => self.entry(&key(name), is_fujsen(name), node, 0),
            }
        }
    }

    fn section(&mut self, path: &str, members: &Object) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        let _ = writeln!(self.out, "[{path}]");
        for (name, node) in members {
            self.entry(&key(name), is_fujsen(name), node, 0);
        }
    }

    fn entry(&mut self, name: &str, fujsen: bool, node: &Node, indent: usize) {
        let pad = " ".repeat(indent);
        match &node.value {
            Value::Object(members) => {
                let _ = write!(self.out, "{pad}{name} ");
                self.object(members, indent);
            }
            Value::Source(source) => {
                let text = self.source(source);
                let _ = write!(self.out, "{pad}{name} = {text}");
            }
            // Lenient mode keeps code of other languages as text.
            Value::String(text) if fujsen => {
                let quoted = raw(text, "").unwrap_or_else(|| string(text));
                let _ = write!(self.out, "{pad}{name} = {quoted}");
            }
            Value::String(text) if text.contains('\n') => {
                let quoted = raw(text, "").unwrap_or_else(|| string(text));
                let _ = write!(self.out, "{pad}{name}: {quoted}");
            }
            _ => {
                let _ = write!(self.out, "{pad}{name}: ");
                self.value(node, indent);
            }
        }
        self.out.push('\n');
    }

    fn object(&mut self, members: &Object, indent: usize) {
        if members.is_empty() {
            self.out.push_str("{}");
            return;
        }
        self.out.push_str("{\n");
        for (name, node) in members {
            self.entry(&key(name), is_fujsen(name), node, indent + 4);
        }
        let _ = write!(self.out, "{}}}", " ".repeat(indent));
    }

    fn value(&mut self, node: &Node, indent: usize) {
        match &node.value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Integer(number) => {
                let _ = write!(self.out, "{number}");
            }
            // Unlike `{}`, this never looks like an integer.
            Value::Float(number) => {
                let _ = write!(self.out, "{number:?}");
            }
            Value::String(text) => self.out.push_str(&string(text)),
            Value::Secret(_) => self.out.push_str("\"***\""),
            Value::Array(items) => self.array('[', items, ']', indent),
            Value::Object(members) => self.inline_object(members, indent),
            Value::Source(source) => {
                let text = self.source(source);
                self.out.push_str(&text);
            }
            Value::Wasm(path) => {
                let _ = write!(self.out, "@wasm({})", string(path));
            }
            Value::Deferred(deferred) => self.deferred(deferred, indent),
        }
    }

    fn inline_object(&mut self, members: &Object, indent: usize) {
        let start = self.out.len();
        if !fits(members.values(), &mut { WIDTH })
            || members.values().any(|node| matches!(node.value, Value::Source(_)))
        {
            return self.object(members, indent);
        }
        self.out.push('{');
        for (at, (name, node)) in members.iter().enumerate() {
            let _ = write!(self.out, "{} {}: ", if at > 0 { "," } else { "" }, key(name));
            self.value(node, indent);
        }
        self.out.push_str(if members.is_empty() { "}" } else { " }" });
        if self.is_too_wide(start) {
            self.out.truncate(start);
            self.object(members, indent);
        }
    }

    fn array(&mut self, open: char, items: &[Node], close: char, indent: usize) {
        let start = self.out.len();
        let narrow = fits(items.iter(), &mut { WIDTH });
        self.out.push(open);
        for (at, node) in items.iter().enumerate().take_while(|_| narrow) {
            self.out.push_str(if at > 0 { ", " } else { "" });
            self.value(node, indent + 4);
        }
        self.out.push(close);
        if narrow && !self.is_too_wide(start) {
            return;
        }
        self.out.truncate(start);
        self.out.push(open);
        for node in items {
            let _ = write!(self.out, "\n{}", " ".repeat(indent + 4));
            self.value(node, indent + 4);
            self.out.push(',');
        }
        let _ = write!(self.out, "\n{}{close}", " ".repeat(indent));
    }

    fn is_too_wide(&self, start: usize) -> bool {
        let text = &self.out[start..];
        text.len() > WIDTH || text.contains('\n')
    }

    fn deferred(&mut self, deferred: &Deferred, indent: usize) {
        let operator = &deferred.operator;
        if !deferred.arguments.is_empty() {
            let _ = write!(self.out, "@{operator}");
            return self.array('(', &deferred.arguments, ')', indent);
        }
        // Lenient mode knows no more of it than how it was written.
        let written = self.sources.slice(deferred.span);
        let is_own = [format!("@{operator}"), format!("{operator}("), operator.clone()]
            .iter()
            .any(|start| written.starts_with(start.as_str()));
        if is_own || operator == "=>" {
            self.out.push_str(written);
        } else {
            let _ = write!(self.out, "@{operator}()");
        }
    }

    fn source(&self, source: &Source) -> String {
        raw(&source.text, source.language.name())
            .unwrap_or_else(|| format!("@file({})", string(self.sources.name(source.span.file))))
    }
}

/// Whether values may fit on a line, so that little is printed in vain.
fn fits<'a>(mut nodes: impl Iterator<Item = &'a Node>, room: &mut usize) -> bool {
    nodes.all(|node| {
        let length = match &node.value {
            Value::String(text) => text.len() + 2,
            // As it reads back.
            Value::Secret(_) => "\"***\"".len(),
            _ => 1,
        };
        let Some(rest) = room.checked_sub(length + 2) else {
            return false;
        };
        *room = rest;
        match &node.value {
            Value::Array(items) => fits(items.iter(), room),
            Value::Object(members) => fits(members.values(), room),
            Value::Deferred(deferred) => fits(deferred.arguments.iter(), room),
            _ => true,
        }
    })
}

/// Text between three quotes; nothing if it holds both kinds of them.
fn raw(text: &str, info: &str) -> Option<String> {
    ["'''", "\"\"\""]
        .into_iter()
        .find(|quotes| !text.contains(quotes) && !text.ends_with(&quotes[..1]))
        .map(|quotes| format!("{quotes}{info}\n{text}{quotes}"))
}

fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '$' if letters.peek() == Some(&'{') => out.push_str("\\$"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

fn key(name: &str) -> String {
    let bare = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !name.ends_with('-');
    if bare {
        return name.to_owned();
    }
    // A key has no `${…}`, so nothing of it needs a `\$`.
    string(name).replace("\\${", "${")
}

fn is_fujsen(name: &str) -> bool {
    name == "fujsen" || name.ends_with("_fujsen")
}
