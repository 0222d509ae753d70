//! HMAC with SHA-256 for `jsonwebtoken`, which has no cryptography of its own here. There is no other algorithm, so that
//! no token can ask for one.

use hmac::{Hmac, Mac};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{self, Signer, Verifier},
};
use sha2::Sha256;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key: &EncodingKey| Ok(Box::new(Hs256::new(*algorithm, key.family(), key.as_bytes())?)),
    verifier_factory: |algorithm, key: &DecodingKey| {
        Ok(Box::new(Hs256::new(*algorithm, key.family(), key.try_get_as_bytes()?)?))
    },
    // Of keys in JSON, which nothing here reads.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Must come before the first token.
pub(super) fn install() {
    // Fails when it has been installed already.
    let _ = PROVIDER.install_default();
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, family: AlgorithmFamily, key: &[u8]) -> Result<Self> {
        if algorithm != Algorithm::HS256 || family != AlgorithmFamily::Hmac {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        let hmac = Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?;
        Ok(Self(hmac))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    /// In a time that does not tell how much of the signature is right.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let hmac = self.0.clone().chain_update(message);
        hmac.verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::crypto::{sign, verify};

    use super::*;

    /// RFC 7515, appendix A.1. The key is base64 with the alphabet of URLs; here it has the other one.
    const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
    const MESSAGE: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn signs_as_the_standard_does() {
        install();
        let (signs, verifies) = (
            EncodingKey::from_base64_secret(KEY).unwrap(),
            DecodingKey::from_base64_secret(KEY).unwrap(),
        );
        let message = MESSAGE.as_bytes();
        assert_eq!(sign(message, &signs, Algorithm::HS256).unwrap(), SIGNATURE);
        assert!(verify(SIGNATURE, message, &verifies, Algorithm::HS256).unwrap());
        let other = DecodingKey::from_secret(b"another key");
        assert!(!verify(SIGNATURE, message, &other, Algorithm::HS256).unwrap());
        assert!(!verify(SIGNATURE, &message[1..], &verifies, Algorithm::HS256).unwrap());
        assert!(
            !verify(&SIGNATURE[..20], message, &verifies, Algorithm::HS256).unwrap_or(false),
            "a part of a signature is none"
        );
    }

    #[test]
    fn there_is_no_other_algorithm() {
        install();
        let key = DecodingKey::from_base64_secret(KEY).unwrap();
        for algorithm in [Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::ES256] {
            assert!(
                verify(SIGNATURE, MESSAGE.as_bytes(), &key, algorithm).is_err(),
                "{algorithm:?}"
            );
        }
        let rsa = DecodingKey::from_rsa_der(b"not for this");
        assert!(verify(SIGNATURE, MESSAGE.as_bytes(), &rsa, Algorithm::HS256).is_err());
    }
}
