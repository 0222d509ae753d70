//! The service that spans are of.

use std::sync::Arc;

/// Who sends the spans, as resources name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: Arc<str>,
    pub version: Arc<str>,
}
