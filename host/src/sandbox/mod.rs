//! Guests: their modules, their instances, and their calls within bounds.

pub mod bindings;
pub mod call;
pub mod context;
pub mod engine;
pub(crate) mod fault;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod imports;
pub mod instance;
pub(crate) mod interpreters;
pub(crate) mod lane;
pub mod module;
pub mod place;
pub(crate) mod precompiled;
pub(crate) mod run;
pub(crate) mod sessions;
pub(crate) mod start;
pub(crate) mod wasi;
