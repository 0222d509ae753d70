//! What the process tells while it runs: events of `tracing`, and whatever else belongs on stderr beside them.

mod json;
mod layout;
mod panics;
mod stderr;
mod writer;

pub use self::{
    json::{FUJSEN, JsonLayout},
    layout::{ACCESS, Layout},
    panics::report_panics,
    stderr::{flush, print, start},
};
