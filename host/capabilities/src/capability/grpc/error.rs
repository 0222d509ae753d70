//! What goes wrong with a call.

use tonic::Code;

use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::limits,
    network::{egress::EgressError, resilience::ResilienceError},
};

/// Why a call has no answer. `server` is a key of `[grpc]`, `method` is `package.Service/Method`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GrpcError {
    /// The file has no such server under `[grpc]`. `hint` may name one that is spelt alike.
    #[error("no gRPC server `{name}`{hint}")]
    UnknownServer { name: String, hint: String },
    /// The path is none of a method.
    #[error("`{}` is no method: write `package.Service/Method`", .0.escape_debug())]
    NoMethod(String),
    /// The server has no such service, or the service no such method.
    #[error("{server} has no {what} `{}`{hint}", .name.escape_debug())]
    Unknown {
        server: String,
        what: Missing,
        name: String,
        hint: String,
    },
    /// The server offers no reflection, and the file names no `.proto` files for it.
    #[error("{server} ({place}) does not describe its services")]
    Silent { server: String, place: String },
    /// What the server says of its services cannot be used.
    #[error("{server} describes its services wrongly: {why}")]
    Undescribed { server: String, why: String },
    /// Of what a fujsen asks for, whatever its message.
    #[error("{0}")]
    Argument(String),
    /// The message is not what the method takes.
    #[error("{server}: {method}: {why}")]
    Message {
        server: String,
        method: String,
        why: String,
    },
    /// A value under a name that ends in `-bin` is not base64.
    #[error("the value of `{0}` must be base64: names that end in -bin hold bytes")]
    Metadata(http::HeaderName),
    /// What the call sends beside its message is too long.
    #[error("the metadata of a call is over {} KiB", limits::GRPC_METADATA >> 10)]
    LongMetadata,
    /// The message is too long to be sent.
    #[error("{server}: the message for {method} is over {} MiB", limits::GRPC_MESSAGE >> 20)]
    LongMessage { server: String, method: String },
    /// The answer is too long, as it comes or as JSON.
    #[error(
        "{server}: the answer of {method} is over {} MiB, or over {} MiB as JSON",
        limits::GRPC_MESSAGE >> 20,
        limits::GRPC_JSON >> 20
    )]
    LongAnswer { server: String, method: String },
    /// The stream has more messages than a call may take in.
    #[error("{server}: {method} streams more than {} messages", limits::GRPC_MESSAGES)]
    LongStream { server: String, method: String },
    /// The answer is not what the description of the method says.
    #[error("{server}: the answer of {method} is broken: {why}")]
    Broken {
        server: String,
        method: String,
        why: String,
    },
    /// There is no connection to the server.
    #[error("{server} ({place}) cannot be reached: {why}")]
    Unreachable { server: String, place: String, why: String },
    /// The time of the call ran out; `waited` is in milliseconds.
    #[error("{server}: {method} did not answer within {waited} ms")]
    Late {
        server: String,
        method: String,
        waited: u128,
    },
    /// By the server's own word.
    #[error("{server}: {method} answered {}{words}", word(*.code).1)]
    Status {
        server: String,
        method: String,
        code: Code,
        words: String,
    },
    /// The server says of itself that it does not serve.
    #[error("{0}")]
    Unhealthy(&'static str),
    /// The server's address may not be reached, or the metadata has a header that may not be sent.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The policy for the server made no call, or gave it up.
    #[error(transparent)]
    Resilience(#[from] ResilienceError),
}

/// What a server does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A service of that name.
    Service,
    /// A method of that name, where there is the service.
    Method,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Service => "service",
            Self::Method => "method",
        })
    }
}

/// The status of HTTP that a status of gRPC amounts to, and its name.
fn word(code: Code) -> (u16, &'static str) {
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

impl Explain for GrpcError {
    fn explain(&self) -> Explanation {
        match self {
            Self::UnknownServer { name, .. } => {
                is(500, "unknown-server").help(format!("to add it, write\n[grpc]\n{name}: \"http://127.0.0.1:50051\""))
            }
            Self::NoMethod(_)
            | Self::Unknown {
                what: Missing::Method, ..
            } => is(500, "unknown-method"),
            Self::Unknown {
                what: Missing::Service, ..
            } => is(500, "unknown-service"),
            Self::Silent { server, place } => is(502, "no-reflection").help(format!(
                "name its .proto files:\n[grpc]\n{server}: {{ url: \"{place}\", proto: [\"{server}.proto\"] }}"
            )),
            Self::Undescribed { .. } => is(502, "no-reflection"),
            Self::Argument(_) => is(500, "bad-argument"),
            Self::Message { .. } => is(400, "bad-argument"),
            Self::Metadata(_) => is(500, "bad-header"),
            Self::LongMetadata | Self::LongMessage { .. } => is(500, "too-large"),
            Self::LongAnswer { .. } | Self::LongStream { .. } => is(502, "too-large"),
            Self::Broken { .. } => is(502, "bad-answer"),
            Self::Unreachable { .. } => is(503, "unavailable"),
            Self::Late { .. } => is(504, "deadline-exceeded"),
            Self::Status { code, .. } => {
                let (status, word) = word(*code);
                is(status, word)
            }
            Self::Unhealthy(_) => is(502, "unhealthy"),
            Self::Egress(error) => error.explain(),
            Self::Resilience(error) => error.explain(),
        }
    }
}
