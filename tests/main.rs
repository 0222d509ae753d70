//! The whole product, tested from outside: the real binary with real compilers, SQLite, Redis and sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cases;
mod endure;
mod harness;
