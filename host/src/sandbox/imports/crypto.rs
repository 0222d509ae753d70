//! What a guest calls `crypto`.

use crate::{
    capability::crypto::{self, HashFunction},
    sandbox::{
        bindings::{self, Error, crypto::Hash},
        call::Call,
    },
};

impl bindings::crypto::Host for Call {
    fn random(&mut self, length: u32) -> Result<Vec<u8>, Error> {
        let bytes = crypto::random(length)?;
        self.retain(bytes.len())?;
        Ok(bytes)
    }

    fn uuid_v4(&mut self) -> Result<String, Error> {
        Ok(crypto::uuid_v4()?.to_string())
    }

    fn uuid_v7(&mut self) -> Result<String, Error> {
        Ok(crypto::uuid_v7(self.context.clock.wall())?.to_string())
    }

    async fn digest(&mut self, hash: Hash, data: Vec<u8>) -> Vec<u8> {
        crypto::digest(hash.into(), &data).await
    }

    async fn hmac(&mut self, hash: Hash, key: Vec<u8>, data: Vec<u8>) -> Vec<u8> {
        crypto::hmac(hash.into(), &key, &data).await
    }
}

impl From<Hash> for HashFunction {
    fn from(hash: Hash) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256,
            Hash::Sha384 => Self::Sha384,
            Hash::Sha512 => Self::Sha512,
        }
    }
}
