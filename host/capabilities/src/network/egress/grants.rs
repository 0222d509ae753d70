//! Which origins a file names.

use std::collections::{BTreeMap, BTreeSet};

use tsk::{Config, Diagnostic, Node, Object, Value};
use url::{Host, Url};

use crate::base::{
    section::{Section, text},
    sections,
};

/// Names of these kinds lead to private addresses by their nature.
const PRIVATE_SUFFIXES: [&str; 9] = [
    ".local",
    ".localhost",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".home.arpa",
    ".svc",
    ".test",
];

/// Scheme, host and port, as `https://api.example.com` or `http://127.0.0.1:8003`: the default port is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Of an `http` or `https` URL.
    pub fn of(url: &Url) -> Option<Self> {
        matches!(url.scheme(), "http" | "https").then(|| Self(url.origin().ascii_serialization()))
    }

    /// The origin as text, without a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a granted host may lead to private addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// It may lead to public addresses only.
    Public,
    /// It may lead to both.
    Private,
}

/// The origins that a file grants, each with where its host may lead.
pub(crate) type Origins = BTreeMap<Origin, Network>;

/// The origins of all URLs among the file's values, and those of `[grants] http`. Settings of the host grant nothing, but
/// for what the table of sections says: a page that may use the service, or a collector of traces, is nobody whom a fujsen
/// was meant to reach.
///
/// A value's host may lead to a private address when that is plain from the file: an IP address, a name without a
/// dot, or one with a private suffix. For any other host the operator says so under `[grants]`; otherwise whoever
/// controls that name in the DNS could point it into the own network.
pub fn origins(config: &Config) -> Result<Origins, Vec<Diagnostic>> {
    let found = granting(config);
    let mut origins: Origins = found
        .iter()
        .filter_map(|(_, url)| Some((Origin::of(url)?, plain(url))))
        .collect();
    let explicit = explicit(config)?;
    origins.extend(explicit.into_iter().map(|origin| (origin, Network::Private)));
    Ok(origins)
}

/// The URLs that grant an origin, each with the value that it stands in.
pub fn granting(config: &Config) -> Vec<(&Node, Url)> {
    let mut found = Vec::new();
    for (name, node) in &config.root {
        match (sections::of(name), &node.value) {
            (None, _) => collect(node, &mut found),
            (Some(section), Value::Object(object)) => object
                .iter()
                .filter(|(key, _)| section.may_grant(key))
                .for_each(|(_, node)| collect(node, &mut found)),
            (Some(_), _) => {}
        }
    }
    found
}

/// Where the host of one URL that the file names may lead, by the same rule.
pub fn network(config: &Config, url: &Url) -> Network {
    // What is wrong with `[grants]` is said where all of it is read.
    let explicit = explicit(config).unwrap_or_default();
    match Origin::of(url) {
        Some(origin) if explicit.contains(&origin) => Network::Private,
        _ => plain(url),
    }
}

/// The services that the file names under `dependencies`, and where they are: that of `[service]` first, then those of
/// other sections and of the top level.
pub fn dependencies(config: &Config) -> Vec<(String, Vec<Url>)> {
    let mut named: Vec<(String, Vec<Url>)> = Vec::new();
    let sections = config.root.values().filter_map(object);
    let all = config.get("service").and_then(object).into_iter().chain(sections);
    for section in all.chain([&config.root]) {
        for (name, node) in section.get("dependencies").and_then(object).into_iter().flatten() {
            let mut found = Vec::new();
            collect(node, &mut found);
            let found: BTreeSet<Url> = found.into_iter().map(|(_, url)| url).collect();
            let is_known = named.iter().any(|(known, _)| known == name);
            if !found.is_empty() && !is_known {
                named.push((name.clone(), found.into_iter().collect()));
            }
        }
    }
    named
}

/// What `dependencies` calls the origins that it names; the first name counts.
pub fn names(dependencies: &[(String, Vec<Url>)]) -> BTreeMap<Origin, String> {
    let mut names = BTreeMap::new();
    for (name, urls) in dependencies {
        for origin in urls.iter().filter_map(Origin::of) {
            names.entry(origin).or_insert_with(|| name.clone());
        }
    }
    names
}

