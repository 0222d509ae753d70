//! Warns of words that mean a fujsen where a value of the same name could be meant, and of routes and the like whose
//! word leads to two fujsens.

use tsk::{Config, Diagnostic, Node, Object, Value};

use crate::{
    base::sections,
    service::{names::Handlers, target::is_name},
};

/// A warning, at its place, for each bare word that names a fujsen and is the path of a value, too. In sections that
/// lead to fujsens, such as `[routes]`, only when that value names another fujsen.
pub(crate) fn warnings(config: &Config, handlers: &Handlers) -> Vec<Diagnostic> {
    let mut finder = Finder {
        config,
        handlers,
        is_entrance: false,
        warnings: Vec::new(),
    };
    for (name, node) in &config.root {
        finder.is_entrance = sections::of(name).is_some_and(|section| section.is_entrance);
        finder.look(node);
    }
    finder.warnings
}

struct Finder<'a> {
    config: &'a Config,
    handlers: &'a Handlers,
    /// Whether what is looked at stands where fujsens are named: in [routes] and the like.
    is_entrance: bool,
    warnings: Vec<Diagnostic>,
}

impl Finder<'_> {
    fn look(&mut self, node: &Node) {
        match &node.value {
            Value::Object(object) => self.look_into(object),
            Value::Array(items) => items.iter().for_each(|item| self.look(item)),
            Value::String(text) => self.word(node, text),
            _ => {}
        }
    }

    fn look_into(&mut self, object: &Object) {
        object.values().for_each(|node| self.look(node));
    }

    fn word(&mut self, node: &Node, text: &str) {
        let written = self.config.sources.slice(node.span).trim();
        // A text in quotes is what it says; most values are none.
        if !is_name(written) || !self.handlers.contains_key(written) {
            return;
        }
        let warning = match self.config.get(written) {
            Some(value) if !self.is_entrance && text == written && !is_code(value) => {
                let message = format!("`{written}` means the fujsen here, not the value of that name");
                Diagnostic::warning("ambiguous-name", message)
                    .at(node.span)
                    .related(value.key_span, "the value")
                    .help(format!(
                        "rename one of the two; or write \"{written}\" in quotes, if the fujsen is meant"
                    ))
            }
            Some(value) if self.is_entrance && text != written && self.handlers.contains_key(text) => {
                let message =
                    format!("`{written}` is a fujsen, and a value that names another one, `{text}`: the fujsen counts");
                Diagnostic::warning("ambiguous-name", message)
                    .at(node.span)
                    .related(value.key_span, "the value")
                    .help(format!("rename one of the two; or write `{text}`, if that is meant"))
            }
            _ => return,
        };
        self.warnings.push(warning);
    }
}

fn is_code(node: &Node) -> bool {
    matches!(node.value, Value::Source(_) | Value::Wasm(_))
}
