//! `[grpc]`, as the file has it.

use tsk::{Config, Diagnostic, Node, Span, Value};
use url::Url;

use super::place::GrpcEndpoint;
use crate::{
    base::{section::Section, sections},
    network::egress::{Origin, network},
};

/// One line of `[grpc]`.
pub(super) struct ServerEntry {
    pub(super) name: String,
    pub(super) place: GrpcEndpoint,
    /// The `.proto` files; none: the server is asked.
    pub(super) protos: Option<Vec<(String, Span)>>,
}

const KEYS: [&str; 2] = ["url", "proto"];

/// The servers that can be used; what is wrong with the others is among the diagnostics.
pub(super) fn read(config: &Config, diagnostics: &mut Vec<Diagnostic>) -> Vec<ServerEntry> {
    let (section, mut wrong) = Section::lines(config, &sections::GRPC, "users: \"http://127.0.0.1:50051\"");
    diagnostics.append(&mut wrong);
    let lines = section.into_iter().flatten();
    lines
        .filter_map(|(name, node)| entry(config, name, node, diagnostics))
        .collect()
}

/// The `.proto` files that `[grpc]` names, whatever else is wrong with it.
pub(super) fn named_protos(config: &Config) -> Vec<(String, Span)> {
    let Some(Value::Object(section)) = config.root.get("grpc").map(|node| &node.value) else {
        return Vec::new();
    };
    let lists = section.iter().filter_map(|(name, node)| match &node.value {
        Value::Object(settings) => protos(name, settings.get("proto")?, &mut Vec::new()),
        _ => None,
    });
    lists.flatten().collect()
}

fn entry(config: &Config, name: &str, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<ServerEntry> {
    let before = diagnostics.len();
    let (url, protos) = match &node.value {
        Value::Object(settings) => {
            diagnostics.append(&mut Section::of(format!("grpc.{name}"), Some(node), &KEYS).diagnostics);
            let protos = settings
                .get("proto")
                .map(|node| protos(name, node, diagnostics).unwrap_or_default());
            let url = settings.get("url");
            if url.is_none() {
                diagnostics.push(
                    wrong(format!("`grpc.{name}` has no URL"))
                        .at(node.key_span)
                        .help(format!("write `{name}: {{ url: \"http://127.0.0.1:50051\" }}`")),
                );
            }
            (url, protos)
        }
        _ => (Some(node), None),
    };
    let place = url.and_then(|node| place(config, name, node, diagnostics))?;
    (diagnostics.len() == before).then(|| ServerEntry {
        name: name.to_owned(),
        place,
        protos,
    })
}

fn place(config: &Config, name: &str, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<GrpcEndpoint> {
    let text = match &node.value {
        Value::String(text) => text,
        Value::Secret(secret) => secret.reveal(),
        _ => {
            diagnostics.push(bad_url(name, "must be a URL, or an object with a URL").at(node.span));
            return None;
        }
    };
    let found = Url::parse(text)
        .map_err(|error| format!("is no URL: {error}"))
        .and_then(|url| {
            let bare = url.username().is_empty()
                && url.password().is_none()
                && matches!(url.path(), "" | "/")
                && url.query().is_none()
                && url.fragment().is_none();
            match Origin::of(&url) {
                None => Err("must begin with http:// or https://".to_owned()),
                Some(_) if !bare => Err("has more than scheme, host and port".to_owned()),
                Some(origin) => GrpcEndpoint::new(&url, origin, network(config, &url)),
            }
        });
    match found {
        Ok(place) => Some(place),
        Err(what) => {
            diagnostics.push(bad_url(name, &what).at(node.span));
            None
        }
    }
}

fn protos(name: &str, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<(String, Span)>> {
    let path = |node: &Node| match &node.value {
        Value::String(path) => Some((path.trim_start_matches("./").to_owned(), node.span)),
        _ => None,
    };
    let paths = match &node.value {
        Value::Array(nodes) if !nodes.is_empty() => nodes.iter().map(path).collect(),
        _ => path(node).map(|path| vec![path]),
    };
    if paths.is_none() {
        let message = format!("`grpc.{name}.proto` must be a path, or a list of paths");
        diagnostics.push(
            wrong(message)
                .at(node.span)
                .help(format!("write, for example, `proto: [\"{name}.proto\"]`")),
        );
    }
    paths
}

fn wrong(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("wrong-setting", message)
}

fn bad_url(name: &str, what: &str) -> Diagnostic {
    Diagnostic::error("grpc-url", format!("`grpc.{name}` {what}")).help(format!(
        "write scheme, host and port: `{name}: \"http://127.0.0.1:50051\"`, or with https:// for TLS"
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{capability::fixture, network::egress::Network};

    #[test]
    fn servers_by_name() {
        let config = fixture::config(json!({
            "grpc": {
                "users": "http://users:50051",
                "billing": {"url": "https://Billing.example.com/", "proto": ["billing.proto", "./more/a.proto"]},
                "one": {"url": "https://intern.example.com:8443", "proto": "one.proto"},
            },
            "grants": {"http": ["https://intern.example.com:8443"]},
        }));
        let mut diagnostics = Vec::new();
        let entries = read(&config, &mut diagnostics);
        assert_eq!(diagnostics, []);
        let shown: Vec<_> = entries
            .iter()
            .map(|entry| {
                let protos = entry.protos.iter().flatten().map(|(path, _)| path.as_str());
                (
                    &*entry.name,
                    entry.place.show(),
                    entry.place.network,
                    protos.collect::<Vec<_>>(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("users", "http://users:50051", Network::Private, vec![]),
                (
                    "billing",
                    "https://billing.example.com",
                    Network::Public,
                    vec!["billing.proto", "more/a.proto"]
                ),
                (
                    "one",
                    "https://intern.example.com:8443",
                    Network::Private,
                    vec!["one.proto"]
                ),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (server, message, help) in [
            (
                json!(7),
                "`grpc.a` must be a URL, or an object with a URL",
                "http://127.0.0.1",
            ),
            (json!(""), "`grpc.a` is no URL: relative URL without a base", "http://"),
            (
                json!("grpc://a:1"),
                "`grpc.a` must begin with http:// or https://",
                "https://",
            ),
            (
                json!("http://me:geheim@a"),
                "`grpc.a` has more than scheme, host and port",
                "scheme",
            ),
            (
                json!("http://a/users"),
                "`grpc.a` has more than scheme, host and port",
                "scheme",
            ),
            (json!({}), "`grpc.a` has no URL", "a: { url:"),
            (
                json!({"url": "http://a", "protos": "x"}),
                "`grpc.a` has no setting `protos`",
                "did you mean `proto`?",
            ),
            (
                json!({"url": "http://a", "proto": []}),
                "`grpc.a.proto` must be a path, or a list of paths",
                "proto: [\"a.proto\"]",
            ),
            (
                json!({"url": "http://a", "proto": ["a", 1]}),
                "`grpc.a.proto` must be a path, or a list of paths",
                "proto:",
            ),
        ] {
            let mut diagnostics = Vec::new();
            let entries = read(&fixture::config(json!({"grpc": {"a": server}})), &mut diagnostics);
            assert!(entries.is_empty());
            assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
            assert_eq!(diagnostics[0].message, message);
            assert!(
                diagnostics[0].help.as_deref().unwrap().contains(help),
                "{diagnostics:?}"
            );
        }
        let mut diagnostics = Vec::new();
        read(&fixture::config(json!({"grpc": "http://a"})), &mut diagnostics);
        assert_eq!(diagnostics[0].message, "`grpc` must hold settings");
    }
}
