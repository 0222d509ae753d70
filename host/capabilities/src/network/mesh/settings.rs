//! What `[mesh]` says, and what can be wrong with it.

use std::time::Duration;

use http::Method;
use tsk::{Config, Diagnostic, Node, Secret, Value};

use crate::{
    base::endpoint::method_and_path,
    base::{limits, section::Section, sections},
};

pub(super) struct MeshSettings {
    pub(super) secrets: Vec<Secret>,
    pub(super) lifetime: Duration,
    pub(super) allow: Vec<AllowLine>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// One line of `allow`.
pub(super) struct AllowLine {
    /// Method and path; none for all other routes.
    pub(super) route: Option<(Method, String)>,
    pub(super) allow: Allow,
}

/// Who may call a route.
#[derive(Debug, PartialEq)]
pub(super) enum Allow {
    /// Everybody.
    Public,
    /// Every service that proves its name.
    Any,
    /// Services of these names.
    Services(Vec<String>),
}

const MAKE: &str = "make one with `openssl rand -hex 32`, give it to all services of the mesh, and write `secret: @env.secure(\"MESH_SECRET\")`";

impl MeshSettings {
    pub(super) fn new(config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = MeshReader {
            section: Section::new(config, &sections::MESH),
            config,
            warnings: Vec::new(),
        };
        let secrets = reader.secrets();
        let (least, most) = limits::MESH_LIFETIME;
        let lifetime = reader.section.seconds("token_lifetime", least..=most, "\"1m\"");
        let allow = reader.allow();
        let MeshReader { section, warnings, .. } = reader;
        section.finish(Self {
            secrets,
            lifetime: lifetime.unwrap_or(Duration::from_secs(60)),
            allow,
            warnings,
        })
    }
}

struct MeshReader<'a> {
    config: &'a Config,
    section: Section<'a>,
    warnings: Vec<Diagnostic>,
}

impl<'a> MeshReader<'a> {
    fn error(&mut self, code: &'static str, message: impl Into<String>, node: &Node, help: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, message).at(node.span).help(help);
        self.section.diagnostics.push(diagnostic);
    }

    /// One, or a list of which the first signs.
    fn secrets(&mut self) -> Vec<Secret> {
        let Some(node) = self.section.get("secret") else {
            return Vec::new();
        };
        match &node.value {
            Value::Array(nodes) if nodes.is_empty() => {
                self.error("mesh-secret", "`mesh.secret` has no secret", node, MAKE);
                Vec::new()
            }
            Value::Array(nodes) => nodes.iter().filter_map(|node| self.secret(node)).collect(),
            _ => self.secret(node).into_iter().collect(),
        }
    }

    fn secret(&mut self, node: &Node) -> Option<Secret> {
        let secret = match &node.value {
            Value::Secret(secret) => secret.clone(),
            Value::String(text) => {
                let message = "the secret of the mesh is no secret here: who prints the file's values sees it";
                let help = "write `@env.secure(\"MESH_SECRET\")`, and set the variable where the service is started";
                self.warnings
                    .push(Diagnostic::warning("mesh-secret", message).at(node.span).help(help));
                Secret::new(text.clone())
            }
            _ => {
                self.error("mesh-secret", "a secret is a text", node, MAKE);
                return None;
            }
        };
        let length = secret.reveal().len();
        if length < limits::MESH_SECRET {
            let message = format!(
                "this secret has {length} bytes, and could be guessed: {} are the least",
                limits::MESH_SECRET
            );
            self.error("mesh-secret", message, node, MAKE);
            return None;
        }
        Some(secret)
    }

    fn allow(&mut self) -> Vec<AllowLine> {
        let Some(node) = self.section.get("allow") else {
            return Vec::new();
        };
        let Value::Object(lines) = &node.value else {
            let example = "{ \"POST /charges\": [\"order-service\"], \"*\": \"public\" }";
            self.section
                .wrong("allow", node, "an object of routes and services", example);
            return Vec::new();
        };
        let has_certificates = self.config.get("tls.client_ca").is_some();
        if self.section.get("secret").is_none() && !has_certificates {
            let message = "`allow` has nothing to tell services by: `mesh.secret` is missing";
            let diagnostic = Diagnostic::error("mesh-secret", message).at(node.key_span).help(MAKE);
            self.section.diagnostics.push(diagnostic);
        }
        lines
            .iter()
            .filter_map(|(key, node)| {
                // Both are checked, whatever is wrong with the other.
                let (route, allow) = (self.route(key, node), self.who(node));
                Some(AllowLine {
                    route: route?,
                    allow: allow?,
                })
            })
            .collect()
    }

    /// A route exactly as `[routes]` has it, or `*`.
    fn route(&mut self, key: &str, node: &Node) -> Option<Option<(Method, String)>> {
        if key == "*" {
            return Some(None);
        }
        let known = routes(self.config);
        let own = method_and_path(key);
        if let Some((method, path)) = own.filter(|own| known.iter().any(|(_, known)| known == own)) {
            return Some(Some((Method::from_bytes(method.as_bytes()).ok()?, path.to_owned())));
        }
        let help = match tsk::suggest(key, known.iter().map(|(key, _)| *key)) {
            Some(near) => format!("did you mean `\"{near}\"`?"),
            None => "write a route as [routes] has it, or `\"*\"` for all that are not named here".to_owned(),
        };
        let diagnostic = Diagnostic::error("mesh-route", format!("[routes] has no `{key}`"))
            .at(node.key_span)
            .help(help);
        self.section.diagnostics.push(diagnostic);
        None
    }

    fn who(&mut self, node: &Node) -> Option<Allow> {
        const EXAMPLE: &str =
            "write `[\"order-service\"]`, `\"*\"` for every service with a token, or `\"public\"` for everybody";
        let nodes = match &node.value {
            Value::String(word) if word == "public" => return Some(Allow::Public),
            Value::String(word) if word == "*" => return Some(Allow::Any),
            Value::Array(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::new();
        for node in nodes {
            match &node.value {
                Value::String(name) if !matches!(name.trim(), "" | "*" | "public") => {
                    names.push(name.trim().to_owned())
                }
                Value::String(word) if !word.trim().is_empty() => {
                    let message = format!("`{word}` is no name of a service");
                    self.error(
                        "mesh-allow",
                        message,
                        node,
                        format!("write `\"{word}\"` alone, without a list"),
                    );
                    return None;
                }
                _ => {
                    self.error("mesh-allow", "this names no service", node, EXAMPLE);
                    return None;
                }
            }
        }
        if names.is_empty() {
            self.error("mesh-allow", "nobody could call this route", node, EXAMPLE);
            return None;
        }
        Some(Allow::Services(names))
    }
}

/// The keys of `[routes]`, each with its method and path.
fn routes(config: &Config) -> Vec<(&str, (&str, &str))> {
    match config.get("routes").map(|node| &node.value) {
        Some(Value::Object(routes)) => routes
            .keys()
            .filter_map(|key| Some((key.as_str(), method_and_path(key)?)))
            .collect(),
        _ => Vec::new(),
    }
}
