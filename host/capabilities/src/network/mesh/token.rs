//! Signed tokens: who calls whom, and for how long that holds.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};
use tsk::Secret;

use super::hs256;
use crate::base::{clock::Clock, limits};

/// The keys that the services of a mesh share.
pub(super) struct MeshKeys {
    signs: EncodingKey,
    /// The one that signs is among them.
    verify: Vec<DecodingKey>,
    validation: Validation,
    clock: Arc<dyn Clock>,
}

#[derive(Serialize)]
struct TokenClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
}

/// What a token says whose signature is right and whose time has not passed.
#[derive(Debug, Deserialize)]
pub(super) struct VerifiedToken {
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

impl MeshKeys {
    /// The first of `secrets` signs, all verify. None without secrets.
    pub(super) fn new(secrets: &[Secret], clock: Arc<dyn Clock>) -> Option<Self> {
        let first = secrets.first()?;
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        // `strict` compares times, by the clock that it is given.
        validation.validate_exp = false;
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
            clock,
        })
    }

    /// Seconds since the Unix epoch.
    pub(super) fn now(&self) -> u64 {
        self.clock.wall().as_second().try_into().unwrap_or(0)
    }

    /// A token of the service `from` for the service `to`, which holds from `now` on.
    pub(super) fn sign(&self, from: &str, to: &str, now: u64, lifetime: Duration) -> Option<String> {
        let claims = TokenClaims {
            iss: from,
            aud: to,
            iat: now,
            exp: now.saturating_add(lifetime.as_secs()),
            jti: format!("{:032x}", fastrand::u128(..)),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signs).ok()
    }

    pub(super) fn verify(&self, token: &str) -> Result<VerifiedToken, Invalid> {
        if token.len() > limits::MESH_TOKEN {
            return Err(Invalid::Other(format!(
                "it is longer than {} bytes",
                limits::MESH_TOKEN
            )));
        }
        let mut wrong = Invalid::Other("there is no key".to_owned());
        for key in &self.verify {
            let error = match decode::<VerifiedToken>(token, key, &self.validation) {
                Ok(decoded) => {
                    strict(token, self.now())?;
                    return Ok(decoded.claims);
                }
                Err(error) => error,
            };
            match error.kind() {
                // Another key may have signed it.
                ErrorKind::InvalidSignature => wrong = Invalid::Other(NOT_OURS.to_owned()),
                kind => return Err(Invalid::Other(in_words(token, kind))),
            }
        }
        Err(wrong)
    }
}

const NOT_OURS: &str = "it was signed with another `secret` than those of [mesh]";
const NOT_BASE64: &str = "a part of it is not plain Base64 of the kind for URLs, without `=`";

/// What is wrong with a token, as whoever operates the services can act on it: the library's words, and those of the reader
/// of JSON behind it, name what is theirs.
fn in_words(token: &str, kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidToken => "it has not three parts".to_owned(),
        ErrorKind::InvalidAlgorithm => "its header names another way to sign than HS256 (`alg`)".to_owned(),
        ErrorKind::MissingRequiredClaim(name) => format!("it has no `{name}`"),
        ErrorKind::InvalidClaimFormat(name) => format!("its `{name}` is of the wrong kind"),
        ErrorKind::Base64(_) => NOT_BASE64.to_owned(),
        ErrorKind::Json(_) | ErrorKind::Utf8(_) if jsonwebtoken::decode_header(token).is_err() => {
            "its header is no JSON object with an `alg` that is known: HS256".to_owned()
        }
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => {
            "what it says is no JSON object with the texts `iss` and `aud`".to_owned()
        }
        _ => "it cannot be read".to_owned(),
    }
}

/// What a token must be besides signed: one that a service of the mesh makes, and not one that says two things, asks for
/// what nobody here does, or holds for longer than any service lets its tokens.
fn strict(token: &str, now: u64) -> Result<(), Invalid> {
    let end = sound(token, now).map_err(Invalid::Other)?;
    match end.saturating_add(limits::MESH_LEEWAY.as_secs()) < now {
        true => Err(Invalid::Expired),
        false => Ok(()),
    }
}

/// When it ends. The error says what is wrong with it, whenever that may be.
fn sound(token: &str, now: u64) -> Result<u64, String> {
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).map_err(|_| NOT_BASE64.to_owned()))
        .collect::<Result<_, _>>()?;
    let [header, claims, _signature] = parts.as_slice() else {
        return Err("it has not three parts".to_owned());
    };
    let (header, claims) = (object(header)?, object(claims)?);
    if let Some(asked) = header.get("crit") {
        return Err(format!("it asks for what is not known here (`crit`: {asked})"));
    }
    let seconds = |name: &str| match claims.get(name) {
        Some(value) => value
            .as_u64()
            .ok_or_else(|| format!("its `{name}` is no number of seconds")),
        None => Err(format!("it has no `{name}`")),
    };
    let (from, to) = (seconds("iat")?, seconds("exp")?);
    let soon = now + limits::MESH_LEEWAY.as_secs();
    if from > soon {
        return Err("it is from the future (`iat`)".to_owned());
    }
    if claims.contains_key("nbf") && seconds("nbf")? > soon {
        return Err("it does not hold yet (`nbf`)".to_owned());
    }
    let longest = limits::MESH_LIFETIME.1.as_secs();
    if to <= from || to - from > longest {
        return Err(format!(
            "it holds for longer than {longest} s, or not at all (`iat`, `exp`)"
        ));
    }
    Ok(to)
}

fn object(json: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice::<UniqueMembers>(json)
        .map(|members| members.0)
        .map_err(|_| "its header or what it says is no JSON object, or has a name twice".to_owned())
}

/// The members of an object, none of them twice.
struct UniqueMembers(Map<String, Value>);

impl<'de> Deserialize<'de> for UniqueMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Distinct)
    }
}

struct Distinct;

impl<'de> Visitor<'de> for Distinct {
    type Value = UniqueMembers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<UniqueMembers, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name twice"));
            }
        }
        Ok(UniqueMembers(members))
    }
}
