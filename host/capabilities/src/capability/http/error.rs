//! What goes wrong with a request.

use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::limits,
    network::{discovery::DiscoveryError, egress::EgressError, resilience::ResilienceError},
};

/// Why a request has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HttpError {
    /// The URL cannot be read, or is of no kind that requests go to.
    #[error("`{}` is no URL to send a request to: {why}", .url.escape_debug())]
    Url { url: String, why: String },
    /// The method is no word that HTTP can send, or it is CONNECT or TRACE.
    #[error("`{}` is no method", .0.escape_debug())]
    Method(String),
    /// The file does not grant this origin.
    #[error("the file does not grant {0}")]
    NotGranted(String),
    /// There is nothing to send it with.
    #[error("{0}")]
    NoClient(String),
    /// Nobody was there: nothing was sent.
    #[error("{shown} cannot be reached: {why}")]
    Unreachable {
        shown: String,
        why: String,
        remedy: Option<&'static str>,
    },
    /// The connection broke off before an answer: the request may have been received.
    #[error("{shown} broke off: {why}")]
    Reset {
        shown: String,
        why: String,
        remedy: Option<&'static str>,
    },
    /// The connection broke off after the head of the answer.
    #[error("{shown} broke off within its answer: {why}")]
    CutOff { shown: String, why: String },
    /// Within the time of a request, of a connection, or between two pieces of an answer.
    #[error("{shown} {what}")]
    Late { shown: String, what: String },
    /// There are more redirects than the request follows, or one leads nowhere.
    #[error("{0}")]
    Redirects(String),
    /// The body of the answer is too long.
    #[error("the answer of {} is over {} MiB", .0, limits::HTTP_BODY >> 20)]
    TooLarge(String),
    /// Nobody names an instance of the service.
    #[error("no instance of `{0}` is registered")]
    NoInstance(String),
    /// The registry was asked where the service is, and gave no answer.
    #[error("where `{service}` is, nobody says: {why}")]
    NoRegistry { service: String, why: String },
    /// The answer to a health check has this status.
    #[error("it answered {0}")]
    Unhealthy(u16),
    /// Nobody knows where the service is.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The request may not go out so, or not to there.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The policy for the dependency sent no request, or gave it up.
    #[error(transparent)]
    Resilience(#[from] ResilienceError),
}

impl HttpError {
    pub(super) fn url(url: &str, why: impl Into<String>) -> Self {
        Self::Url {
            url: url.chars().take(200).collect(),
            why: why.into(),
        }
    }

    /// No answer came in time.
    pub fn is_late(&self) -> bool {
        use ResilienceError::{Late, Slow};
        matches!(self, Self::Late { .. } | Self::Resilience(Slow { .. } | Late(_)))
    }
}

impl Explain for HttpError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Url { .. } => is(500, "bad-url"),
            Self::Method(_) => is(500, "bad-method"),
            Self::NotGranted(origin) => is(500, "denied").help(format!(
                "to allow it, write (or extend)\n[grants]\nhttp: [\"{origin}\"]"
            )),
            Self::NoClient(_) => is(500, "connect"),
            Self::Unreachable { remedy, .. } => is(502, "connect").may_help(*remedy),
            Self::Reset { remedy, .. } => is(502, "reset").may_help(*remedy),
            Self::CutOff { .. } => is(502, "reset"),
            Self::Late { .. } => is(504, "timeout"),
            Self::Redirects(_) => is(502, "redirects"),
            Self::TooLarge(_) => is(502, "too-large"),
            Self::NoInstance(_) => is(503, "no-instance"),
            Self::NoRegistry { .. } => is(503, "registry"),
            Self::Unhealthy(_) => is(502, "unhealthy"),
            Self::Discovery(error) => error.explain(),
            Self::Egress(error) => error.explain(),
            Self::Resilience(error) => error.explain(),
        }
    }
}
