//! The lines of `[routes]`, and what can be wrong with them.

use fujsen::Kind;
use http::Method;
use tsk::{Config, Diagnostic, Node, Span};

use super::{path::Path, table::RouteTable};
use crate::{
    base::{endpoint::method_and_path, limits, section::Section, sections},
    service::target::Targets,
};

pub(super) struct Read {
    pub(super) lines: Vec<RouteLine>,
    pub(super) warnings: Vec<Diagnostic>,
}

pub(super) struct RouteLine {
    pub(super) method: Method,
    /// The path as its author wrote it.
    pub(super) text: String,
    pub(super) path: Path,
    /// `section.name`, which there is.
    pub(super) target: String,
}

pub(super) fn read(config: &Config, targets: &Targets<'_>) -> Result<Read, Vec<Diagnostic>> {
    let (routes, errors) = Section::lines(config, &sections::ROUTES, "\"GET /users\": users.list");
    let mut reader = RouteReader {
        targets,
        taken: RouteTable::new(),
        warnings: Vec::new(),
        errors,
    };
    let routes = routes.into_iter().flatten();
    let lines = routes.filter_map(|(key, node)| reader.line(key, node)).collect();
    if reader.errors.is_empty() {
        Ok(Read {
            lines,
            warnings: reader.warnings,
        })
    } else {
        Err(reader.errors)
    }
}

struct RouteReader<'a> {
    targets: &'a Targets<'a>,
    /// Where each route so far stands.
    taken: RouteTable<Span>,
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl RouteReader<'_> {
    /// Key and target are checked both, whatever is wrong with the other.
    fn line(&mut self, key: &str, node: &Node) -> Option<RouteLine> {
        let request = self.key(key, node.key_span);
        let target = self.target(key, node);
        let ((method, text, path), target) = (request?, target?);
        self.unused_parameters(&path, &target, node.key_span);
        Some(RouteLine {
            method,
            text,
            path,
            target,
        })
    }

    fn key(&mut self, key: &str, span: Span) -> Option<(Method, String, Path)> {
        let key = key.trim();
        let Some((method, text)) = method_and_path(key) else {
            self.errors.push(
                Diagnostic::error("wrong-route", format!("`{key}` is not a method and a path"))
                    .at(span)
                    .help("write, for example, `\"GET /users/{id}\"`"),
            );
            return None;
        };
        let method = self.method(method, span);
        if text.len() > limits::ROUTE_PATH {
            let message = format!("a path of {} bytes is longer than {}", text.len(), limits::ROUTE_PATH);
            self.errors.push(
                Diagnostic::error("wrong-path", message)
                    .at(span)
                    .help("shorten it: clients and proxies refuse such URLs, too"),
            );
            return None;
        }
        let path = Path::parse(text)
            .map_err(|wrong| {
                self.errors
                    .push(Diagnostic::error("wrong-path", wrong.message).at(span).help(wrong.help))
            })
            .ok();
        let (method, path) = (method?, path?);
        if let Err(conflict) = self.taken.insert(method.clone(), path.clone(), span) {
            let mut diagnostic =
                Diagnostic::error("route-conflict", format!("`{key}` answers what another route does"))
                    .at(span)
                    .help("remove one of the two, or give it a path of its own");
            if let Some(first) = conflict.0 {
                diagnostic = diagnostic.related(*first, "the other route");
            }
            self.errors.push(diagnostic);
            return None;
        }
        Some((method, text.to_owned(), path))
    }

    fn method(&mut self, name: &str, span: Span) -> Option<Method> {
        if METHODS.contains(&name) {
            return Method::from_bytes(name.as_bytes()).ok();
        }
        let upper = name.to_ascii_uppercase();
        let near = METHODS
            .into_iter()
            .find(|known| *known == upper)
            .or_else(|| tsk::suggest(&upper, METHODS));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", METHODS.join(", ")),
        };
        self.errors.push(
            Diagnostic::error("wrong-method", format!("there is no method `{name}`"))
                .at(span)
                .help(help),
        );
        None
    }

    fn target(&mut self, key: &str, node: &Node) -> Option<String> {
        let Some(target) = self.targets.word(node) else {
            self.errors.push(
                Diagnostic::error("wrong-route", format!("the route `{key}` does not lead to a fujsen"))
                    .at(node.span)
                    .help("write `section.name`, the section and the name of the fujsen that answers"),
            );
            return None;
        };
        match self.targets.function(&target) {
            Ok(_) => Some(target),
            Err(missing) => {
                self.errors.push(missing.at(node.span));
                None
            }
        }
    }

    fn unused_parameters(&mut self, path: &Path, target: &str, span: Span) {
        let Ok(function) = self.targets.function(target) else {
            return;
        };
        if function.params.iter().any(|parameter| parameter.kind == Kind::Request) {
            return;
        }
        let names: Vec<&str> = function
            .params
            .iter()
            .map(|parameter| parameter.name.as_str())
            .collect();
        for name in path.names.iter().filter(|name| !names.contains(&name.as_str())) {
            let help = match tsk::suggest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("add a parameter `{name}` to the fujsen, or take it out of the path"),
            };
            let message = format!("`{target}` has no parameter `{name}`: what the path gives for it is lost");
            self.warnings
                .push(Diagnostic::warning("unused-parameter", message).at(span).help(help));
        }
    }
}
