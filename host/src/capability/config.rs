use std::collections::HashMap;

use tsk::{Config, Node, Object};

use super::payload;
use crate::{
    bindings::{self, Error, Value, config::Entry},
    call::Call,
    deferred::{self, Reader},
};

/// The values of the file, ready to be handed to guests.
pub struct Values {
    /// By dotted path from the top.
    by_path: HashMap<String, Held>,
}

#[derive(Debug)]
enum Held {
    Plain(Value),
    /// With operators in it, which run when it is read.
    Deferred(Node),
}

impl Values {
    pub fn new(config: &Config) -> Self {
        let mut by_path = HashMap::new();
        insert_all(&mut by_path, "", &config.root);
        by_path.retain(|path, _| !is_hosts(path));
        Self { by_path }
    }

    /// The value of `key` in `section` (empty for the top level), else at the path `key` from the top.
    /// The code of fujsens is no value.
    fn get(&self, section: &str, key: &str) -> Option<&Held> {
        let own = if section.is_empty() {
            None
        } else {
            self.by_path.get(&format!("{section}.{key}"))
        };
        own.or_else(|| self.by_path.get(key))
    }
}

/// Who reads the secret of the mesh could pass for any service of it.
fn is_hosts(path: &str) -> bool {
    path == "mesh" || path.starts_with("mesh.")
}

fn insert_all(by_path: &mut HashMap<String, Held>, parent: &str, object: &Object) {
    for (key, node) in object {
        let path = if parent.is_empty() {
            key.clone()
        } else {
            format!("{parent}.{key}")
        };
        if let tsk::Value::Object(object) = &node.value {
            insert_all(by_path, &path, object);
        }
        if deferred::count(&node.value) > 0 {
            by_path.insert(path, Held::Deferred(node.clone()));
        } else if let Some(value) = deferred::plain_value(node) {
            by_path.insert(path, Held::Plain(value));
        }
    }
}

impl bindings::config::Host for Call {
    fn get(&mut self, key: String) -> Entry {
        match self.app.capabilities.config.get(&self.section, &key) {
            None => Entry::Missing,
            Some(Held::Plain(value)) => Entry::Plain(value.clone()),
            Some(Held::Deferred(_)) => Entry::Deferred,
        }
    }

    async fn evaluate(&mut self, key: String) -> Result<Option<Value>, Error> {
        let app = self.app.clone();
        let value = match app.capabilities.config.get(&self.section, &key) {
            None => return Ok(None),
            Some(Held::Plain(value)) => value.clone(),
            Some(Held::Deferred(node)) => {
                let reach = app.capabilities.reach();
                let mut reader = Reader::new(reach, &self.origin, &self.sessions.sql, self.deadline);
                let value = reader.read(node).await;
                value.map_err(|failed| failed.explain(&app.sources))?
            }
        };
        self.retain(payload(&value))?;
        Ok(Some(value))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tsk::{Language, Secret, Source, Span};

    use super::*;
    use crate::capability::fixture;

    fn text(value: &str) -> Option<Value> {
        Some(Value::Text(value.into()))
    }

    fn plain(values: &Values, section: &str, key: &str) -> Option<Value> {
        match values.get(section, key)? {
            Held::Plain(value) => Some(value.clone()),
            Held::Deferred(node) => panic!("{node:?}"),
        }
    }

    #[test]
    fn own_section_comes_first() {
        let values = Values::new(&fixture::config(json!({
            "name": "top", "only": 1, "users": {"name": "own", "page": {"size": 50}}, "other": {"name": "else"},
        })));
        assert_eq!(plain(&values, "users", "name"), text("own"));
        assert_eq!(plain(&values, "", "name"), text("top"));
        assert_eq!(plain(&values, "users", "other.name"), text("else"));
        assert_eq!(plain(&values, "users", "page.size"), Some(Value::Integer(50)));
        assert_eq!(
            plain(&values, "users", "page"),
            Some(Value::Json(r#"{"size":50}"#.into()))
        );
        assert_eq!(plain(&values, "users", "only"), Some(Value::Integer(1)));
        assert_eq!(plain(&values, "users", "nothing"), None);
    }

    #[test]
    fn secrets_are_given_and_code_is_not() {
        let mut config = fixture::config(json!({"users": {"token": "", "list_fujsen": "", "keep": [1, null]}}));
        let Some(tsk::Value::Object(users)) = config.root.get_mut("users").map(|node| &mut node.value) else {
            panic!("an object")
        };
        users.get_mut("token").unwrap().value = tsk::Value::Secret(Secret::new("s3cret".into()));
        let source = Source {
            language: Language::Rust,
            text: Arc::from("fn list() {}"),
            span: Span::default(),
        };
        users.get_mut("list_fujsen").unwrap().value = tsk::Value::Source(source);
        let values = Values::new(&config);
        assert_eq!(plain(&values, "users", "token"), text("s3cret"));
        assert_eq!(plain(&values, "users", "list_fujsen"), None);
        assert_eq!(
            plain(&values, "", "users"),
            Some(Value::Json(r#"{"token":"s3cret","keep":[1,null]}"#.into()))
        );
    }
}
