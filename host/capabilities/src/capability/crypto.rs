//! Randomness, identifiers and hashes: what a guest has no source of, or is slow at.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256, Sha384, Sha512};
use tokio::task::yield_now;
use uuid::{Builder, Uuid};

use crate::base::{
    explain::{Explain, Explanation, is},
    limits,
};

/// Why there are no random bytes.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// A call asked for so many bytes, which is over the bound.
    #[error("{0} random bytes were asked for: a call gives {most} at most", most = limits::RANDOM_BYTES)]
    TooMany(u32),
    /// The system's generator fails.
    #[error("the system gives no random bytes: {0}")]
    System(getrandom::Error),
}

impl Explain for CryptoError {
    fn explain(&self) -> Explanation {
        match self {
            Self::TooMany(_) => is(400, "too-large"),
            Self::System(_) => is(503, "unavailable"),
        }
    }
}

/// Bytes of the system's generator.
pub fn random(length: u32) -> Result<Vec<u8>, CryptoError> {
    if length > limits::RANDOM_BYTES {
        return Err(CryptoError::TooMany(length));
    }
    let mut bytes = vec![0; length as usize];
    getrandom::fill(&mut bytes).map_err(CryptoError::System)?;
    Ok(bytes)
}

/// A UUID of version 4 (RFC 9562, section 5.4).
pub fn uuid_v4() -> Result<Uuid, CryptoError> {
    Ok(Builder::from_random_bytes(random_array()?).into_uuid())
}

/// A UUID of version 7 (RFC 9562, section 5.7): the milliseconds of `now`, and random bits.
pub fn uuid_v7(now: Timestamp) -> Result<Uuid, CryptoError> {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(milliseconds, &random_array()?).into_uuid())
}

fn random_array<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(CryptoError::System)?;
    Ok(bytes)
}

/// A function of the SHA-2 family (FIPS 180-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashFunction {
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

/// What is hashed before others have their turn on the thread: about a millisecond's work.
const TURN: usize = 1 << 20;

/// The hash of `data`.
pub async fn digest(function: HashFunction, data: &[u8]) -> Vec<u8> {
    match function {
        HashFunction::Sha256 => hash(Sha256::new(), data).await,
        HashFunction::Sha384 => hash(Sha384::new(), data).await,
        HashFunction::Sha512 => hash(Sha512::new(), data).await,
    }
}

async fn hash(mut hash: impl Digest, data: &[u8]) -> Vec<u8> {
    for part in data.chunks(TURN) {
        hash.update(part);
        yield_after(part).await;
    }
    hash.finalize().to_vec()
}

/// The message authentication code of `data` (RFC 2104).
pub async fn hmac(function: HashFunction, key: &[u8], data: &[u8]) -> Vec<u8> {
    match function {
        HashFunction::Sha256 => code(Hmac::<Sha256>::new_from_slice(key), data).await,
        HashFunction::Sha384 => code(Hmac::<Sha384>::new_from_slice(key), data).await,
        HashFunction::Sha512 => code(Hmac::<Sha512>::new_from_slice(key), data).await,
    }
}

/// A key of any length is one: the error never comes.
async fn code<M: Mac, E>(mac: Result<M, E>, data: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = mac else { return Vec::new() };
    for part in data.chunks(TURN) {
        mac.update(part);
        yield_after(part).await;
    }
    mac.finalize().into_bytes().to_vec()
}

async fn yield_after(part: &[u8]) {
    if part.len() == TURN {
        yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[tokio::test]
    async fn hashes_are_those_of_the_standard() {
        // FIPS 180-4, the examples for "abc".
        for (function, begin) in [
            (HashFunction::Sha256, "ba7816bf8f01cfea414140de5dae2223"),
            (HashFunction::Sha384, "cb00753f45a35e8bb5a03d699ac65007"),
            (HashFunction::Sha512, "ddaf35a193617abacc417349ae204131"),
        ] {
            let hash = hex(&digest(function, b"abc").await);
            assert!(hash.starts_with(begin), "{function:?}: {hash}");
        }
        // RFC 6234: a million times "a", more than one turn when it is doubled.
        let million = digest(HashFunction::Sha256, &vec![b'a'; 1_000_000]).await;
        assert!(hex(&million).starts_with("cdc76e5c9914fb9281a1c7e284d73e67"));
    }

    #[tokio::test]
    async fn codes_are_those_of_the_standard() {
        // RFC 4231, test case 2, and case 6 with a key longer than a block.
        for (function, begin) in [
            (HashFunction::Sha256, "5bdcc146bf60754e6a042426089575c7"),
            (HashFunction::Sha384, "af45d2e376484031617f78d2b58a6b1b"),
            (HashFunction::Sha512, "164b7a7bfcf819e2e395fbe73b56e0a3"),
        ] {
            let code = hex(&hmac(function, b"Jefe", b"what do ya want for nothing?").await);
            assert!(code.starts_with(begin), "{function:?}: {code}");
        }
        let long = hmac(
            HashFunction::Sha256,
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
        );
        assert!(hex(&long.await).starts_with("60e431591ee0b67f0d8a26aacbf5b77f"));
    }

    #[test]
    fn uuids_are_of_their_version_and_the_later_ones_come_later() {
        let now: Timestamp = "2026-11-28T20:00:00.123Z".parse().unwrap();
        let later: Timestamp = "2026-11-28T20:00:00.124Z".parse().unwrap();
        let all: BTreeSet<Uuid> = (0..1000).map(|_| uuid_v4().unwrap()).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.iter().all(|uuid| uuid.get_version_num() == 4));
        for _ in 0..100 {
            let (one, other) = (uuid_v7(now).unwrap(), uuid_v7(later).unwrap());
            assert!(one < other && one.to_string() < other.to_string());
            assert_eq!(one.get_version_num(), 7);
            let (seconds, nanoseconds) = one.get_timestamp().unwrap().to_unix();
            assert_eq!((seconds as i64, nanoseconds), (now.as_second(), 123_000_000));
        }
    }

    #[test]
    fn random_bytes_are_bounded_and_differ() {
        assert_ne!(random(32).unwrap(), random(32).unwrap());
        assert!(random(0).unwrap().is_empty());
        assert_eq!(random(limits::RANDOM_BYTES).unwrap().len(), 65_536);
        let refused = random(limits::RANDOM_BYTES + 1).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "65537 random bytes were asked for: a call gives 65536 at most"
        );
    }
}
