//! SQLite: where databases are, and the threads that their connections live on.

mod location;
mod thread;

pub(crate) use self::{
    location::Location,
    thread::{Thread, gone},
};
