//! The service that is observed.

use std::sync::Arc;

/// Who sends, as resources name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The name of the service: `service.name`.
    pub name: Arc<str>,
    /// The version that its file states: `service.version`.
    pub version: Arc<str>,
}
