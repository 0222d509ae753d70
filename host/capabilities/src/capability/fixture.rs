//! What the tests of several capabilities need.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../../tests/harness/postgres.rs"]
mod postgres;
#[path = "../../../../tests/harness/redis.rs"]
mod redis;

pub(crate) use postgres::{Pooler, Postgres};
pub(crate) use redis::Redis as RedisServer;

pub(crate) use crate::base::fixture::config;
