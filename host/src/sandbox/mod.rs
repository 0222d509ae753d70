//! Guests: their modules, their instances, and their calls within bounds.

pub mod call;
pub mod engine;
pub mod guest;
pub(crate) mod lane;
pub mod module;
pub(crate) mod precompiled;
pub(crate) mod start;
pub(crate) mod wasi;
