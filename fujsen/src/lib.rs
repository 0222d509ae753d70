//! Source text to WebAssembly components. Spawns compilers; knows nothing of wasmtime or the network.
mod assemblyscript;
mod cache;
mod compiler;
mod component;
mod limits;
mod nesting;
mod problem;
mod process;
mod rust;
mod source;
mod toolchain;
mod wit;

pub use compiler::{Compiler, Progress};
pub use component::{Component, Function, Kind, Parameter, PrebuiltError};
pub use source::{ModuleSource, Prebuilt, Text, modules, prebuilt_modules};
