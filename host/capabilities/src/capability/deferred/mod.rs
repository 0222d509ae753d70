//! Values that are evaluated when they are read: `@query(…)`, `@http(…)`, `@redis(…)`, `@metrics(…)`, and `@cache(…)`
//! around them.
//!
//! An operator does what a fujsen's own call would: through the same capabilities, under the same grants and bounds, and
//! within the deadline of the call that reads it.

mod cache;
mod check;
mod count;
mod error;
mod failed;
mod identity;
mod operation;
mod reach;
mod reader;
mod run;

#[cfg(test)]
mod tests;

pub use self::{cache::Cache, failed::OperatorError, identity::Namespace, reach::OperatorReach, reader::ValueReader};
pub use self::{check::check, count::count};
