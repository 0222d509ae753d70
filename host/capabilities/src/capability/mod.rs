//! What a guest can do besides computing. One file a capability; they do not know each other.
//!
//! Each has up to three lives: the process (`Shared`: connections, kept across swaps), the `App` (`Capabilities`:
//! what this version of the file names) and the call (`Sessions`: what must end with the call).

mod all;
pub mod config;
mod contract;
pub mod crypto;
pub mod deferred;
pub mod events;
mod grant;
pub mod grpc;
pub mod http;
pub mod log;
mod reading;
pub mod redis;
pub mod sql;
pub mod state;

#[cfg(test)]
pub(crate) mod fixture;

pub use self::{
    all::{Capabilities, Shared},
    grant::Grant,
    reading::Credentials,
};
pub(crate) use self::{contract::Capability, reading::Reading};
