use std::collections::HashMap;

use tsk::{Config, Node, Object};

use crate::{
    bindings::{self, Value},
    call::Call,
};

/// The values of the file, ready to be handed to guests.
pub struct Values {
    /// By dotted path from the top.
    by_path: HashMap<String, Value>,
}

impl Values {
    pub fn new(config: &Config) -> Self {
        let mut by_path = HashMap::new();
        insert_all(&mut by_path, "", &config.root);
        Self { by_path }
    }

    /// The value of `key` in `section` (empty for the top level), else at the path `key` from the top.
    /// The code of fujsens is no value.
    pub fn get(&self, section: &str, key: &str) -> Option<&Value> {
        let own = if section.is_empty() {
            None
        } else {
            self.by_path.get(&format!("{section}.{key}"))
        };
        own.or_else(|| self.by_path.get(key))
    }
}

fn insert_all(by_path: &mut HashMap<String, Value>, parent: &str, object: &Object) {
    for (key, node) in object {
        let path = if parent.is_empty() {
            key.clone()
        } else {
            format!("{parent}.{key}")
        };
        if let tsk::Value::Object(object) = &node.value {
            insert_all(by_path, &path, object);
        }
        if let Some(value) = value(node) {
            by_path.insert(path, value);
        }
    }
}

fn value(node: &Node) -> Option<Value> {
    Some(match &node.value {
        tsk::Value::Null | tsk::Value::Deferred(_) => Value::Null,
        tsk::Value::Bool(value) => Value::Boolean(*value),
        tsk::Value::Integer(value) => Value::Integer(*value),
        tsk::Value::Float(value) => Value::Real(*value),
        tsk::Value::String(text) => Value::Text(text.clone()),
        tsk::Value::Secret(secret) => Value::Text(secret.reveal().to_owned()),
        tsk::Value::Array(_) | tsk::Value::Object(_) => Value::Json(json(node)?.to_string()),
        tsk::Value::Source(_) | tsk::Value::Wasm(_) => return None,
    })
}

/// `Config::to_json` hides secrets; a guest is given them.
fn json(node: &Node) -> Option<serde_json::Value> {
    Some(match &node.value {
        tsk::Value::Null | tsk::Value::Deferred(_) => serde_json::Value::Null,
        tsk::Value::Bool(value) => (*value).into(),
        tsk::Value::Integer(value) => (*value).into(),
        tsk::Value::Float(value) => (*value).into(),
        tsk::Value::String(text) => text.clone().into(),
        tsk::Value::Secret(secret) => secret.reveal().into(),
        tsk::Value::Array(nodes) => nodes.iter().filter_map(json).collect(),
        tsk::Value::Object(object) => object
            .iter()
            .filter_map(|(key, node)| Some((key.clone(), json(node)?)))
            .collect(),
        tsk::Value::Source(_) | tsk::Value::Wasm(_) => return None,
    })
}

impl bindings::config::Host for Call {
    fn get(&mut self, key: String) -> Option<Value> {
        self.app.capabilities.config.get(&self.section, &key).cloned()
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

    #[test]
    fn own_section_comes_first() {
        let values = Values::new(&fixture::config(json!({
            "name": "top", "only": 1, "users": {"name": "own", "page": {"size": 50}}, "other": {"name": "else"},
        })));
        assert_eq!(values.get("users", "name").cloned(), text("own"));
        assert_eq!(values.get("", "name").cloned(), text("top"));
        assert_eq!(values.get("users", "other.name").cloned(), text("else"));
        assert_eq!(values.get("users", "page.size"), Some(&Value::Integer(50)));
        assert_eq!(values.get("users", "page"), Some(&Value::Json(r#"{"size":50}"#.into())));
        assert_eq!(values.get("users", "only"), Some(&Value::Integer(1)));
        assert_eq!(values.get("users", "nothing"), None);
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
        assert_eq!(values.get("users", "token").cloned(), text("s3cret"));
        assert_eq!(values.get("users", "list_fujsen"), None);
        assert_eq!(
            values.get("", "users"),
            Some(&Value::Json(r#"{"token":"s3cret","keep":[1,null]}"#.into()))
        );
    }
}
