//! Everything is tested through the public interface, in one binary.
#![allow(clippy::unwrap_used)]

mod cases;
mod grammar;
mod robust;
mod seed;
mod support;
mod values;
