//! What services are called, and the headers in which they say so to each other.

use http::HeaderName;

pub(crate) const SERVICE_NAME: HeaderName = HeaderName::from_static("x-service-name");
pub(crate) const SERVICE_VERSION: HeaderName = HeaderName::from_static("x-service-version");
pub(crate) const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");

/// Whether two names are of one service: `_` and `-` are the same, as keys of a file often have the one and services
/// the other.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte };
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(a, b)| plain(a) == plain(b))
}
