//! What `[routes]` says, checked against the fujsens that there are.

mod normal;
mod path;
mod read;
mod table;

use std::sync::Arc;

use http::Method;
use tsk::{Config, Diagnostic};

use self::table::RouteTable;
pub(crate) use self::{normal::normal, table::RouteMatch};
use crate::{
    observe::metrics,
    sandbox::module::Handler,
    service::{
        names::{self, Handlers},
        target::Targets,
    },
};

/// The routes of one `App`.
pub struct Routes {
    table: RouteTable<Route>,
    /// Counts the requests for which there is no route.
    pub(crate) unmatched: Arc<metrics::RouteMeter>,
}

/// One line of `[routes]`.
pub struct Route {
    /// The method that it answers. GET answers HEAD, too, where the path has no route for it.
    pub method: Method,
    /// As its author wrote it: `/users/{id}`.
    pub path: Arc<str>,
    /// The fujsen that answers.
    pub handler: Handler,
    /// The fujsen's result type is nothing: a reply without a body is 204 then, not `null`.
    pub(crate) is_void: bool,
    /// Counts its requests, their times and their statuses.
    pub(crate) meter: Arc<metrics::RouteMeter>,
}

/// A route as reports print it.
#[derive(Clone, Copy)]
pub struct Listed<'a> {
    /// The method of its line.
    pub method: &'a Method,
    /// As its author wrote it: `/users/{id}`.
    pub path: &'a str,
    /// The fujsen that answers.
    pub handler: &'a Handler,
}

impl Routes {
    /// Reads `[routes]`: `"METHOD /path/{parameter}": section.name`. Reports every bad method, path and target at
    /// once; beside the routes come warnings.
    pub fn new(
        config: &Config,
        handlers: &Handlers,
        metrics: &metrics::Version,
    ) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let read = read::read(config, &Targets::new(config, names::functions(handlers)))?;
        let mut table = RouteTable::new();
        for line in read.lines {
            let Some(handler) = handlers.get(line.target.as_str()) else {
                continue;
            };
            let path: Arc<str> = line.text.into();
            let route = Route {
                method: line.method.clone(),
                meter: metrics.route(line.method.as_str(), &path),
                path,
                handler: handler.clone(),
                is_void: is_void(&handler.function().result),
            };
            // `read` has found every conflict already.
            let _ = table.insert(line.method, line.path, route);
        }
        let unmatched = metrics.unmatched();
        Ok((Self { table, unmatched }, read.warnings))
    }

    /// Every route; those of one path together, else in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = Listed<'_>> {
        self.table.routes().map(|route| Listed {
            method: &route.method,
            path: &route.path,
            handler: &route.handler,
        })
    }

    /// What answers a request. `path` is still percent-encoded, and without the query.
    pub(crate) fn find(&self, method: &Method, path: &str) -> RouteMatch<'_, Route> {
        self.table.find(method, path)
    }
}

/// Tells "no result" by the type as its author wrote it.
fn is_void(result: &str) -> bool {
    let result: String = result.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(&*result, "" | "()" | "void") || result == "Result<()>" || result.starts_with("Result<(),")
}

#[cfg(test)]
mod tests;
