//! The server over real sockets, with a real guest.
#![allow(clippy::unwrap_used)]

mod connections;
mod exchanges;
mod panics;
mod service;
mod wire;
