//! From method and path to a route.

use http::{HeaderValue, Method};
use matchit::{InsertError, Router};
use percent_encoding::percent_decode_str;

use super::path::Path;

/// Routes by path, then by method. A route is any `T`, which the table only hands out.
pub(crate) struct RouteTable<T> {
    /// Canonical paths, by index into `paths`.
    router: Router<usize>,
    paths: Vec<Methods<T>>,
}

struct Methods<T> {
    canonical: String,
    routes: Vec<TableEntry<T>>,
    /// The value of an `Allow` header.
    allow: HeaderValue,
}

struct TableEntry<T> {
    method: Method,
    names: Vec<String>,
    route: T,
}

/// What a method and a path lead to.
#[derive(Debug)]
pub(crate) enum RouteMatch<'t, T> {
    /// A route answers.
    Route {
        /// The one that answers.
        route: &'t T,
        /// Percent-decoded, in the order of the path.
        parameters: Vec<(String, String)>,
    },
    /// There is such a path, but not for this method. The value of an `Allow` header.
    OtherMethods(&'t HeaderValue),
    /// The path's percent-encoding gives no UTF-8.
    Undecodable,
    /// No route has such a path.
    Nothing,
}

/// Two routes that would answer the same request. The index of the one that was first.
#[derive(Debug, PartialEq)]
pub(super) struct Conflict<T>(pub(super) T);

impl<T> RouteTable<T> {
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            paths: Vec::new(),
        }
    }

    pub(super) fn routes(&self) -> impl Iterator<Item = &T> {
        self.paths
            .iter()
            .flat_map(|path| path.routes.iter().map(|entry| &entry.route))
    }

    /// Adds a route, unless another one has its place.
    #[expect(
        clippy::indexing_slicing,
        reason = "both indexes are of what was found or pushed just before"
    )]
    pub(super) fn insert(&mut self, method: Method, path: Path, route: T) -> Result<(), Conflict<Option<&T>>> {
        let Path { canonical, names } = path;
        let index = match self.paths.iter().position(|path| path.canonical == canonical) {
            Some(index) => index,
            None => {
                if let Err(error) = self.router.insert(canonical.clone(), self.paths.len()) {
                    return Err(Conflict(self.conflicting(&error)));
                }
                self.paths.push(Methods {
                    canonical,
                    routes: Vec::new(),
                    allow: HeaderValue::from_static(""),
                });
                self.paths.len() - 1
            }
        };
        let path = &mut self.paths[index];
        if let Some(taken) = path.routes.iter().position(|entry| entry.method == method) {
            return Err(Conflict(Some(&path.routes[taken].route)));
        }
        path.routes.push(TableEntry { method, names, route });
        path.allow = path.allow();
        Ok(())
    }

    fn conflicting(&self, error: &InsertError) -> Option<&T> {
        let InsertError::Conflict { with } = error else {
            return None;
        };
        let path = self.paths.iter().find(|path| path.canonical == *with)?;
        path.routes.first().map(|entry| &entry.route)
    }

    /// The route of a request. HEAD is answered by GET where it has no route of its own, and a path with a trailing
    /// slash by the one without (and the other way round) where only that one exists.
    pub(crate) fn find(&self, method: &Method, path: &str) -> RouteMatch<'_, T> {
        match self.find_exact(method, path) {
            RouteMatch::Nothing => match path.strip_suffix('/') {
                Some(shorter) if shorter.is_empty() || shorter.ends_with('/') => RouteMatch::Nothing,
                Some(shorter) => self.find_exact(method, shorter),
                None if path.is_empty() => RouteMatch::Nothing,
                None => self.find_exact(method, &format!("{path}/")),
            },
            found => found,
        }
    }

    fn find_exact(&self, method: &Method, path: &str) -> RouteMatch<'_, T> {
        let Ok(found) = self.router.at(path) else {
            return RouteMatch::Nothing;
        };
        let Some(path) = self.paths.get(*found.value) else {
            return RouteMatch::Nothing;
        };
        let Some(entry) = path.entry(method) else {
            return RouteMatch::OtherMethods(&path.allow);
        };
        let mut parameters = Vec::with_capacity(entry.names.len());
        for (name, (_, value)) in entry.names.iter().zip(found.params.iter()) {
            let Ok(value) = percent_decode_str(value).decode_utf8() else {
                return RouteMatch::Undecodable;
            };
            parameters.push((name.clone(), value.into_owned()));
        }
        RouteMatch::Route {
            route: &entry.route,
            parameters,
        }
    }
}

impl<T> Methods<T> {
    fn entry(&self, method: &Method) -> Option<&TableEntry<T>> {
        let of = |method: &Method| self.routes.iter().find(|entry| entry.method == *method);
        of(method).or_else(|| {
            if *method == Method::HEAD {
                of(&Method::GET)
            } else {
                None
            }
        })
    }

    fn allow(&self) -> HeaderValue {
        let mut methods: Vec<&str> = self.routes.iter().map(|entry| entry.method.as_str()).collect();
        if methods.contains(&"GET") && !methods.contains(&"HEAD") {
            methods.push("HEAD");
        }
        if !methods.contains(&"OPTIONS") {
            methods.push("OPTIONS");
        }
        HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }
}
