//! Calls of the gRPC servers that the TSK file names under `[grpc]`, with JSON in and out.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn find(id: String) -> Result<Value> {
//! let user = grpc::call("users", "users.UserService/GetUser", &json!({ "user_id": id }))?;
//! log::info("found", fields! { name: user["name"].as_str().unwrap_or("") });
//!
//! let first = grpc::request("users", "users.UserService/ListUsers")
//!     .message(&json!({ "page_size": 50 }))
//!     .metadata("x-tenant", "acme")
//!     .timeout(Duration::from_secs(2))
//!     .limit(10)
//!     .stream()?;
//! Ok(json!({ "user": user, "first": first.values(), "more": first.cut() }))
//! # }
//! ```
//!
//! A message is an object with the fields of the `.proto` file, by their names there or by their JSON names. In an answer every
//! field has its name of the `.proto` file, also where it is zero or empty; what can be absent (messages, `optional`,
//! `oneof`) is there when it was set. 64-bit integers are numbers, enums their names, bytes base64.
//!
//! A status other than `OK` is an [`Error`], whose code is the status's name: `not-found`, `invalid-argument`,
//! `deadline-exceeded`, `unavailable`. A message with a field that does not exist is a `bad-argument` (400).
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Error, Result, bindings::tusk::fujsen::grpc as host, request::find};

/// Calls `package.Service/Method` of a server, and gives the message that it answers with.
pub fn call<T: Serialize + ?Sized>(server: &str, method: &str, message: &T) -> Result<Value> {
    request(server, method).message(message).call()?.json()
}

/// Calls a method that answers with a stream, and gives all its messages: 10,000 or 8 MiB of them at most.
pub fn stream<T: Serialize + ?Sized>(server: &str, method: &str, message: &T) -> Result<Vec<Value>> {
    Ok(request(server, method).message(message).stream()?.values)
}

/// A call with more to say about it.
pub fn request(server: impl Into<String>, method: impl Into<String>) -> RequestBuilder {
    RequestBuilder {
        request: host::Request {
            server: server.into(),
            method: method.into(),
            message: "{}".to_owned(),
            metadata: Vec::new(),
            timeout_ms: None,
        },
        limit: None,
        broken: None,
    }
}

/// A call that was not made yet.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is made"]
pub struct RequestBuilder {
    request: host::Request,
    limit: Option<u32>,
    broken: Option<Error>,
}

impl RequestBuilder {
    /// The message; without it, one without fields.
    pub fn message<T: Serialize + ?Sized>(mut self, message: &T) -> Self {
        match serde_json::to_string(message) {
            Ok(message) => self.request.message = message,
            Err(error) => self.broken = Some(error.into()),
        }
        self
    }

    /// Adds metadata. Where the name ends in `-bin`, the value is base64.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.metadata.push((name.into(), value.into()));
        self
    }

    /// Adds `authorization: Bearer …`.
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        self.metadata("authorization", format!("Bearer {}", token.as_ref()))
    }

    /// The total time, capped by what is left of the call's own. 10 s when it is not set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.timeout_ms = Some(timeout.as_millis().try_into().unwrap_or(u32::MAX));
        self
    }

    /// Reads a stream up to so many messages, 1 to 10,000, and leaves it then.
    pub fn limit(mut self, messages: u32) -> Self {
        self.limit = Some(messages);
        self
    }

    /// Calls a method that answers with one message.
    pub fn call(self) -> Result<Response> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        host::call(&self.request).map(Response).map_err(Error::from_host)
    }

    /// Calls a method that answers with a stream.
    pub fn stream(self) -> Result<Messages> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let answer = host::stream(&self.request, self.limit).map_err(Error::from_host)?;
        Ok(Messages {
            values: answer
                .messages
                .iter()
                .map(|message| read(message))
                .collect::<Result<_>>()?,
            cut: answer.cut,
            metadata: answer.metadata,
        })
    }
}

/// The message that a server answered with, and what travelled beside it.
#[derive(Clone, Debug)]
pub struct Response(host::Response);

impl Response {
    /// The message as a type of one's own, or as a `Value`. 502 when it is not of that type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        read(&self.0.message)
    }

    /// The first metadata `name`, in any case, of headers and trailers. Where it ends in `-bin`, the value is base64.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        find(&self.0.metadata, |key| key.eq_ignore_ascii_case(name))
    }
}

/// The messages of a stream, in the order in which they came.
#[derive(Clone, Debug)]
pub struct Messages {
    values: Vec<Value>,
    cut: bool,
    metadata: Vec<(String, String)>,
}

impl Messages {
    /// Each message as JSON.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Each message as a type of one's own. 502 when one is not of that type.
    pub fn json<T: DeserializeOwned>(self) -> Result<Vec<T>> {
        let each = self.values.into_iter().map(serde_json::from_value);
        each.collect::<Result<_, _>>().map_err(unexpected)
    }

    /// Whether the stream was left after as many messages as `limit` says; it may have had more.
    pub fn cut(&self) -> bool {
        self.cut
    }

    /// The first metadata `name`, in any case. Trailers are there when the stream was read to its end.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        find(&self.metadata, |key| key.eq_ignore_ascii_case(name))
    }
}

fn read<T: DeserializeOwned>(message: &str) -> Result<T> {
    serde_json::from_str(message).map_err(unexpected)
}

fn unexpected(error: serde_json::Error) -> Error {
    Error::bad_gateway(format!(
        "the server answered with another message than expected: {error}"
    ))
}
