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

pub mod base;
pub mod capability;
pub mod cli;
pub mod network;
pub mod observe;
pub mod sandbox;
pub mod serve;
pub mod service;
pub mod storage;
