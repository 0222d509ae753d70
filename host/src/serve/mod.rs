//! What runs until the service stops: it listens, delivers, keeps time, looks after others and watches the file.

pub(crate) mod admin;
pub(crate) mod alerts;
pub mod events;
pub(crate) mod health;
pub(crate) mod memory;
pub(crate) mod push;
pub(crate) mod remote_config;
pub mod scheduler;
pub mod server;
#[cfg(test)]
mod simulation;
pub(crate) mod watch;
