//! Requests to the origins that the TSK file names.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn notify(id: i64) -> Result<()> {
//! let url: String = config::get("service.dependencies.notification_service")?;
//! let response = http::post(format!("{url}/notify"))
//!     .header("x-source", "users")
//!     .timeout(time::Duration::from_secs(2))
//!     .json(&json!({ "user": id }))
//!     .send()?;
//! if !response.ok() {
//!     log::warn("not notified", tusk::fields! { status: response.status() });
//! }
//! # Ok(())
//! # }
//! ```
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Result, bindings::tusk::fujsen::http as host, request::find};

macro_rules! methods {
    ($($name:ident $method:literal)*) => {$(
        #[doc = concat!("A ", $method, " request; [`send`](RequestBuilder::send) sends it.")]
        pub fn $name(url: impl Into<String>) -> RequestBuilder {
            request($method, url)
        }
    )*};
}
methods! { get "GET" post "POST" put "PUT" patch "PATCH" delete "DELETE" head "HEAD" }

/// A request of any method.
pub fn request(method: impl Into<String>, url: impl Into<String>) -> RequestBuilder {
    RequestBuilder {
        request: host::Request {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
            redirects: 10,
        },
        broken: None,
    }
}

/// A request that was not sent yet.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    request: host::Request,
    broken: Option<Error>,
}

impl RequestBuilder {
    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `authorization: Bearer …`.
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        self.header("authorization", format!("Bearer {}", token.as_ref()))
    }

    /// A body of bytes.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request.body = Some(body.into());
        self
    }

    /// A body of plain text.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.header("content-type", "text/plain; charset=utf-8")
            .body(body.into())
    }

    /// A JSON body.
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        let mut this = self.header("content-type", "application/json");
        match serde_json::to_vec(body) {
            Ok(body) => this.request.body = Some(body),
            Err(error) => this.broken = Some(error.into()),
        }
        this
    }

    /// The total time, capped by what is left of the call's own. 10 s when it is not set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.timeout_ms = Some(timeout.as_millis().try_into().unwrap_or(u32::MAX));
        self
    }

    /// How many redirects to follow; 10 when it is not set.
    pub fn redirects(mut self, count: u8) -> Self {
        self.request.redirects = count;
        self
    }

    /// Sends it. A response of any status is `Ok`; no response is an error.
    pub fn send(self) -> Result<Response> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        host::send(&self.request).map(Response).map_err(Error::from_host)
    }
}

/// What the other side answered.
#[derive(Clone, Debug)]
pub struct Response(host::Response);

impl Response {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// Whether the status is from 200 to 299.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.0.status)
    }

    /// The first header `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.0.headers, |key| key.eq_ignore_ascii_case(name))
    }

    /// All headers, their names in lower case. A name is there once for each of its values.
    pub fn headers(&self) -> &[(String, String)] {
        &self.0.headers
    }

    /// The URL that answered, after redirects.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// From sending to the last byte of the body.
    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(self.0.elapsed_us)
    }

    /// The body, decompressed where it came compressed.
    pub fn bytes(&self) -> &[u8] {
        &self.0.body
    }

    /// The body as text. 502 when it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.0.body).map_err(|_| self.bad("a body that is not UTF-8"))
    }

    /// The body, read as JSON. 502 when it is not of that type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.0.body).map_err(|error| self.bad(&format!("another JSON than expected: {error}")))
    }

    /// The response itself when its status is from 200 to 299, else 502.
    pub fn check(self) -> Result<Self> {
        if self.ok() {
            return Ok(self);
        }
        Err(self.bad(&format!("status {}", self.0.status)))
    }

    /// Queries and user names hold keys, and an error is told to others.
    fn bad(&self, what: &str) -> Error {
        let url = self.0.url.split(['?', '#']).next().unwrap_or_default();
        let shown = match url
            .split_once("://")
            .map(|(scheme, rest)| (scheme, rest.split_once('/').unwrap_or((rest, ""))))
        {
            Some((scheme, (authority, path))) => {
                let host = authority.rsplit('@').next().unwrap_or_default();
                format!("{scheme}://{host}/{path}")
            }
            None => url.to_owned(),
        };
        Error::bad_gateway(format!("{shown} answered {what}"))
    }
}
