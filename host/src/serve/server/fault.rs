//! Failures as their clients see them.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use http_body_util::Full;
use serde::Serialize;

use super::reply::JSON;
use crate::{
    base::{arguments::ArgumentsRefused, escape, limits, redact, value::Error},
    network::mesh,
};

/// What a 401 of the host's own asks for (RFC 9110, 11.6.1).
const CHALLENGE: HeaderValue = HeaderValue::from_static("ServiceToken header=\"x-service-token\"");

/// A request that ends without a reply.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    message: String,
    argument: Option<String>,
    allow: Option<HeaderValue>,
    /// The codings in which a body may come.
    codings: Option<HeaderValue>,
    challenge: Option<HeaderValue>,
    /// The client is given the request's id: the log has more.
    is_traced: bool,
}

impl Fault {
    /// A status that is no error becomes 500.
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.as_u16() >= 400 && status.as_u16() < 600);
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            message: message.into(),
            argument: None,
            allow: None,
            codings: None,
            challenge: None,
            is_traced: false,
        }
    }

    pub(super) fn other_methods(allow: &HeaderValue) -> Self {
        let methods = allow.to_str().unwrap_or_default();
        let fault = Self::new(405, format!("this path answers {methods}"));
        Self {
            allow: Some(allow.clone()),
            ..fault
        }
    }

    /// A body in a coding (RFC 9110, 12.5.3).
    pub(super) fn coded() -> Self {
        Self {
            codings: Some(HeaderValue::from_static("identity")),
            ..Self::new(415, "the body must come as it is, without a content-encoding")
        }
    }

    pub(super) fn busy() -> Self {
        Self::new(503, "too many requests at once: try again shortly")
    }

    /// Its status and message.
    pub(super) fn into_words(self) -> (StatusCode, String) {
        (self.status, self.message)
    }

    /// `service` is the service's name. What went wrong inside (500) is for the log only: the client gets the
    /// request's id to ask about.
    pub(super) fn response(self, service: &str, request_id: &Arc<str>) -> Response<Full<Bytes>> {
        let hidden = self.status == StatusCode::INTERNAL_SERVER_ERROR;
        let body = Body {
            status: "error",
            message: if hidden { "internal error" } else { &self.message },
            service,
            argument: self.argument.as_deref(),
            request_id: (hidden || self.is_traced).then_some(&**request_id),
        };
        // Text alone always serializes.
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Full::new(json.into()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, allow);
        }
        if let Some(codings) = self.codings {
            headers.insert(ACCEPT_ENCODING, codings);
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[derive(Serialize)]
struct Body<'a> {
    status: &'static str,
    message: &'a str,
    service: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    argument: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl From<ArgumentsRefused> for Fault {
    fn from(refused: ArgumentsRefused) -> Self {
        let argument = refused.argument;
        Self {
            argument,
            ..Self::new(refused.status, refused.message)
        }
    }
}

impl From<mesh::AccessDenied> for Fault {
    fn from(refused: mesh::AccessDenied) -> Self {
        Self {
            challenge: (refused.status == 401).then_some(CHALLENGE),
            ..Self::new(refused.status, refused.message)
        }
    }
}

/// What a call says that failed. Of what failed behind it, clients are told the kind at most: where others are, and what they
/// said, is in the log.
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let Error { status, code, message } = error;
        let is_conflict = is_conflict(status, &code);
        let message = match status {
            _ if is_conflict => CONFLICT.to_owned(),
            502..=504 if is_from_behind(&code, &message) => behind(status).to_owned(),
            500.. => redact::for_clients(&message),
            _ => redact::text(&escape::capped(&message, limits::ERROR_TEXT)).into_owned(),
        };
        Self {
            is_traced: status > 500 || is_conflict,
            ..Self::new(status, message)
        }
    }
}

const CONFLICT: &str = "this conflicts with the data that is stored";

/// Whether an error has a database's words on what a row does not go with: they name tables, columns and values of others.
pub(super) fn is_conflict(status: u16, code: &str) -> bool {
    status == 409 && code == "constraint"
}

fn behind(status: u16) -> &'static str {
    match status {
        502 => "a service behind this one failed",
        503 => "not available now: try again shortly",
        _ => "a service behind this one took too long",
    }
}

/// Whether an error has the words of what failed behind the service, or its place. A fujsen's own words are meant for its
/// clients.
fn is_from_behind(code: &str, message: &str) -> bool {
    const CODES: [&str; 20] = [
        "aborted",
        "bad-answer",
        "busy",
        "cancelled",
        "data-loss",
        "deadline-exceeded",
        "failed-precondition",
        "full",
        "internal",
        "invalid-argument",
        "login",
        "no-reflection",
        "out-of-range",
        "read-only",
        "redis",
        "resource-exhausted",
        "tls",
        "unhealthy",
        "unimplemented",
        "unknown",
    ];
    // Fujsens give their own errors these, too.
    const SHARED: [&str; 2] = ["timeout", "unavailable"];
    const WORDS: [&str; 5] = [
        "cannot be reached",
        "cannot be opened",
        "did not answer",
        "sent nothing",
        "time is over",
    ];
    CODES.contains(&code) || (SHARED.contains(&code) && WORDS.iter().any(|words| message.contains(words)))
}
