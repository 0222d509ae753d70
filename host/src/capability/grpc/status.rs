//! How a call failed, as a fujsen is told.

use tonic::{Code, Status, TimeoutExpired};

use super::Server;
use crate::{
    base::{limits, value::Error},
    network::egress::{Forbidden, cause, forbidden, reason},
};

/// How tonic begins what it says of a message that is over the bound. It has no other sign for it.
const OVER: &str = "Error, decoded message length too large";

/// The status of HTTP that a status of gRPC amounts to, and its name.
fn meaning(code: Code) -> (u16, &'static str) {
    match code {
        // Only failures come here.
        Code::Ok => (502, "ok"),
        Code::Cancelled => (499, "cancelled"),
        Code::Unknown => (502, "unknown"),
        Code::InvalidArgument => (400, "invalid-argument"),
        Code::DeadlineExceeded => (504, "deadline-exceeded"),
        Code::NotFound => (404, "not-found"),
        Code::AlreadyExists => (409, "already-exists"),
        Code::PermissionDenied => (403, "permission-denied"),
        Code::ResourceExhausted => (429, "resource-exhausted"),
        Code::FailedPrecondition => (400, "failed-precondition"),
        Code::Aborted => (409, "aborted"),
        Code::OutOfRange => (400, "out-of-range"),
        Code::Unimplemented => (501, "unimplemented"),
        Code::Internal => (502, "internal"),
        Code::Unavailable => (503, "unavailable"),
        Code::DataLoss => (502, "data-loss"),
        Code::Unauthenticated => (401, "unauthenticated"),
    }
}

impl Server {
    /// Why a call of `method` failed: what the server says, or what became of the connection.
    pub(super) fn failure(&self, method: &str, status: &Status) -> Error {
        let name = &self.name;
        match std::error::Error::source(status) {
            // The time that was left when the call was sent.
            Some(source) if cause::<TimeoutExpired>(source).is_some() => {}
            Some(source) => return self.broken(source),
            None => {}
        }
        if status.code() == Code::OutOfRange && status.message().starts_with(OVER) {
            return self.too_large(method);
        }
        let (http, code) = meaning(status.code());
        let words: String = status.message().chars().take(limits::GRPC_WORDS).collect();
        let words = if words.is_empty() { words } else { format!(": {words}") };
        Error::new(http, code, format!("{name}: {method} answered {code}{words}"))
    }

    /// A failure that no server has sent.
    fn broken(&self, error: &(dyn std::error::Error + 'static)) -> Error {
        let place = &self.remote.place;
        if let Some(Forbidden(address)) = cause(error) {
            return forbidden(&place.origin, *address, place.network);
        }
        let message = format!("{} ({}) cannot be reached: {}", self.name, place.show(), reason(error));
        Error::new(503, "unavailable", message)
    }

    pub(super) fn too_large(&self, method: &str) -> Error {
        let (message, json) = (limits::GRPC_MESSAGE >> 20, limits::GRPC_JSON >> 20);
        let name = &self.name;
        let message = format!("{name}: the answer of {method} is over {message} MiB, or over {json} MiB as JSON");
        Error::new(502, "too-large", message)
    }

    pub(super) fn timed_out(&self, method: &str, waited: std::time::Duration) -> Error {
        let waited = waited.as_millis();
        let message = format!("{}: {method} did not answer within {waited} ms", self.name);
        Error::new(504, "deadline-exceeded", message)
    }
}
