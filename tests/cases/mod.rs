//! What users see, by capability: each case runs the real host.

mod bad_input;
mod binding;
mod cli;
mod deferred;
mod egress;
mod engine;
pub(crate) mod events;
mod examples;
mod faults;
mod grpc;
pub(crate) mod hostile;
mod imports;
mod javascript;
mod mesh;
mod microservices;
mod observe;
mod postgres;
mod remote_config;
mod resilience;
mod secrets;
mod server;
mod sqlite;
mod state;
mod swap;
mod up;
mod values;
mod wasi;