fn object(node: &Node) -> Option<&Object> {
    match &node.value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn collect<'a>(node: &'a Node, found: &mut Vec<(&'a Node, Url)>) {
    match &node.value {
        Value::String(text) => found.extend(urls(text).map(|url| (node, url))),
        Value::Secret(secret) => found.extend(urls(secret.reveal()).map(|url| (node, url))),
        Value::Array(nodes) => nodes.iter().for_each(|node| collect(node, found)),
        Value::Object(object) => object.values().for_each(|node| collect(node, found)),
        Value::Deferred(deferred) => deferred.arguments.iter().for_each(|node| collect(node, found)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Source(_) | Value::Wasm(_) => {}
    }
}

/// A value may hold several, as environment variables do.
fn urls(text: &str) -> impl Iterator<Item = Url> {
    text.split([',', ' ', '\n', '\t', ';'])
        .filter(|word| word.contains("://"))
        .filter_map(|word| Url::parse(word).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn plain(url: &Url) -> Network {
    if is_private(url) {
        Network::Private
    } else {
        Network::Public
    }
}

fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
        }
        None => false,
    }
}

/// What else an author may look for under `[grants]`.
const OTHER_GRANTS: &str = "origins are granted here, such as `http: [\"https://api.example.com\"]`; databases are by [databases], Redis \
                         servers by a redis:// value";

/// The origins of `[grants] http`.
fn explicit(config: &Config) -> Result<Vec<Origin>, Vec<Diagnostic>> {
    let mut section = Section::new(config, &sections::GRANTS);
    for wrong in &mut section.diagnostics {
        wrong.help = Some(OTHER_GRANTS.to_owned());
    }
    let items = match section.get("http") {
        None => &[],
        Some(node) => match &node.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        },
    };
    let mut origins = Vec::new();
    for item in items {
        match text(item).and_then(|text| Origin::of(&Url::parse(text).ok()?)) {
            Some(origin) => origins.push(origin),
            None => {
                let help = "write scheme, host and port, such as `http: [\"https://api.example.com\"]`";
                section.refuse(item, "`grants.http` must hold origins", help);
            }
        }
    }
    section.finish(origins)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::fixture::{self, assert_refused};

    #[test]
    fn values_name_origins() {
        let config = fixture::config(json!({
            "users": {"url": "HTTP://Api.Example.com:80/v1?x=1", "hosts": ["https://u:p@b.example:8443/x", "see https://c.example"]},
            "peers": "http://127.0.0.1:8003,http://notify:8004",
            "odd": "http://0x7f.1:9/",
            "other": "ftp://d.example httpx://e.example",
            "grants": {"http": ["https://intern.example.com"]},
            "service": {"url": "http://own:1", "dependencies": {"mail": "http://mail:2"}, "name": "http://name:3"},
            "service_communication": {"bus": "http://bus:4", "message_queue": "http://queue:5"},
        }));
        let origins = origins(&config).unwrap();
        let shown: Vec<_> = origins
            .iter()
            .map(|(origin, network)| (origin.as_str(), *network))
            .collect();
        assert_eq!(
            shown,
            [
                ("http://127.0.0.1:8003", Network::Private),
                ("http://127.0.0.1:9", Network::Private),
                ("http://api.example.com", Network::Public),
                ("http://bus:4", Network::Private),
                ("http://mail:2", Network::Private),
                ("http://notify:8004", Network::Private),
                ("https://b.example:8443", Network::Public),
                ("https://c.example", Network::Public),
                ("https://intern.example.com", Network::Private),
            ]
        );
    }

    #[test]
    fn settings_of_the_host_grant_nothing() {
        for row in sections::all() {
            let keys = row.keys.known().iter().chain(&["anything"]);
            for key in keys.filter(|key| !row.may_grant(key)) {
                let config = fixture::config(json!({row.name: {
                    *key: ["http://a.example", {"deep": "https://b.example http://127.0.0.1:9"}],
                }}));
                assert_eq!(origins(&config).unwrap(), Origins::new(), "{}.{key}", row.name);
                let config = fixture::config(json!({row.name: "https://a.example"}));
                assert_eq!(origins(&config).unwrap(), Origins::new(), "{}", row.name);
            }
        }
    }

    #[test]
    fn dependencies_name_their_origins() {
        let config = fixture::config(json!({
            "orders": {"dependencies": {"user-service": "http://users:8001", "mail": "https://mail.example/v1"}},
            "service": {"dependencies": {"users": "http://users:8001/x"}},
            "dependencies": {"top": "http://top:1", "number": 7},
            "other": "http://other:1",
        }));
        let names = names(&dependencies(&config));
        let shown: Vec<_> = names.iter().map(|(origin, name)| (origin.as_str(), &**name)).collect();
        assert_eq!(
            shown,
            [
                ("http://top:1", "top"),
                ("http://users:8001", "users"),
                ("https://mail.example", "mail")
            ]
        );
    }

    #[test]
    fn bad_grants_are_all_reported() {
        let config = fixture::config(json!({"grants": {"http": ["api.example.com", 7], "sql": "x"}}));
        assert_eq!(origins(&config).unwrap_err().len(), 3);
        let help = "write scheme, host and port, such as `http: [\"https://api.example.com\"]`";
        assert_refused(
            "grants",
            origins,
            &[
                (
                    json!({"http": "api.example.com"}),
                    "`grants.http` must hold origins",
                    help,
                ),
                (json!({"sql": "x"}), "`grants` has no setting `sql`", OTHER_GRANTS),
                (json!(5), "`grants` must hold settings", OTHER_GRANTS),
            ],
        );
        let config = fixture::config(json!({"grants": {"http": "https://one.example"}}));
        assert_eq!(origins(&config).unwrap().len(), 1);
    }
}
