//! Which names are known at a place, and which of them failed.

use std::collections::HashSet;

use indexmap::map::Entry;

use super::Module;
use crate::{
    config::find,
    parse::syntax::Key,
    span::Span,
    value::{Node, Object, Value},
};

/// What a statement can name, and where it puts its key.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) root: Object,
    pub(super) globals: Object,
    section: Vec<String>,
    /// Objects that are being read, outermost first.
    open: Vec<Object>,
    /// The keys whose values have errors, by their places.
    failed: HashSet<Span>,
    /// The keys that were reported for hiding another.
    hiding: HashSet<Span>,
}

impl Scope {
    /// Remembers that the value of the key at this place could not be read.
    pub(super) fn fail(&mut self, key: Span) {
        self.failed.insert(key);
    }

    /// Whether this is the value of a key that has an error, which was reported there.
    pub(super) fn is_failed(&self, node: &Node) -> bool {
        matches!(node.value, Value::Null) && self.failed.contains(&node.key_span)
    }

    /// The path of a key of this name in some section, for a hint.
    pub(super) fn elsewhere(&self, name: &str) -> Option<String> {
        self.root.iter().find_map(|(section, node)| match &node.value {
            Value::Object(object) if object.contains_key(name) => Some(format!("{section}.{name}")),
            _ => None,
        })
    }

    /// Starts or reopens a section. Gives the place of a value that it replaces.
    pub(super) fn open(&mut self, key: &Key) -> Option<Span> {
        let mut replaced = None;
        self.section = key.parts.clone();
        descend(&mut self.root, &key.parts, key.span, &mut replaced);
        replaced
    }

    /// Whether statements go into an object that is being read.
    pub(super) fn is_in_object(&self) -> bool {
        !self.open.is_empty()
    }

    /// Puts a key where statements go now. Gives the key back, with the place of a value that it replaces.
    pub(super) fn define(&mut self, mut key: Key, node: Node) -> Option<(Key, Span)> {
        let mut replaced = None;
        let last = key.parts.pop()?;
        let object = if key.global {
            &mut self.globals
        } else {
            match self.open.last_mut() {
                Some(object) => object,
                None => descend(&mut self.root, &self.section, key.span, &mut None),
            }
        };
        let object = descend(object, &key.parts, key.span, &mut replaced);
        match object.entry(last) {
            Entry::Occupied(mut entry) => {
                key.parts.push(entry.key().clone());
                replaced = Some(entry.insert(node).key_span);
            }
            Entry::Vacant(entry) => {
                if replaced.is_some() {
                    key.parts.push(entry.key().clone());
                }
                entry.insert(node);
            }
        }
        replaced.map(|replaced| (key, replaced))
    }

    /// The value that a bare word names: a key of an object that is being read, of the section, or of the top level.
    pub(super) fn find(&self, name: &str) -> Option<&Node> {
        self.visible().find_map(|object| find(object, name))
    }

    /// Whether this key is reported for the first time.
    pub(super) fn hides(&mut self, key: Span) -> bool {
        self.hiding.insert(key)
    }

    /// The key that the name means and the first one that this hides.
    pub(super) fn shadowed(&self, name: &str) -> Option<(&Node, &Node)> {
        let mut found = self.visible().filter_map(|object| object.get(name));
        Some((found.next()?, found.next()?))
    }

    pub(super) fn global(&self, name: &str) -> Option<&Node> {
        self.globals.get(name).or_else(|| find(&self.globals, name))
    }

    /// Every name that [`Self::find`] knows without a dot.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.visible().flat_map(|object| object.keys().map(String::as_str))
    }

    fn visible(&self) -> impl Iterator<Item = &Object> {
        let section = (!self.section.is_empty()).then(|| section_of(&self.root, &self.section));
        self.open
            .iter()
            .rev()
            .chain(section.flatten())
            .chain(std::iter::once(&self.root))
    }

    pub(super) fn enter(&mut self) {
        self.open.push(Object::new());
    }

    pub(super) fn leave(&mut self) -> Object {
        self.open.pop().unwrap_or_default()
    }

    /// Takes over what an included file defines.
    pub(super) fn merge(&mut self, module: &Module) {
        let object = match self.open.last_mut() {
            Some(object) => object,
            None => descend(&mut self.root, &self.section, Span::default(), &mut None),
        };
        overlay(object, &module.root);
        overlay(&mut self.globals, &module.globals);
    }
}

fn section_of<'a>(root: &'a Object, path: &[String]) -> Option<&'a Object> {
    path.iter()
        .try_fold(root, |object, part| match &object.get(part)?.value {
            Value::Object(inner) => Some(inner),
            _ => None,
        })
}

/// The object at a path, made where it is missing.
#[expect(clippy::unreachable, reason = "what is no object has been made one")]
fn descend<'a>(object: &'a mut Object, path: &[String], span: Span, replaced: &mut Option<Span>) -> &'a mut Object {
    let mut object = object;
    for part in path {
        let new = || Node {
            value: Value::Object(Object::new()),
            span,
            key_span: span,
        };
        let at = match object.get_index_of(part) {
            Some(at) => at,
            None => object.insert_full(part.clone(), new()).0,
        };
        let node = &mut object[at];
        if !matches!(node.value, Value::Object(_)) {
            *replaced = Some(node.key_span);
            *node = new();
        }
        let Value::Object(inner) = &mut node.value else {
            unreachable!("it was just made an object")
        };
        object = inner;
    }
    object
}

fn overlay(object: &mut Object, from: &Object) {
    for (key, node) in from {
        match (object.get_mut(key).map(|old| &mut old.value), &node.value) {
            (Some(Value::Object(old)), Value::Object(new)) => overlay(old, new),
            _ => {
                object.insert(key.clone(), node.clone());
            }
        }
    }
}
