//! A Redis server of a test's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/harness/redis.rs"]
mod redis;

pub(crate) use redis::Redis as RedisServer;
