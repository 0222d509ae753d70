//! Whether the service can do its work: checks of what it depends on, in the background, and the report of them.

mod checks;
mod report;

pub(crate) use self::{checks::run, report::ready};
