//! Keys of the state.

use std::sync::Arc;

/// A key, and whose it is.
#[derive(Clone)]
pub(super) struct Name {
    pub(super) service: Arc<str>,
    pub(super) key: String,
}
