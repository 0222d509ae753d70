//! SQLite: files beside the service, each connection on a thread of its own.

mod bind;
mod check;
mod control;
mod error;
mod functions;
mod guard;
mod help;
mod lists;
mod pool;
mod rehearse;
mod statement;

pub(super) use self::{
    help::help,
    pool::{SqliteLease, SqlitePool},
    rehearse::rehearse,
};
