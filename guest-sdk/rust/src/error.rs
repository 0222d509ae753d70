//! Errors that a fujsen gives its caller: a status, a code and words.

use std::fmt;

use crate::{bindings::tusk::fujsen::types, remedy};

/// A result whose error is [`Error`] unless it says otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a fujsen failed: the HTTP status that it answers, a stable word to match on, and a message.
///
/// The client sees the message, except with a status of 500: that one goes to the log only.
/// Any [`std::error::Error`] becomes a 500 through `?`.
///
/// ```
/// use tusk::prelude::*;
///
/// fn find(id: i64) -> Result<String> {
///     if id < 1 {
///         return Err(Error::bad_request("`id` counts from 1"));
///     }
///     let user = sql::query_one("main", "SELECT name FROM users WHERE id = ?", params![id])?;
///     user.ok_or_else(|| Error::not_found(format!("there is no user {id}")))?.get("name")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: u16,
    code: String,
    message: String,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident $status:literal $code:literal)*) => {$(
        $(#[$doc])*
        pub fn $name(message: impl Into<String>) -> Self {
            Self::new($status, message).with_code($code)
        }
    )*};
}

impl Error {
    /// An error with any HTTP status from 400 to 599; any other number counts as 500.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let status = if (400..600).contains(&status) { status } else { 500 };
        Self {
            status,
            code: "error".to_owned(),
            message: message.into(),
        }
    }

    constructors! {
        /// 400: the request is wrong.
        bad_request 400 "bad-request"
        /// 401: the client has not said who it is.
        unauthorized 401 "unauthorized"
        /// 403: the client may not do this.
        forbidden 403 "forbidden"
        /// 404: there is no such thing.
        not_found 404 "not-found"
        /// 409: it contradicts what is there.
        conflict 409 "conflict"
        /// 422: the request is well-formed, its content is not acceptable.
        unprocessable 422 "unprocessable"
        /// 429: the client asks too often.
        too_many_requests 429 "too-many-requests"
        /// 500: our fault. The message goes to the log only.
        internal 500 "internal"
        /// 502: a service behind this one answered nonsense.
        bad_gateway 502 "bad-gateway"
        /// 503: not now.
        unavailable 503 "unavailable"
        /// 504: a service behind this one took too long.
        timeout 504 "timeout"
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A stable, lower-case word such as `busy`, `denied`, `timeout` or `not-found`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The same error with another status, such as a failed query that means 409.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same error with another code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = code.into();
        self
    }

    /// The same error with what was being done in front of its message.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }

    /// An error as the host gives it, with its status, code and message as they are.
    pub(crate) fn from_host(error: types::Error) -> Self {
        Self {
            status: error.status,
            code: error.code,
            message: error.message,
        }
    }

    /// The error as the world's `call` gives it.
    pub(crate) fn into_host(self) -> types::Error {
        types::Error {
            status: self.status,
            code: self.code,
            message: self.message,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// `Error` itself is not a `std::error::Error`: that is what lets every other error convert.
impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Self::internal(remedy::add(&message))
    }
}
