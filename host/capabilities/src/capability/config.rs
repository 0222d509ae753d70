//! The values of the file as fujsens read them.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use tsk::{Config, Node, Object};

use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::{limits, schema::Schema, sections, value::Value},
    capability::deferred,
};

/// The values of the file, and in their place those that have come from elsewhere.
pub enum Values {
    /// As the file says, for good.
    Fixed(ConfigTable),
    /// As the file says, but for values that `replace` has put in their place.
    Changing {
        /// As the file says.
        root: Object,
        current: ArcSwap<ConfigTable>,
    },
}

impl Values {
    /// The values of a file, which do not change.
    pub fn new(config: &Config) -> Self {
        Self::Fixed(ConfigTable::new(&config.root))
    }

    /// Values that [`Self::replace`] changes while they are read.
    pub fn changing(config: &Config) -> Self {
        Self::Changing {
            root: config.root.clone(),
            current: ArcSwap::from_pointee(ConfigTable::new(&config.root)),
        }
    }

    /// From now on the values at these paths are these, and all others as the file says. Calls see all of it or, where they
    /// have read before, none.
    pub fn replace(&self, values: Vec<(String, Node)>) {
        let Self::Changing { root, current } = self else { return };
        let mut root = root.clone();
        for (path, node) in values {
            set(&mut root, &path, node);
        }
        current.store(Arc::new(ConfigTable::new(&root)));
    }

    /// What a call sees: from its first read to its end the same.
    pub fn of<'a>(&'a self, session: &'a mut ConfigSession) -> &'a ConfigTable {
        match self {
            Self::Fixed(table) => table,
            Self::Changing { current, .. } => session.0.get_or_insert_with(|| current.load_full()),
        }
    }

    /// For the calls that a call makes: they see what it sees.
    pub fn share(&self, session: &mut ConfigSession) -> ConfigSession {
        self.of(session);
        session.clone()
    }
}

/// The version of the values that one call sees, since it has read one of them.
#[derive(Clone, Default)]
pub struct ConfigSession(Option<Arc<ConfigTable>>);

/// Sets the value at a path, as `Config::get` finds it; objects that are not there are made.
fn set(object: &mut Object, path: &str, node: Node) {
    if !object.contains_key(path) {
        let parent = path.rmatch_indices('.').find_map(|(at, _)| {
            let is_parent = matches!(
                object.get(path.get(..at).unwrap_or_default())?.value,
                tsk::Value::Object(_)
            );
            is_parent.then_some(at)
        });
        if let Some(at) = parent
            && let Some(tsk::Value::Object(inner)) = object
                .get_mut(path.get(..at).unwrap_or_default())
                .map(|node| &mut node.value)
        {
            return set(inner, path.get(at + 1..).unwrap_or_default(), node);
        }
        if let Some((key, rest)) = path.split_once('.') {
            let mut inner = Object::new();
            let (span, key_span) = (node.span, node.key_span);
            set(&mut inner, rest, node);
            let value = tsk::Value::Object(inner);
            object.insert(key.to_owned(), Node { value, span, key_span });
            return;
        }
    }
    object.insert(path.to_owned(), node);
}

/// One version of the values, ready to be handed to guests.
pub struct ConfigTable {
    /// By dotted path from the top.
    by_path: HashMap<String, Held>,
}

#[derive(Debug)]
enum Held {
    Plain(Value),
    /// With operators in it, which run when it is read.
    Deferred(Node),
}

impl ConfigTable {
    fn new(root: &Object) -> Self {
        let mut by_path = HashMap::new();
        let is_partly = |name: &str| sections::of(name).is_some_and(|section| !section.is_readable());
        if root.keys().any(|name| is_partly(name)) {
            insert_all(&mut by_path, "", &readable(root));
        } else {
            insert_all(&mut by_path, "", root);
        }
        Self { by_path }
    }

    /// The value of `key` in `section` (empty for the top level), else at the path `key` from the top.
    /// The code of fujsens is no value.
    pub fn get(&self, section: &str, key: &str) -> ConfigLookup<'_> {
        let own = if section.is_empty() {
            None
        } else {
            self.by_path.get(&format!("{section}.{key}"))
        };
        match own.or_else(|| self.by_path.get(key)) {
            Some(Held::Plain(value)) => ConfigLookup::Plain(value),
            Some(Held::Deferred(node)) => ConfigLookup::Deferred(node),
            None if sections::is_hosts_alone(key) => ConfigLookup::Kept(key.to_owned()),
            None => match format!("{section}.{key}") {
                path if sections::is_hosts_alone(&path) => ConfigLookup::Kept(path),
                _ => ConfigLookup::Nothing,
            },
        }
    }
}

