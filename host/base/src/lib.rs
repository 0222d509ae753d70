//! The two lowest floors of the host: `base`, what all floors stand on, and `observe`, what is told of the service.
//!
//! Neither knows a guest, a server or a capability.

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

pub mod base;
pub mod observe;
