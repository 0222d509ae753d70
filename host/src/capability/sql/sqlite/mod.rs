//! SQLite: files beside the service, each connection on a thread of its own.

mod check;
mod error;
mod functions;
mod guard;
mod help;
mod pool;
mod statement;

pub(super) use self::{
    help::help,
    pool::{Lease, Pool},
};
