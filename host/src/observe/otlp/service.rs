//! The service that is observed.

use std::sync::Arc;

/// Who sends, as resources name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: Arc<str>,
    pub version: Arc<str>,
}
