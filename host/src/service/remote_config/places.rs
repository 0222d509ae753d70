//! Where a value from elsewhere may stand.

use tsk::{Config, Node, Object, Value};

use crate::base::sections;

/// What the file has at `path`. The error says why no value from elsewhere may stand there.
///
/// What the sections of the host say is fixed when the file is loaded: what is granted, what is opened, who answers.
pub(super) fn local<'a>(config: &'a Config, path: &str) -> Result<Option<&'a Node>, String> {
    if let Some(section) = sections::of(path) {
        let name = section.name;
        return Err(format!("[{name}] is read by the host itself, from the file alone"));
    }
    if let Some(key) = path.split('.').find(|key| is_code_key(key)) {
        return Err(format!("`{key}` is the name of code, which comes from the file alone"));
    }
    if path.split('.').take(2).any(|key| key == "dependencies") {
        return Err("`dependencies` are read by the host itself, from the file alone".to_owned());
    }
    if path.rsplit('.').next() == Some("reuse") {
        return Err("`reuse` is read by the host itself, from the file alone".to_owned());
    }
    let mut parents = path
        .match_indices('.')
        .map(|(at, _)| path.get(..at).unwrap_or_default());
    let is_in_the_way = |parent: &&str| {
        config
            .get(parent)
            .is_some_and(|node| !matches!(node.value, Value::Object(_)))
    };
    if let Some(parent) = parents.find(is_in_the_way) {
        return Err(format!("`{parent}` is no object in the file"));
    }
    let node = config.get(path);
    match node.map(|node| &node.value) {
        Some(Value::Source(_) | Value::Wasm(_)) => Err(format!("`{path}` is code, which comes from the file alone")),
        Some(Value::Object(members)) if holds_code(members) => Err(format!(
            "`{path}` holds code, which comes from the file alone; name its values"
        )),
        _ => Ok(node),
    }
}

fn is_code_key(key: &str) -> bool {
    key == "fujsen" || key.ends_with("_fujsen")
}

fn holds_code(object: &Object) -> bool {
    object.iter().any(|(key, node)| match &node.value {
        Value::Source(_) | Value::Wasm(_) => true,
        Value::Object(inner) => holds_code(inner),
        _ => is_code_key(key),
    })
}
