//! The headers in which services say to each other what they are called.

use http::HeaderName;

/// The name of the service that sends a request: what it says, which proves nothing.
pub const SERVICE_NAME: HeaderName = HeaderName::from_static("x-service-name");
/// The version of that service, as its file states it.
pub const SERVICE_VERSION: HeaderName = HeaderName::from_static("x-service-version");
/// A token that proves the name, where both services share a secret.
pub const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");
