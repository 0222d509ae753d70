//! The cryptography that TLS uses.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// All TLS of the host rests on it.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
