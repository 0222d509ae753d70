//! Reads `[remote_config]`.

use std::time::Duration;

use tsk::{Config, Diagnostic, Node, Secret, Value};
use url::Url;

use super::places;
use crate::{
    base::{
        limits,
        schema::{Schema, SchemaError},
        section::{Section, text},
        sections, value,
    },
    capability::deferred,
};

const SECTION: &str = "remote_config";
const SCHEMA: &str = "remote_config.schema";
const EXAMPLE: &str = "write, for example,\n[remote_config.schema]\n\"cache.ttl\": { type: \"integer\", min: 1 }";

/// What the section says.
#[derive(Debug)]
pub(super) struct RemoteConfigSettings {
    /// None where it is empty: nobody is asked.
    pub(super) url: Option<Url>,
    pub(super) headers: Vec<(String, Secret)>,
    pub(super) every: Duration,
    pub(super) timeout: Duration,
    pub(super) at: Option<String>,
    pub(super) schema: Schema,
    /// What the file itself has at the paths of the schema.
    pub(super) local: Vec<(String, Local)>,
}

/// A value of the file that one from elsewhere may replace.
#[derive(Debug)]
pub(super) enum Local {
    Plain(serde_json::Value),
    /// With operators in it, which run when it is read.
    Deferred,
}

impl RemoteConfigSettings {
    /// None without the section.
    pub(super) fn read(config: &Config) -> Result<Option<Self>, Vec<Diagnostic>> {
        let mut section = Section::new(config, &sections::REMOTE_CONFIG);
        if !section.is_there() {
            return section.finish(None);
        }
        let url = url(&mut section, config);
        let headers = section.headers("headers", "{ authorization: @env.secure(\"CONFIG_TOKEN\") }");
        let (least, most) = limits::REMOTE_EVERY;
        let every = section.seconds("every", least..=most, "\"30s\"");
        let (least, most) = limits::REMOTE_TIMEOUT;
        let timeout = section.seconds("timeout", least..=most, "\"5s\"");
        let at = section.text("at", "\"config\"").map(str::to_owned);
        let read = schema(config).and_then(|schema| Ok((local(config, &schema)?, schema)));
        let (local, schema) = match read {
            Ok(read) => read,
            Err(mut wrong) => {
                section.diagnostics.append(&mut wrong);
                return section.finish(None);
            }
        };
        section.finish(Some(Self {
            url,
            headers,
            every: every.unwrap_or(Duration::from_secs(30)),
            timeout: timeout.unwrap_or(Duration::from_secs(5)),
            at,
            schema,
            local,
        }))
    }
}

fn url(section: &mut Section<'_>, config: &Config) -> Option<Url> {
    let Some(node) = section.get("url") else {
        let help = "write, for example, `url: \"http://127.0.0.1:8106/config/users\"`; an empty one asks nobody";
        let missing = Diagnostic::error("missing-setting", "`remote_config` needs a `url`").help(help);
        section.diagnostics.push(at_key(missing, config.get(SECTION)));
        return None;
    };
    if text(node) == Some("") {
        return None;
    }
    let url = text(node)
        .and_then(|text| Url::parse(text).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        let instead = "\"http://127.0.0.1:8106/config/users\"";
        section.wrong("url", node, "an http or https URL", instead);
    }
    url
}

fn schema(config: &Config) -> Result<Schema, Vec<Diagnostic>> {
    let wrong = |message: &str| Diagnostic::error("remote-schema", message).help(EXAMPLE);
    let node = config.get(SCHEMA);
    let Some(found) = node.filter(|node| !matches!(&node.value, Value::Object(rules) if rules.is_empty())) else {
        let message = "`remote_config` needs a schema: only what it names may come from elsewhere";
        return Err(vec![at_key(wrong(message), node.or(config.get(SECTION)))]);
    };
    let mut diagnostics = Vec::new();
    only_plain(found, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let place = |wrong: &SchemaError| {
        let mut node = found;
        for key in &wrong.at {
            let Value::Object(members) = &node.value else { break };
            let Some(inner) = members.get(key) else { break };
            node = inner;
        }
        node.key_span
    };
    Schema::read(&config.node_to_json(found)).map_err(|wrong| {
        let diagnostic = |wrong: &SchemaError| {
            Diagnostic::error("remote-schema", wrong.message.clone())
                .at(place(wrong))
                .help(wrong.help.clone())
        };
        wrong.iter().map(diagnostic).collect()
    })
}

/// A schema is shown in messages, and the same for as long as the file is.
fn only_plain(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| only_plain(item, diagnostics)),
        Value::Object(members) => members.values().for_each(|member| only_plain(member, diagnostics)),
        Value::Secret(_) | Value::Source(_) | Value::Wasm(_) | Value::Deferred(_) => diagnostics.push(
            Diagnostic::error(
                "remote-schema",
                "a schema holds plain values, no secrets, code or operators",
            )
            .at(node.span)
            .help("write the value itself"),
        ),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {}
    }
}

/// The values of the file at the paths of the schema; an error where one from elsewhere may not stand, or where the file
/// itself breaks a rule.
fn local(config: &Config, schema: &Schema) -> Result<Vec<(String, Local)>, Vec<Diagnostic>> {
    let (mut all, mut diagnostics) = (Vec::new(), Vec::new());
    let rules = config.get(SCHEMA).map(|node| &node.value);
    for path in schema.paths() {
        let rule = match rules {
            Some(Value::Object(rules)) => rules.get(path),
            _ => None,
        };
        let mut refuse = |message: String, help: String| {
            let diagnostic = Diagnostic::error("remote-place", message).help(help);
            diagnostics.push(at_key(diagnostic, rule));
        };
        if let Some(outer) = schema.paths().find(|outer| path.starts_with(&format!("{outer}."))) {
            let help = format!("name `{outer}`, which then comes whole, or its members, not both");
            refuse(
                format!("`{path}` is a part of `{outer}`, which the schema names, too"),
                help,
            );
            continue;
        }
        let node = match places::local(config, path) {
            Ok(node) => node,
            Err(why) => {
                let help = "only plain configuration of your own sections may come from elsewhere".to_owned();
                refuse(format!("`{path}` cannot come from elsewhere: {why}"), help);
                continue;
            }
        };
        let Some(node) = node else { continue };
        if deferred::count(&node.value) > 0 {
            all.push((path.to_owned(), Local::Deferred));
            continue;
        }
        let Some(value) = value::Value::of(node).map(value::Value::into_json) else {
            continue;
        };
        for error in schema.errors_at(path, &value) {
            let diagnostic = Diagnostic::error("config-value", error)
                .at(node.span)
                .help("correct the value or its rule in [remote_config.schema]");
            diagnostics.push(match rule {
                Some(rule) => diagnostic.related(rule.key_span, "the rule"),
                None => diagnostic,
            });
        }
        if !value.is_null() {
            all.push((path.to_owned(), Local::Plain(value)));
        }
    }
    if diagnostics.is_empty() {
        Ok(all)
    } else {
        Err(diagnostics)
    }
}

fn at_key(diagnostic: Diagnostic, node: Option<&Node>) -> Diagnostic {
    match node {
        Some(node) => diagnostic.at(node.key_span),
        None => diagnostic,
    }
}
