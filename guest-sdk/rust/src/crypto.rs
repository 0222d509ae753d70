//! Random bytes, identifiers, hashes and message authentication codes.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn webhook(body: Vec<u8>, signature: Vec<u8>) -> Result<Value> {
//! let id = crypto::uuid_v7();
//! let token = crypto::random(32)?;
//!
//! // What a webhook's sender has signed with the key that both know.
//! let expected = crypto::hmac(crypto::Hash::Sha256, "the shared key", &body);
//! if !crypto::equal(&expected, &signature) {
//!     return Err(Error::unauthorized("the signature is not that of the body"));
//! }
//! # Ok(json!({ "id": id, "length": token.len() }))
//! # }
//! ```
use crate::{Error, Result, bindings::tusk::fujsen::crypto as host};

/// A function of the SHA-2 family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

/// So many bytes that nobody can guess: for tokens, keys and the like. More than 65,536 in one call are refused with 400,
/// code `too-large`.
pub fn random(length: u32) -> Result<Vec<u8>> {
    host::random(length).map_err(Error::from_host)
}

/// A UUID of version 4 as text: random, such as `0b4a2f1e-7d83-4c59-9a51-0d3f7f1b6c2e`.
///
/// # Panics
///
/// When the machine of the host has no random bytes, which no kernel of today lets happen.
pub fn uuid_v4() -> String {
    given(host::uuid_v4())
}

/// A UUID of version 7 as text: one that was made in a later millisecond comes later in the alphabet, so that a table with such
/// keys is in the order of their making.
///
/// # Panics
///
/// When the machine of the host has no random bytes, which no kernel of today lets happen.
pub fn uuid_v7() -> String {
    given(host::uuid_v7())
}

fn given(uuid: std::result::Result<String, crate::bindings::tusk::fujsen::types::Error>) -> String {
    uuid.unwrap_or_else(|error| panic!("{}", error.message))
}

/// The hash of bytes or text.
pub fn digest(hash: Hash, data: impl AsRef<[u8]>) -> Vec<u8> {
    host::digest(hash.host(), data.as_ref())
}

/// The message authentication code (HMAC, RFC 2104) of bytes or text. Compare it by [`equal`].
pub fn hmac(hash: Hash, key: impl AsRef<[u8]>, data: impl AsRef<[u8]>) -> Vec<u8> {
    host::hmac(hash.host(), key.as_ref(), data.as_ref())
}

/// Whether both are the same. Takes as long for a wrong last byte as for a wrong first one, so that nobody learns a secret from
/// the time.
pub fn equal(one: impl AsRef<[u8]>, other: impl AsRef<[u8]>) -> bool {
    let (one, other) = (one.as_ref(), other.as_ref());
    let differs = |differs, (one, other): (&u8, &u8)| std::hint::black_box(differs | (one ^ other));
    one.len() == other.len() && one.iter().zip(other).fold(0, differs) == 0
}

impl Hash {
    fn host(self) -> host::Hash {
        match self {
            Self::Sha256 => host::Hash::Sha256,
            Self::Sha384 => host::Hash::Sha384,
            Self::Sha512 => host::Hash::Sha512,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::equal;

    #[test]
    fn equality_looks_at_all() {
        assert!(equal([], []) && equal("a key", b"a key"));
        for other in ["", "a ke", "a keys", "b key", "a kez"] {
            assert!(!equal("a key", other), "{other}");
        }
    }
}
