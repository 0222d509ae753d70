//! What all floors stand on: bounds, sections, values, texts, time.

pub mod arguments;
pub mod backoff;
pub mod bearer;
pub mod clock;
pub(crate) mod endpoint;
pub(crate) mod escape;
pub(crate) mod explain;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod folder;
#[cfg(test)]
pub(crate) mod fuzz;
pub mod limits;
pub(crate) mod misspelt;
pub(crate) mod off_limits;
pub(crate) mod redact;
pub(crate) mod reserved;
pub(crate) mod schema;
pub(crate) mod section;
pub(crate) mod sections;
pub mod value;
