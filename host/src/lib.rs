//! One TSK file as a running service.
//!
//! A request: `server` → `app` → `guest` → `capability`, and back through `server`.
//! A module: `load` (read) → `link` (compile, name) → `module` → `app` → `live` (swap).
//! A value with `@query(…)` in it: `capability::config` → `deferred` → `capability`.
//! `limits` holds every bound.

// What is printed goes through `cli::output`, which survives a closed or full stream and ends the log.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::exit)]
// A panic is a bug, and bytes of guests, clients and upstreams reach nearly all of this.
#![cfg_attr(
    not(test),
    deny(
        clippy::panic,clippy::unreachable,
        clippy::expect_used,
        clippy::unwrap_used,
        clippy::indexing_slicing,
        // What runs beside the rest is started in `tasks` alone, and watched.
        clippy::disallowed_methods
    )
)]

mod admin;
mod alerts;
pub mod app;
pub mod arguments;
pub mod bearer;
pub mod bindings;
pub mod call;
pub mod capability;
pub mod cli;
pub mod clock;
pub mod deferred;
mod discovery;
mod egress;
pub mod engine;
mod escape;
pub mod events;
mod folder;
#[cfg(test)]
mod fuzz;
pub mod gate;
pub mod guest;
mod health;
mod lane;
pub mod limits;
pub mod link;
pub mod live;
pub mod load;
mod log;
pub mod mesh;
pub mod metrics;
mod misspelt;
pub mod module;
pub mod names;
mod observe;
mod off_limits;
mod precompiled;
pub mod queue;
mod redact;
mod remote_config;
pub mod request;
mod reserved;
mod resilience;
pub mod route;
pub mod schedule;
pub mod scheduler;
mod schema;
mod section;
mod sections;
pub mod server;
pub mod settings;
mod start;
mod store;
mod target;
mod tasks;
pub mod tls;
pub mod trace_context;
pub mod traces;
mod unused;
mod wasi;
mod watch;
