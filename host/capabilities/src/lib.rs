//! Three floors of the host: what a guest can do besides computing (`capability`), and below it the ways to others
//! (`network`) and what outlives the process (`storage`), which do not know each other.
//!
//! They are plain libraries: none knows a guest or a call.

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

pub mod capability;
pub mod network;
pub mod storage;
