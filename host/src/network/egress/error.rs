//! What may not go out.

use std::net::IpAddr;

use crate::base::explain::{Explain, Explanation, is};
use crate::base::{limits, off_limits::OffLimits};

/// Why a request goes out to nobody.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum EgressError {
    #[error("{} is never reached: {}", .0, OffLimits)]
    OffLimits(String),
    #[error("{origin} leads to {address}, a private address")]
    Private { origin: String, address: IpAddr },
    #[error(
        "{origin} leads to {address}, where no service may be: link-local, multicast and unspecified addresses are never reached"
    )]
    Nowhere { origin: String, address: IpAddr },
    #[error(
        "{count} headers of {bytes} bytes are too many or too long: a request has at most {} headers of {} bytes in all",
        limits::HEADER_COUNT,
        limits::HEADER_BYTES
    )]
    Headers { count: usize, bytes: usize },
    #[error("`{}` is no header name", .0.escape_debug())]
    HeaderName(String),
    #[error("the value of `{0}` has characters that no header may have")]
    HeaderValue(http::HeaderName),
}

impl Explain for EgressError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Private { origin, .. } => is(500, "denied").help(format!(
                "if that is meant, write (or extend)\n[grants]\nhttp: [\"{origin}\"]"
            )),
            Self::OffLimits(_) | Self::Nowhere { .. } => is(500, "denied"),
            Self::Headers { .. } | Self::HeaderName(_) | Self::HeaderValue(_) => is(500, "bad-header"),
        }
    }
}
