//! The service that is observed.

use std::sync::Arc;

/// Who sends, as resources name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub name: Arc<str>,
    pub version: Arc<str>,
}
