//! The token that operators show to the admin address.

use http::{HeaderMap, header::AUTHORIZATION};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Known by its digest alone, so that it is printed nowhere, and all are of one length.
#[derive(Clone, Copy)]
pub struct Bearer([u8; 32]);

impl Bearer {
    /// Keeps the SHA-256 digest of a token that the file gives, not the token itself.
    pub fn new(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Whether a request shows it: `Authorization: Bearer TOKEN`. How long that takes tells nothing of the token.
    pub fn is_shown(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else {
            return false;
        };
        let Some((scheme, token)) = value.as_bytes().split_at_checked(7) else {
            return false;
        };
        let shown: [u8; 32] = Sha256::digest(token.trim_ascii()).into();
        scheme.eq_ignore_ascii_case(b"bearer ") && bool::from(shown.ct_eq(&self.0))
    }
}

impl std::fmt::Debug for Bearer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Bearer(…)")
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_token_itself_is_let_in() {
        let bearer = Bearer::new("s3cret");
        for (value, expected) in [
            ("Bearer s3cret", true),
            ("bearer  s3cret ", true),
            ("Bearer s3cre", false),
            ("Bearer s3crett", false),
            ("Bearer S3CRET", false),
            ("Bearer", false),
            ("Basic s3cret", false),
            ("s3cret", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())]);
            assert_eq!(bearer.is_shown(&headers), expected, "{value:?}");
        }
        let mut two = HeaderMap::new();
        two.append(AUTHORIZATION, HeaderValue::from_static("Bearer s3cret"));
        two.append(AUTHORIZATION, HeaderValue::from_static("Bearer s3cret"));
        assert!(!bearer.is_shown(&two) && !bearer.is_shown(&HeaderMap::new()));
    }
}
