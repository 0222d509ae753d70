//! Signed tokens: who calls whom, and for how long that holds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use tsk::Secret;

use super::hs256;
use crate::limits;

/// The keys that the services of a mesh share.
pub(super) struct Keys {
    signs: EncodingKey,
    /// The one that signs is among them.
    verify: Vec<DecodingKey>,
    validation: Validation,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
}

/// What a token says whose signature is right and whose time has not passed.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// The service that made it.
    pub(super) iss: String,
    /// The service that it is for.
    pub(super) aud: String,
}

/// Why a token counts for nothing.
#[derive(Debug, PartialEq)]
pub(super) enum Invalid {
    /// Its signature is right. The others' is not, or has not been looked at.
    Expired,
    /// In words for the log.
    Other(String),
}

impl Keys {
    /// The first of `secrets` signs, all verify. None without secrets.
    pub(super) fn new(secrets: &[Secret]) -> Option<Self> {
        let first = secrets.first()?;
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = limits::MESH_LEEWAY.as_secs();
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // `Policy` compares it, in which `_` and `-` are the same.
        validation.validate_aud = false;
        let verify = secrets
            .iter()
            .map(|secret| DecodingKey::from_secret(secret.reveal().as_bytes()));
        Some(Self {
            signs: EncodingKey::from_secret(first.reveal().as_bytes()),
            verify: verify.collect(),
            validation,
        })
    }

    /// A token of the service `from` for the service `to`, which holds from `now` on.
    pub(super) fn sign(&self, from: &str, to: &str, now: u64, lifetime: Duration) -> Option<String> {
        let claims = Claims {
            iss: from,
            aud: to,
            iat: now,
            exp: now.saturating_add(lifetime.as_secs()),
            jti: format!("{:032x}", fastrand::u128(..)),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signs).ok()
    }

    pub(super) fn verify(&self, token: &str) -> Result<Said, Invalid> {
        if token.len() > limits::MESH_TOKEN {
            return Err(Invalid::Other(format!(
                "it is longer than {} bytes",
                limits::MESH_TOKEN
            )));
        }
        let mut wrong = Invalid::Other("there is no key".to_owned());
        for key in &self.verify {
            let error = match decode::<Said>(token, key, &self.validation) {
                Ok(token) => return Ok(token.claims),
                Err(error) => error,
            };
            match error.kind() {
                // Another key may have signed it.
                ErrorKind::InvalidSignature => wrong = Invalid::Other(error.to_string()),
                ErrorKind::ExpiredSignature => return Err(Invalid::Expired),
                _ => return Err(Invalid::Other(error.to_string())),
            }
        }
        Err(wrong)
    }
}

/// Seconds since the Unix epoch.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
