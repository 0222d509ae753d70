//! Everything is tested through the public interface, in one binary.
#![expect(clippy::unwrap_used, reason = "what fails ends the test")]

mod cases;
mod diagnostics;
mod format;
mod grammar;
mod languages;
mod print;
mod robust;
mod seed;
mod soup;
mod support;
mod values;
