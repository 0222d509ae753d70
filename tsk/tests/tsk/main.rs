//! Everything is tested through the public interface, in one binary.
#![allow(clippy::unwrap_used)]

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
