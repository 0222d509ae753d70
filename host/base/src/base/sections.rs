//! The sections that the host itself reads, in one table: what each says and holds is known here, and whoever goes by the
//! names of sections asks here.
//!
//! A section that is not in the table is the service's own: fujsens read it, remote configuration may change it, and the URLs
//! in it are granted. So a section of the host that is missing here is open, which is why there is no way to read one without
//! its row: `Section::new` takes it, and a test looks for those that are read by name.

use tsk::{Config, Diagnostic, Node, Value};

use crate::base::limits;

/// One section of the host.
#[derive(Debug)]
pub struct SectionRow {
    /// What the file writes between the brackets, `service` for `[service]`.
    pub name: &'static str,
    /// Which keys it may have.
    pub keys: SectionKeys,
    /// What fujsens may read of it. Where its values hold passwords, tokens and addresses that the host alone needs: nothing.
    read: Part,
    /// Where the URLs in it are granted to fujsens.
    grants: Part,
    /// Its lines lead to fujsens.
    pub is_entrance: bool,
    /// What a value computes depends on what it names.
    pub is_namespace: bool,
}

/// The keys of a section.
#[derive(Clone, Copy, Debug)]
pub enum SectionKeys {
    /// These, and no other.
    Fixed(&'static [&'static str]),
    /// These, and whatever the service keeps there for itself.
    Open(&'static [&'static str]),
    /// Names that the file gives: of databases, routes, services.
    Names,
}

impl SectionKeys {
    /// Those that the host knows.
    pub fn known(&self) -> &'static [&'static str] {
        match self {
            Self::Fixed(keys) | Self::Open(keys) => keys,
            Self::Names => &[],
        }
    }
}

/// Part of a section, by its keys.
#[derive(Debug)]
enum Part {
    Nothing,
    All,
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

impl Part {
    fn has(&self, key: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Only(keys) => keys.contains(&key),
            Self::AllBut(keys) => !keys.contains(&key),
        }
    }
}

impl SectionRow {
    const fn new(name: &'static str, keys: SectionKeys) -> Self {
        Self {
            name,
            keys,
            read: Part::Nothing,
            grants: Part::Nothing,
            is_entrance: false,
            is_namespace: false,
        }
    }

    /// Fujsens may read it: there is nothing in it to keep from them.
    const fn readable(self) -> Self {
        Self {
            read: Part::All,
            ..self
        }
    }

    const fn reads(self, read: Part) -> Self {
        Self { read, ..self }
    }

    const fn grants(self, grants: Part) -> Self {
        Self { grants, ..self }
    }

    const fn entrance(self) -> Self {
        Self {
            is_entrance: true,
            ..self
        }
    }

    const fn namespace(self) -> Self {
        Self {
            is_namespace: true,
            ..self
        }
    }

    /// Whether fujsens may read what stands under a key.
    pub fn may_read(&self, key: &str) -> bool {
        self.read.has(key)
    }

    /// Whether they may read all of it.
    pub fn is_readable(&self) -> bool {
        matches!(self.read, Part::All)
    }

    /// Whether URLs under a key are granted to fujsens.
    pub fn may_grant(&self, key: &str) -> bool {
        self.grants.has(key)
    }
}

/// Keys of `[service]` that say what the service itself is, and where it is called: not whom it calls.
const OF_ITSELF: &[&str] = &[
    "name",
    "version",
    "host",
    "port",
    "health_check",
    "url",
    "own_url",
    "base_url",
    "public_url",
    "external_url",
    "address",
    "endpoint",
    "origin",
    "home",
];

/// Each row by its name, and the list of all: a row cannot be left out of it.
macro_rules! table {
    ($($name:ident = $row:expr;)*) => {
        $(pub const $name: SectionRow = $row;)*
        static TABLE: &[SectionRow] = &[$($name),*];
    };
}

table! {
    ADMIN = SectionRow::new("admin", SectionKeys::Fixed(&["host", "port", "token"]));
    ALERTS = SectionRow::new("alerts", SectionKeys::Fixed(&["high_error_rate", "high_response_time", "high_memory_usage"])).readable();
    CORS = SectionRow::new(
        "cors",
        SectionKeys::Fixed(&["origins", "methods", "headers", "expose", "max_age", "credentials"]),
    ).readable();
    DATABASES = SectionRow::new("databases", SectionKeys::Names).namespace();
    DISCOVERY = SectionRow::new("discovery", SectionKeys::Fixed(&["registry", "path", "balance", "refresh", "allow"])).namespace();
    EVENTS = SectionRow::new("events", SectionKeys::Names).readable().entrance();
    GRANTS = SectionRow::new("grants", SectionKeys::Fixed(&["http"])).readable().grants(Part::All);
    GRPC = SectionRow::new("grpc", SectionKeys::Names);
    LIMITS = SectionRow::new(
        "limits",
        SectionKeys::Fixed(&["deadline", "memory", "body", "response", "concurrency", "queue", "queue_wait"]),
    ).readable();
    MESH = SectionRow::new("mesh", SectionKeys::Fixed(&["secret", "token_lifetime", "allow"]));
    MESSAGE_QUEUE = SectionRow::new(
        "message_queue",
        SectionKeys::Fixed(&["url", "queue_name", "engine", "concurrency", "attempts", "backoff", "visibility", "length", "durability"]),
    );
    REDIS = SectionRow::new("redis", SectionKeys::Names).grants(Part::All).namespace();
    REMOTE_CONFIG = SectionRow::new(
        "remote_config",
        SectionKeys::Fixed(&["url", "every", "timeout", "at", "headers", "schema"]),
    ).reads(Part::Only(&["schema"]));
    RESILIENCE = SectionRow::new("resilience", SectionKeys::Names).readable();
    ROUTES = SectionRow::new("routes", SectionKeys::Names).readable().entrance();
    SCHEDULES = SectionRow::new("schedules", SectionKeys::Names).readable().entrance();
    SERVICE = SectionRow::new(
        "service",
        SectionKeys::Open(&["name", "version", "host", "port", "dependencies", "health_check"]),
    ).readable().grants(Part::AllBut(OF_ITSELF));
    SERVICE_COMMUNICATION = SectionRow::new("service_communication", SectionKeys::Open(&["message_queue", "queue_name"]))
        .reads(Part::AllBut(&["message_queue"]))
        .grants(Part::AllBut(&["message_queue"]));
    STATE = SectionRow::new("state", SectionKeys::Fixed(&["url", "durability"]));
    TLS = SectionRow::new(
        "tls",
        SectionKeys::Fixed(&["certificate", "key", "client_ca", "client_auth", "ca", "client_certificate", "client_key"]),
    );
    TRACES = SectionRow::new("traces", SectionKeys::Fixed(&["endpoint", "sample", "headers", "metrics", "logs"]));
}

