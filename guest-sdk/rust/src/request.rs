//! The HTTP request that a fujsen answers.

use serde::de::DeserializeOwned;

use crate::{Error, Result, bindings::tusk::fujsen::http as host};

/// The HTTP request that is being served. A parameter of this type gets it whole.
///
/// ```
/// use tusk::prelude::*;
///
/// #[fujsen]
/// fn upload(request: Request) -> Result<Value> {
///     let agent = request.header("user-agent").unwrap_or("unknown");
///     Ok(json!({ "bytes": request.body.len(), "agent": agent, "path": request.path }))
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// In capitals, such as `POST`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Path parameters, percent-decoded.
    pub parameters: Vec<(String, String)>,
    /// Query parameters in order, percent-decoded.
    pub query: Vec<(String, String)>,
    /// All headers, their names in lower case. A name is there once for each of its values.
    pub headers: Vec<(String, String)>,
    /// As it came; empty where there was none.
    pub body: Vec<u8>,
    /// The service that sent it; none where no token and no certificate proves who it is. Unlike the header
    /// `x-service-name`, which anybody can write.
    pub service: Option<String>,
}

impl Request {
    /// The request that this call serves; none when no HTTP request started it.
    pub fn incoming() -> Option<Self> {
        let request = host::incoming()?;
        Some(Self {
            method: request.method,
            path: request.path,
            parameters: request.parameters,
            query: request.query,
            headers: request.headers,
            body: request.body,
            service: request.service,
        })
    }

    /// The path parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.parameters, |key| key == name)
    }

    /// The first query parameter `name`.
    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, |key| key == name)
    }

    /// The first header `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, |key| key.eq_ignore_ascii_case(name))
    }

    /// The body as text. 400 when it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|_| Error::bad_request("the body is not UTF-8"))
    }

    /// The body, read as JSON. 400 when it is not of that type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| Error::bad_request(format!("the body: {error}")))
    }
}

/// The value of the first pair whose name is right.
pub(crate) fn find(pairs: &[(String, String)], is: impl Fn(&str) -> bool) -> Option<&str> {
    pairs.iter().find(|(name, _)| is(name)).map(|(_, value)| value.as_str())
}
