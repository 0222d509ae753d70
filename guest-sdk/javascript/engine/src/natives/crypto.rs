//! Random bytes, identifiers and hashes.

use std::cell::Cell;

use rquickjs::{Ctx, Exception, Object, Result, TypedArray};
use tusk::bindings::tusk::fujsen::crypto as host;

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Bytes, Text, array},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(
        ctx, functions,
        "cryptoRandom" => bytes, "uuidV4" => uuid_v4, "uuidV7" => uuid_v7, "digest" => digest, "hmac" => hmac,
        "random" => random,
    )
}

fn bytes(ctx: Ctx<'_>, length: u32) -> Result<TypedArray<'_, u8>> {
    live(&ctx)?;
    array(&ctx, host::random(length).map_err(|error| throw(&ctx, error))?)
}

fn uuid_v4(ctx: Ctx<'_>) -> Result<String> {
    live(&ctx)?;
    host::uuid_v4().map_err(|error| throw(&ctx, error))
}

fn uuid_v7(ctx: Ctx<'_>) -> Result<String> {
    live(&ctx)?;
    host::uuid_v7().map_err(|error| throw(&ctx, error))
}

fn digest<'js>(ctx: Ctx<'js>, hash: Text, data: Bytes) -> Result<TypedArray<'js, u8>> {
    live(&ctx)?;
    let hash = named(&ctx, &hash.0)?;
    array(&ctx, host::digest(hash, &data.0))
}

fn hmac<'js>(ctx: Ctx<'js>, hash: Text, key: Bytes, data: Bytes) -> Result<TypedArray<'js, u8>> {
    live(&ctx)?;
    let hash = named(&ctx, &hash.0)?;
    array(&ctx, host::hmac(hash, &key.0, &data.0))
}

fn named(ctx: &Ctx<'_>, name: &str) -> Result<host::Hash> {
    match name {
        "sha256" => Ok(host::Hash::Sha256),
        "sha384" => Ok(host::Hash::Sha384),
        "sha512" => Ok(host::Hash::Sha512),
        _ => Err(Exception::throw_type(ctx, "the hashes are sha256, sha384 and sha512")),
    }
}

thread_local! {
    /// The state of `Math.random`, which every instance begins for itself.
    static STATE: Cell<Option<[u64; 2]>> = const { Cell::new(None) };
}

/// xoroshiro128+, begun with bytes that nobody can guess. Not for secrets.
fn random(ctx: Ctx<'_>) -> Result<f64> {
    live(&ctx)?;
    let [a, mut b] = match STATE.get() {
        Some(state) => state,
        None => begin(&ctx)?,
    };
    let sum = a.wrapping_add(b);
    b ^= a;
    STATE.set(Some([a.rotate_left(24) ^ b ^ (b << 16), b.rotate_left(37)]));
    Ok((sum >> 11) as f64 / (1u64 << 53) as f64)
}

fn begin(ctx: &Ctx<'_>) -> Result<[u64; 2]> {
    let bytes = host::random(16).map_err(|error| throw(ctx, error))?;
    let half = |at: usize| {
        bytes
            .iter()
            .skip(at)
            .take(8)
            .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte))
    };
    // A state of zeros would stay one.
    Ok([half(0) | 1, half(8)])
}