/// The rows of all sections of the host.
pub fn all() -> impl Iterator<Item = &'static SectionRow> {
    TABLE.iter()
}

/// The section of the host that a path leads into; none where it is the service's own.
pub fn of(path: &str) -> Option<&'static SectionRow> {
    let first = path.split('.').next().unwrap_or(path);
    all().find(|row| row.name == first)
}

/// Whether URLs that stand at a path, from the top, are granted to fujsens.
pub fn may_grant(path: &str) -> bool {
    of(path).is_none_or(|row| match path.split('.').nth(1) {
        Some(key) => row.may_grant(key),
        None => matches!(row.grants, Part::All),
    })
}

/// Whether a path leads to what the host alone reads.
pub fn is_hosts_alone(path: &str) -> bool {
    let Some(row) = of(path) else { return false };
    match path.split('.').nth(1) {
        Some(key) => !row.may_read(key),
        None => matches!(row.read, Part::Nothing),
    }
}

/// An error for each section of the host, and each list of dependencies, that says more than the host goes through.
pub fn bounded(config: &Config) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    for (name, node) in &config.root {
        match &node.value {
            _ if of(name).is_some() => check(name, node, &mut errors),
            Value::Object(object) => {
                if let Some(node) = object.get("dependencies") {
                    check(&format!("{name}.dependencies"), node, &mut errors);
                }
            }
            _ => {}
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn check(path: &str, node: &Node, errors: &mut Vec<Diagnostic>) {
    let members: Vec<(Option<&str>, &Node)> = match &node.value {
        Value::Object(object) => object.iter().map(|(key, node)| (Some(key.as_str()), node)).collect(),
        Value::Array(nodes) => nodes.iter().map(|node| (None, node)).collect(),
        _ => return,
    };
    if members.len() > limits::SECTION_LINES {
        let (count, most) = (members.len(), limits::SECTION_LINES);
        let message = format!("`{path}` has {count} entries; the host takes {most}");
        let help = "make fewer of them, or share them among several services";
        errors.push(
            Diagnostic::error("too-many-entries", message)
                .at(node.key_span)
                .help(help),
        );
        return;
    }
    for (key, node) in members {
        let path = key.map_or_else(|| path.to_owned(), |key| format!("{path}.{key}"));
        check(&path, node, errors);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use regex::Regex;

    use super::*;

    #[test]
    fn paths_lead_into_sections() {
        for (path, alone, grants) in [
            ("users", false, true),
            ("users.databases", false, true),
            ("databases", true, false),
            ("databases.main.url", true, false),
            ("databasesx.main", false, true),
            ("redis.main", true, true),
            ("redis", true, true),
            ("remote_config", false, false),
            ("remote_config.schema.a", false, false),
            ("remote_config.headers", true, false),
            ("service", false, false),
            ("service.dependencies.users", false, true),
            ("service.url", false, false),
            ("service_communication.message_queue", true, false),
            ("service_communication.registry", false, true),
            ("cors.origins", false, false),
        ] {
            assert_eq!((is_hosts_alone(path), may_grant(path)), (alone, grants), "{path}");
        }
    }

    /// Sections that the sources name where they read the file.
    fn named(folder: &Path, patterns: &[Regex], found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            if path.is_dir() && stem != "tests" {
                named(&path, patterns, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") && stem != "tests" && stem != "fixture" {
                let text = fs::read_to_string(&path).unwrap();
                let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                for pattern in patterns {
                    let names = pattern.captures_iter(product).map(|name| name[1].to_lowercase());
                    found.extend(names.map(|name| (path.display().to_string(), name)));
                }
            }
        }
    }

    #[test]
    fn every_section_that_is_read_has_a_row() {
        let patterns = [
            r#"(?:config|root)\s*\.get\(\s*&?(?:format!\()?"([a-z_]+)"#,
            r#"const (?:SECTION|ELSEWHERE)[^"]*"([a-z_]+)"#,
            r"sections::([A-Z_]+)",
            r"`\[([a-z_]+)\]`",
        ];
        let patterns = patterns.map(|pattern| Regex::new(pattern).unwrap());
        let mut found = Vec::new();
        named(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")),
            &patterns,
            &mut found,
        );
        assert!(found.len() > 40, "the patterns find nothing any more: {found:?}");
        for (file, name) in &found {
            assert!(of(name).is_some(), "{file} reads [{name}], which has no row");
        }
        for row in all() {
            assert!(
                found.iter().any(|(_, name)| name == row.name),
                "nobody reads [{}]",
                row.name
            );
        }
    }
}
