//! What may not go out.

use std::net::IpAddr;

use crate::base::explain::{Explain, Explanation, is};
use crate::base::{limits, off_limits::OffLimits};

/// Why a request goes out to nobody.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EgressError {
    /// This origin leads to the admin address of the host.
    #[error("{} is never reached: {}", .0, OffLimits)]
    OffLimits(String),
    /// This origin may lead to public addresses only, and leads to a private one.
    #[error("{origin} leads to {address}, a private address")]
    Private { origin: String, address: IpAddr },
    /// This origin leads to an address where no service may be.
    #[error(
        "{origin} leads to {address}, where no service may be: link-local, multicast and unspecified addresses are never reached"
    )]
    Nowhere { origin: String, address: IpAddr },
    /// There are too many headers, or they are too long together.
    #[error(
        "{count} headers of {bytes} bytes are too many or too long: a request has at most {} headers of {} bytes in all",
        limits::HEADER_COUNT,
        limits::HEADER_BYTES
    )]
    Headers { count: usize, bytes: usize },
    /// A header's name is not one that HTTP allows.
    #[error("`{}` is no header name", .0.escape_debug())]
    HeaderName(String),
    /// The value of this header has characters that HTTP does not allow.
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
