//! What keys hold.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::{language::Language, span::Span};

/// Keys in the order of the file.
pub type Object = IndexMap<String, Node>;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The value's own text.
    pub span: Span,
    /// The key that names it; the value's own span in an array.
    pub key_span: Span,
}

/// What a key can hold.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// `42`
    Integer(i64),
    /// `4.2`, always finite
    Float(f64),
    /// Text: quoted, bare, or made by an expression. Durations and sizes are text too.
    String(String),
    /// Came from `@env.secure`: never shown.
    Secret(Secret),
    /// `[…]`, or the `- item` lines under a key
    Array(Vec<Node>),
    /// A section or an object in any of its forms
    Object(Object),
    /// The code of a fujsen key.
    Source(Source),
    /// `@wasm("path")`: a prebuilt module, named relative to the TSK file.
    Wasm(String),
    /// `@query(…)` and the like: evaluated by the host when read.
    Deferred(Deferred),
}

/// Text that no log, error or page shows: `Debug` and serialization print `"***"`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that uses it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"***\"")
    }
}

/// The text of one fujsen key.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the info word or the file's ending says, else read off the code.
    pub language: Language,
    /// The code itself, without the info word.
    pub text: Arc<str>,
    /// Where `text` stands, byte for byte, in the TSK file or in the file that `@file` names.
    pub span: Span,
}

/// An operator call that loading leaves alone.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// `query`, `cache`, `metrics`, `http` or `redis`.
    pub operator: String,
    /// Evaluated, but for operators among them that are deferred themselves.
    pub arguments: Vec<Node>,
    /// Where it is written. A value that is named elsewhere keeps this place.
    pub span: Span,
}
