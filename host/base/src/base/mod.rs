//! What all floors stand on: bounds, sections, values, texts, time.

pub mod arguments;
pub mod backoff;
pub mod bearer;
pub mod clock;
pub mod endpoint;
pub mod escape;
pub mod explain;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod folder;
#[cfg(any(test, feature = "fixture"))]
pub mod fuzz;
pub mod limits;
pub mod misspelt;
pub mod off_limits;
pub mod redact;
pub mod reserved;
pub mod schema;
pub mod section;
pub mod sections;
pub mod value;
