//! The services of examples/microservices, as processes that talk to each other.

mod config;
mod grpc;
mod monitoring;
mod orders;
mod registry;
mod system;
mod users;
mod walk_through;