/// The values without those that the host keeps to itself: who reads the secret of the mesh could pass for any service of
/// it, and a URL of a database has its password.
fn readable(root: &Object) -> Object {
    let part = |name: &String, node: &Node| match sections::of(name) {
        // A key with a dot in it may lead into a section, too.
        _ if sections::is_hosts_alone(name) => None,
        Some(section) if *name == section.name => {
            let tsk::Value::Object(object) = &node.value else {
                return section.is_readable().then(|| node.clone());
            };
            let members = object.iter().filter(|(key, _)| section.may_read(key));
            let members = members.map(|(key, node)| (key.clone(), node.clone()));
            Some(Node {
                value: tsk::Value::Object(members.collect()),
                ..node.clone()
            })
        }
        _ => Some(node.clone()),
    };
    root.iter()
        .filter_map(|(name, node)| Some((name.clone(), part(name, node)?)))
        .collect()
}

/// What a fujsen finds at a key.
#[derive(Debug)]
pub enum ConfigLookup<'a> {
    /// There is nothing.
    Nothing,
    /// A value.
    Plain(&'a Value),
    /// A value with operators in it, which are to be run first.
    Deferred(&'a Node),
    /// A path into a section that only the host reads, whether there is anything or not.
    Kept(String),
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
        } else if let Some(value) = Value::of(node) {
            by_path.insert(path, Held::Plain(value));
        }
    }
}

/// What a guest is not told, or asks in vain.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The path leads to what the host alone reads.
    #[error(
        "no fujsen reads `{}`: what [{}] holds is for the host alone; write a value that fujsens need, too, in a section of \
         your own",
        .0.escape_debug(),
        sections::of(.0).map_or("", |section| section.name)
    )]
    Kept(String),
    /// The configuration or the schema that is to be checked is too long.
    #[error("the {} is over {} KiB", .0, limits::SCHEMA_DOCUMENT >> 10)]
    TooLarge(&'static str),
    /// The configuration or the schema that is to be checked is not JSON; `what` says which.
    #[error("the {what} is no JSON: {why}")]
    NotJson { what: &'static str, why: serde_json::Error },
    /// The schema is wrong: all that is, a line for each mistake.
    #[error("{0}")]
    Schema(String),
}

impl Explain for ConfigError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Kept(_) => is(500, "denied"),
            Self::TooLarge(_) => is(400, "too-large"),
            Self::NotJson { .. } => is(400, "bad-argument"),
            Self::Schema(_) => is(400, "bad-schema"),
        }
    }
}

