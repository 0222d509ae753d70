//! What a fujsen may give back, and how it becomes an HTTP response.

mod scalar;

use serde::Serialize;

pub use crate::bindings::tusk::fujsen::types::Reply;
use crate::{Datum, Result};

/// What a fujsen may answer: anything that is [`Serialize`] (JSON, status 200), [`Created`], [`Response`].
pub trait IntoReply {
    /// What the host is given. 500 where the value cannot be serialized.
    fn into_reply(self) -> Result<Reply>;
}

impl<T: Serialize> IntoReply for T {
    fn into_reply(self) -> Result<Reply> {
        Ok(reply(0, scalar::encode(&self)?))
    }
}

/// Status 201 with a JSON body.
///
/// ```
/// use tusk::prelude::*;
///
/// #[fujsen]
/// fn create(name: String) -> Created<Value> {
///     Created(json!({ "name": name }))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoReply for Created<T> {
    fn into_reply(self) -> Result<Reply> {
        Ok(reply(201, scalar::encode(&self.0)?))
    }
}

/// An answer with its own status, headers or type of body.
///
/// ```
/// use tusk::prelude::*;
///
/// #[fujsen]
/// fn health(#[default(true)] up: bool) -> Response {
///     let status = if up { 200 } else { 503 };
///     Response::json(&json!({ "up": up })).status(status).header("cache-control", "no-store")
/// }
///
/// #[fujsen]
/// fn page() -> Response {
///     Response::html("<h1>It runs</h1>")
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Result<Datum>,
}

impl Response {
    /// Status 200 with a JSON body.
    pub fn json<T: Serialize + ?Sized>(body: &T) -> Self {
        Self::new(scalar::encode(body))
    }

    /// Status 200 with plain text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::new(Ok(Datum::Text(body.into()))).header("content-type", "text/plain; charset=utf-8")
    }

    /// Status 200 with an HTML page.
    pub fn html(body: impl Into<String>) -> Self {
        Self::new(Ok(Datum::Text(body.into()))).header("content-type", "text/html; charset=utf-8")
    }

    /// Status 200 with bytes of a media type such as `image/png`.
    pub fn bytes(content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self::new(Ok(Datum::Bytes(body.into()))).header("content-type", content_type)
    }

    /// A status such as 204 without a body.
    pub fn empty(status: u16) -> Self {
        Self::bytes("application/octet-stream", Vec::new()).status(status)
    }

    /// Status 303: the client fetches `url` with GET.
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::empty(303).header("location", url)
    }

    fn new(body: Result<Datum>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body,
        }
    }

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl IntoReply for Response {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply {
            status: self.status,
            headers: self.headers,
            body: self.body?,
        })
    }
}

/// Bytes travel as they are; `Vec<u8>` through serde would be an array of numbers.
pub fn bytes(body: Vec<u8>) -> Reply {
    Reply {
        status: 0,
        headers: vec![("content-type".to_owned(), "application/octet-stream".to_owned())],
        body: Datum::Bytes(body),
    }
}

/// No bytes are `null`.
pub fn optional_bytes(body: Option<Vec<u8>>) -> Reply {
    body.map_or_else(|| reply(0, Datum::Null), bytes)
}

fn reply(status: u16, body: Datum) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body,
    }
}
