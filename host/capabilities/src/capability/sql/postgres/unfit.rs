//! What PostgreSQL cannot take as a parameter.

use tokio_postgres::types::{Kind, Type};

/// Why a value cannot be a parameter. The value itself is not told: it may be a secret, and whose it is nobody knows here.
pub(super) enum UnfitParameter {
    /// No value of its kind can: that is the author's mistake.
    Kind(String),
    /// Others could: that is the mistake of whoever sent it.
    Value(String),
}

impl UnfitParameter {
    pub(super) fn zero_byte() -> Self {
        Self::Value("PostgreSQL's texts cannot hold a zero byte: keep it as bytes".into())
    }
}

/// What a domain is made of.
pub(super) fn base(kind: &Type) -> &Type {
    match kind.kind() {
        Kind::Domain(inner) => base(inner),
        _ => kind,
    }
}