/// Everything that is wrong with a document. The error is for a document or a schema that is none.
pub fn validate(document: &str, schema: &str) -> Result<Vec<String>, ConfigError> {
    let read = |text: &str, what| -> Result<serde_json::Value, ConfigError> {
        if text.len() > limits::SCHEMA_DOCUMENT {
            return Err(ConfigError::TooLarge(what));
        }
        serde_json::from_str(text).map_err(|why| ConfigError::NotJson { what, why })
    };
    let (document, schema) = (read(document, "configuration")?, read(schema, "schema")?);
    let schema = Schema::read(&schema).map_err(|wrong| {
        let told: Vec<_> = wrong
            .iter()
            .map(|one| format!("{}; {}", one.message, one.help))
            .collect();
        ConfigError::Schema(told.join("\n"))
    })?;
    Ok(schema.errors_of(&document))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use tsk::{Secret, Source, Span};

    use super::*;
    use crate::{base::value, capability::fixture};

    fn text(value: &str) -> Option<Value> {
        Some(Value::Text(value.into()))
    }

    fn plain(values: &Values, section: &str, key: &str) -> Option<Value> {
        match values.of(&mut ConfigSession::default()).get(section, key) {
            ConfigLookup::Plain(value) => Some(value.clone()),
            ConfigLookup::Nothing => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_call_sees_one_version_and_its_callees_the_same() {
        let file = fixture::config(json!({
            "cache": {"ttl": 60, "name": "local"}, "a.b": 1, "one": "file", "list": [1],
        }));
        let replaced = |pairs: serde_json::Value| {
            let root = fixture::config(pairs).root;
            root.into_iter().collect::<Vec<_>>()
        };
        let values = Values::changing(&file);
        let mut before = ConfigSession::default();
        assert!(matches!(
            values.of(&mut before).get("cache", "ttl"),
            ConfigLookup::Plain(Value::Integer(60))
        ));
        values.replace(replaced(json!({
            "cache.ttl": 5, "cache.more.deep": true, "a.b": 2, "new.place": "x", "list": {"now": "an object"},
        })));
        assert!(matches!(
            values.of(&mut before).get("", "a.b"),
            ConfigLookup::Plain(Value::Integer(1))
        ));
        let mut callee = values.share(&mut before);
        assert!(matches!(
            values.of(&mut callee).get("", "a.b"),
            ConfigLookup::Plain(Value::Integer(1))
        ));

        let cache = r#"{"ttl":5,"name":"local","more":{"deep":true}}"#;
        assert_eq!(plain(&values, "", "cache"), Some(Value::Json(cache.into())));
        assert_eq!(plain(&values, "cache", "ttl"), Some(Value::Integer(5)));
        assert_eq!(plain(&values, "", "cache.more.deep"), Some(Value::Boolean(true)));
        assert_eq!(plain(&values, "", "a.b"), Some(Value::Integer(2)));
        assert_eq!(plain(&values, "new", "place"), text("x"));
        assert_eq!(plain(&values, "", "list.now"), text("an object"));
        assert_eq!(plain(&values, "", "one"), text("file"));
        values.replace(Vec::new());
        assert_eq!(plain(&values, "", "cache.ttl"), Some(Value::Integer(60)));
        assert_eq!(plain(&values, "new", "place"), None);
        assert_eq!(plain(&values, "", "list"), Some(Value::Json("[1]".into())));
    }

    #[test]
    fn a_guest_is_told_what_cannot_be_checked() {
        let error = |document: &str, schema: &str| {
            let error = value::Error::from(validate(document, schema).unwrap_err());
            (error.status, error.code, error.message)
        };
        let told = |status, code: &str, message: &str| (status, code.to_owned(), message.to_owned());
        assert_eq!(
            error("{}", r#"{"a": {"type": "text"}}"#),
            told(400, "bad-schema", "`type` of `a` is no type; write `type: \"string\"`")
        );
        assert_eq!(error("{", "{}").1, "bad-argument");
        assert_eq!(
            error("{}", &" ".repeat(300 << 10)),
            told(400, "too-large", "the schema is over 256 KiB")
        );
        assert_eq!(validate("{}", "{}").unwrap(), [""; 0]);
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
    fn what_the_host_alone_needs_nobody_reads() {
        let file = fixture::config(json!({
            "databases": {"main": {"url": "postgres://u:p@db/x"}}, "redis": "redis://:p@r", "mesh.secret": "dotted",
            "grpc": {"users": ["http://u:p@users:1"]}, "service": {"name": "shop", "dependencies": {"a": "http://a"}},
            "remote_config": {"headers": {"authorization": "p"}, "schema": {"a.b": {"type": "string"}}},
            "service_communication": {"message_queue": "redis://:p@q", "bus": "x"},
            "users": {"databases": {"main": "own"}},
        }));
        let changing = Values::changing(&file);
        changing.replace(vec![(
            "users.size".to_owned(),
            fixture::config(json!({"a": 1})).root["a"].clone(),
        )]);
        for values in [Values::new(&file), changing] {
            let mut session = ConfigSession::default();
            let table = values.of(&mut session);
            for (section, key) in [
                ("", "databases"),
                ("users", "databases.main.url"),
                ("users", "databases.nothing"),
                ("databases", "main"),
                ("users", "redis"),
                ("users", "redis.main"),
                ("users", "mesh.secret"),
                ("", "grpc.users"),
                ("users", "state.url"),
                ("users", "remote_config.headers.authorization"),
                ("users", "service_communication.message_queue"),
                ("tls", "key"),
            ] {
                let found = table.get(section, key);
                assert!(matches!(found, ConfigLookup::Kept(_)), "{section} {key}: {found:?}");
            }
            let json = |text: &str| Some(Value::Json(text.into()));
            assert_eq!(plain(&values, "users", "databases"), json(r#"{"main":"own"}"#));
            assert_eq!(
                plain(&values, "", "remote_config"),
                json(r#"{"schema":{"a.b":{"type":"string"}}}"#)
            );
            assert_eq!(plain(&values, "", "service_communication"), json(r#"{"bus":"x"}"#));
            assert_eq!(plain(&values, "users", "service.dependencies.a"), text("http://a"));
            assert!(matches!(table.get("users", "nothing"), ConfigLookup::Nothing));
        }
        assert_eq!(
            ConfigError::Kept("databases.main".into()).to_string(),
            "no fujsen reads `databases.main`: what [databases] holds is for the host alone; write a value that fujsens need, too, in a section of your own"
        );
    }

    #[test]
    fn secrets_are_given_and_code_is_not() {
        let mut config = fixture::config(json!({"users": {"token": "", "list_fujsen": "", "keep": [1, null]}}));
        let Some(tsk::Value::Object(users)) = config.root.get_mut("users").map(|node| &mut node.value) else {
            panic!("an object")
        };
        users.get_mut("token").unwrap().value = tsk::Value::Secret(Secret::new("s3cret".into()));
        let source = Source {
            language: fujsen::LANGUAGES[0].known,
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
