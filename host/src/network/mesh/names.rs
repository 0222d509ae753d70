//! The headers in which services say to each other what they are called.

use http::HeaderName;

pub(crate) const SERVICE_NAME: HeaderName = HeaderName::from_static("x-service-name");
pub(crate) const SERVICE_VERSION: HeaderName = HeaderName::from_static("x-service-version");
pub(crate) const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");
