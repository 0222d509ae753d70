//! The whole product, tested from outside: the real binary with real compilers, SQLite, Redis and sockets.

#![expect(clippy::unwrap_used, reason = "what fails in a test ends it")]

mod cases;
mod endure;
mod harness;
