//! Source text to WebAssembly components. Spawns compilers; knows nothing of wasmtime or the network.
mod compiler;
mod component;
mod source;

pub use compiler::{Compiler, Progress};
pub use component::{Component, Function, Kind, Parameter, PrebuiltError};
pub use source::{ModuleSource, Text, modules};
