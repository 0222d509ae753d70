//! What `[discovery]` says.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tsk::{Config, Diagnostic, Value};
use url::Url;

use super::network::Block;
use crate::base::{
    limits,
    section::{Section, text},
    sections,
};

pub(super) struct DiscoverySettings {
    /// `registry`: who knows the instances.
    pub(super) registry: Url,
    /// `path`: where the registry tells them; `{name}` stands for the service.
    path: String,
    /// `balance`.
    pub(super) balance: Balance,
    /// `refresh`: how long an answer of the registry holds.
    pub(super) refresh: Duration,
    /// `allow`: where instances may be, besides the origins that the file grants.
    pub(super) allow: Vec<Block>,
}

/// Which instance is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Balance {
    /// One after the other.
    RoundRobin,
    /// Any, each as likely as the others.
    Random,
    /// The one with the fewest calls of this host in flight.
    LeastConnections,
}

const NAME: &str = "{name}";

impl DiscoverySettings {
    pub(super) fn new(config: &Config) -> Result<Option<Self>, Vec<Diagnostic>> {
        let mut section = Section::new(config, &sections::DISCOVERY);
        if !section.is_there() {
            return section.finish(None);
        }
        let registry = Self::registry(&mut section, config);
        let path = section.parsed("path", "a path with {name} in it", "\"/services/{name}\"", |path| {
            (path.starts_with('/') && path.contains(NAME)).then_some(path)
        });
        let path = path.unwrap_or("/services/{name}/instances").to_owned();
        let longest = Duration::from_secs(3600);
        let refresh = section.seconds("refresh", Duration::from_millis(100)..=longest, "\"5s\"");
        let balance = Self::balance(&mut section);
        let allow = Self::allow(&mut section);
        let settings = registry.map(|registry| Self {
            registry,
            path,
            balance,
            refresh: refresh.unwrap_or(limits::REGISTRY_REFRESH),
            allow,
        });
        section.finish(settings)
    }

    pub(super) fn url_of(&self, service: &str) -> Url {
        let name = utf8_percent_encode(service, NON_ALPHANUMERIC)
            .to_string()
            .replace("%2D", "-");
        let mut url = self.registry.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{}", self.path.replace(NAME, &name)));
        url
    }

    pub(super) fn allows(&self, url: &Url) -> bool {
        self.allow.iter().any(|block| block.holds(url))
    }

    fn registry(section: &mut Section<'_>, config: &Config) -> Option<Url> {
        const EXAMPLE: &str = "\"http://127.0.0.1:8101\"";
        let Some(node) = section.get("registry") else {
            let span = config.get("discovery").map(|node| node.key_span).unwrap_or_default();
            section.diagnostics.push(
                Diagnostic::error("wrong-setting", "`discovery` names no registry")
                    .at(span)
                    .help(format!("write, for example, `registry: {EXAMPLE}`")),
            );
            return None;
        };
        let url = text(node)
            .and_then(|text| Url::parse(text).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.is_none() {
            section.wrong("registry", node, "an http or https URL", EXAMPLE);
        }
        url
    }

    fn balance(section: &mut Section<'_>) -> Balance {
        let known = [
            ("round_robin", Balance::RoundRobin),
            ("random", Balance::Random),
            ("least_connections", Balance::LeastConnections),
        ];
        section.choice("balance", &known).unwrap_or(Balance::RoundRobin)
    }

    fn allow(section: &mut Section<'_>) -> Vec<Block> {
        let Some(node) = section.get("allow") else {
            return Vec::new();
        };
        let items = match &node.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut blocks = Vec::new();
        for item in items {
            let block = match &item.value {
                Value::String(text) => Block::parse(text),
                _ => None,
            };
            match block {
                Some(block) => blocks.push(block),
                None => {
                    let expected = "a list of IP addresses or networks";
                    section.wrong("allow", item, expected, "[\"10.0.0.0/8\", \"127.0.0.1\"]");
                }
            }
        }
        blocks
    }
}
