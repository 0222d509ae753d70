//! The server over real sockets, with a real guest.

mod connections;
mod exchanges;
mod panics;
mod service;
mod wire;
