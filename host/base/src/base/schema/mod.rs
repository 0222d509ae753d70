//! Rules for values by their paths: what may come into a service's configuration, and what is wrong with what came.
//!
//! `[remote_config.schema]` is one, and fujsens hand in their own (`validate_config`).

mod find;
mod read;
mod rule;
mod rules;

#[cfg(test)]
mod tests;

pub use self::{
    find::{PathLookup, find},
    read::SchemaError,
    rules::Schema,
};
