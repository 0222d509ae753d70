//! How a call failed, as a fujsen is told.

use tonic::{Code, Status, TimeoutExpired};

use super::{GrpcError, GrpcServer};
use crate::{
    base::limits,
    network::egress::{Forbidden, cause, forbidden, reason},
};

/// How tonic begins what it says of a message that is over the bound. It has no other sign for it.
const OVER: &str = "Error, decoded message length too large";

impl GrpcServer {
    /// Why a call of `method` failed: what the server says, or what became of the connection.
    pub(super) fn failure(&self, method: &str, status: &Status) -> GrpcError {
        match std::error::Error::source(status) {
            // The time that was left when the call was sent.
            Some(source) if cause::<TimeoutExpired>(source).is_some() => {}
            Some(source) => return self.broken(source),
            None => {}
        }
        if status.code() == Code::OutOfRange && status.message().starts_with(OVER) {
            return self.too_large(method);
        }
        let words: String = status.message().chars().take(limits::GRPC_WORDS).collect();
        GrpcError::Status {
            server: self.name.clone(),
            method: method.to_owned(),
            code: status.code(),
            words: if words.is_empty() { words } else { format!(": {words}") },
        }
    }

    /// A failure that no server has sent.
    fn broken(&self, error: &(dyn std::error::Error + 'static)) -> GrpcError {
        let place = &self.remote.place;
        if let Some(Forbidden(address)) = cause(error) {
            return forbidden(&place.origin, *address, place.network).into();
        }
        GrpcError::Unreachable {
            server: self.name.clone(),
            place: place.show().to_owned(),
            why: reason(error),
        }
    }

    pub(super) fn too_large(&self, method: &str) -> GrpcError {
        GrpcError::LongAnswer {
            server: self.name.clone(),
            method: method.to_owned(),
        }
    }

    pub(super) fn timed_out(&self, method: &str, waited: std::time::Duration) -> GrpcError {
        GrpcError::Late {
            server: self.name.clone(),
            method: method.to_owned(),
            waited: waited.as_millis(),
        }
    }
}
