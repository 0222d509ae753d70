//! Which function a line of the file leads to: `"GET /users": users.list`.

use std::collections::{BTreeSet, HashMap};

use fujsen::Function;
use tsk::{Config, Diagnostic, Node, Value};

/// By `section.name`.
pub(crate) type Functions<'a> = HashMap<&'a str, &'a Function>;

/// What lines can lead to.
pub(crate) struct Targets<'a> {
    config: &'a Config,
    functions: Functions<'a>,
}

impl<'a> Targets<'a> {
    /// `config` is the file whose lines are read, `functions` what they may name.
    pub(crate) fn new(config: &'a Config, functions: Functions<'a>) -> Self {
        Self { config, functions }
    }

    /// The value's text. A bare word that names a fujsen means that, whatever else has the same name: a key with code
    /// stands for the code, and a section may have a value of that name.
    pub(crate) fn word(&self, node: &Node) -> Option<String> {
        let written = self.config.sources.slice(node.span);
        let text = match &node.value {
            _ if self.functions.contains_key(written) => written,
            Value::String(text) => text.as_str(),
            Value::Source(_) | Value::Wasm(_) => written,
            _ => return None,
        };
        let text = text.trim();
        is_name(text).then(|| text.to_owned())
    }

    /// The function that `section.name` reaches; an error that names the nearest one when there is none.
    pub(crate) fn function(&self, target: &str) -> Result<&'a Function, Diagnostic> {
        self.functions.get(target).copied().ok_or_else(|| self.missing(target))
    }

    fn missing(&self, target: &str) -> Diagnostic {
        let (section, name) = target.rsplit_once('.').unwrap_or(("", target));
        let own: BTreeSet<&str> = self.names(section).collect();
        let error = |message| Diagnostic::error("unknown-fujsen", message);
        if own.is_empty() {
            let sections: BTreeSet<&str> = self.functions.keys().map(|path| split(path).0).collect();
            let message = match self.config.get(section) {
                _ if section.is_empty() => format!("there is no fujsen `{name}` outside of sections"),
                Some(_) => format!("the section [{section}] has no fujsens"),
                None => format!("there is no section [{section}]"),
            };
            return match (self.elsewhere(name), tsk::suggest(section, sections)) {
                (Some(path), _) => error(message).help(format!("did you mean `{path}`?")),
                (None, Some(near)) if !near.is_empty() => error(message).help(format!("did you mean `{near}.{name}`?")),
                _ => error(message).help("the fujsens of a section are the functions in its `…_fujsen` keys"),
            };
        }
        let place = if section.is_empty() {
            "at the top".to_owned()
        } else {
            format!("in the section [{section}]")
        };
        let message = format!("there is no fujsen `{name}` {place}");
        let dot = if section.is_empty() { "" } else { "." };
        match tsk::suggest(name, own.iter().copied()) {
            Some(near) => error(message).help(format!("did you mean `{section}{dot}{near}`?")),
            None => error(message).help(format!("there are: {}", Vec::from_iter(own).join(", "))),
        }
    }

    /// A fujsen of that name, when exactly one section has it.
    fn elsewhere(&self, name: &str) -> Option<&str> {
        let mut same = self.functions.keys().filter(|path| split(path).1 == name);
        same.next().filter(|_| same.next().is_none()).copied()
    }

    /// The names of a section's fujsens, without those that only repeat a key's spelling.
    fn names(&self, section: &str) -> impl Iterator<Item = &str> {
        self.functions
            .keys()
            .map(|path| split(path))
            .filter(move |(own, name)| *own == section && !name.ends_with("_fujsen"))
            .map(|(_, name)| name)
    }
}

/// Whether a text may be the name of a fujsen.
pub(crate) fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.chars().all(is_part)
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::folder::Folder;

    #[test]
    fn a_value_does_not_hide_a_fujsen() {
        let text = "[shop]\nlist: [1, 2]\nwords: \"shop.list\"\n\n[routes]\n\"GET /a\": shop.list\n\"GET /b\": shop.words\n\"GET /c\": shop.other\n";
        let folder = tempfile::tempdir().unwrap();
        let environment = Folder::open(folder.path()).unwrap();
        let config = tsk::load("service.tsk", text, &environment, tsk::Options::default()).unwrap();
        let list: Function = serde_json::from_value(json!({"name": "list", "params": [], "result": "()"})).unwrap();
        let targets = Targets::new(&config, HashMap::from([("shop.list", &list)]));
        let Value::Object(routes) = &config.get("routes").unwrap().value else {
            panic!("a section is an object")
        };
        let word = |key: &str| targets.word(routes.get(key).unwrap());
        assert_eq!(word("GET /a").as_deref(), Some("shop.list"));
        assert_eq!(word("GET /b").as_deref(), Some("shop.list"), "a value may name one");
        assert_eq!(word("GET /c").as_deref(), Some("shop.other"));
    }
}
