//! One TSK file as a running service.
//!
//! Nine floors, each of which knows those below it: `cli`, `serve`, `service`, `sandbox`, `capability`, `network` and `storage`,
//! `observe`, `base`.
//!
//! A request: `serve::server` → `service::app` → `sandbox::run` → `sandbox::imports` → `capability`, and back the same way.
//! A module: `service::load` (read) → `link` (compile, name) → `sandbox::module` → `app` → `live` (swap).
//! A value with `@query(…)` in it: `sandbox::imports` → `capability::deferred` → `capability`.
//! `base::limits` holds every bound.

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
        clippy::string_slice,
        // What runs beside the rest is started in `observe::tasks` alone, and watched.
        clippy::disallowed_methods
    )
)]

pub use tusk_base::{base, observe};
pub use tusk_capabilities::{capability, network, storage};

pub mod cli;
pub mod sandbox;
pub mod serve;
pub mod service;
