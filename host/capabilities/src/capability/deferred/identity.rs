//! What makes two cached values the same: what they compute, and on which databases and servers.

use sha2::{Digest, Sha256};
use tsk::{Config, Deferred, Node, Value};

use crate::base::sections;

pub(super) type CacheKey = [u8; 32];

/// Where a file's databases, Redis servers and services are: a value that was computed on others is another value.
#[derive(Clone)]
pub struct Namespace(Sha256);

impl Namespace {
    /// That of a file: of its sections that the table of sections calls namespaces.
    pub fn new(config: &Config) -> Self {
        let mut hash = Sha256::new();
        for section in sections::all().filter(|section| section.is_namespace) {
            match config.root.get(section.name) {
                Some(node) => feed(&mut hash, &node.value),
                None => hash.update([0]),
            }
        }
        Self(hash)
    }

    pub(super) fn key(&self, deferred: &Deferred) -> CacheKey {
        let mut hash = self.0.clone();
        operator(&mut hash, deferred);
        hash.finalize().into()
    }
}

/// Each kind has a tag, and what varies in length begins with it: no two values feed the same bytes.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(value) => hash.update([b'b', u8::from(*value)]),
        Value::Integer(value) => {
            hash.update(b"i");
            hash.update(value.to_le_bytes());
        }
        Value::Float(value) => {
            hash.update(b"f");
            hash.update(value.to_bits().to_le_bytes());
        }
        Value::String(value) | Value::Wasm(value) => text(hash, b's', value),
        Value::Secret(secret) => text(hash, b's', secret.reveal()),
        Value::Source(source) => text(hash, b'c', &source.text),
        Value::Array(items) => nodes(hash, items),
        Value::Object(members) => {
            length(hash, b'o', members.len());
            for (key, node) in members {
                text(hash, b'k', key);
                feed(hash, &node.value);
            }
        }
        Value::Deferred(deferred) => operator(hash, deferred),
    }
}

fn operator(hash: &mut Sha256, deferred: &Deferred) {
    text(hash, b'@', &deferred.operator);
    nodes(hash, &deferred.arguments);
}

fn nodes(hash: &mut Sha256, nodes: &[Node]) {
    length(hash, b'a', nodes.len());
    for node in nodes {
        feed(hash, &node.value);
    }
}

fn text(hash: &mut Sha256, tag: u8, text: &str) {
    length(hash, tag, text.len());
    hash.update(text);
}

fn length(hash: &mut Sha256, tag: u8, length: usize) {
    hash.update([tag]);
    hash.update((length as u64).to_le_bytes());
}
