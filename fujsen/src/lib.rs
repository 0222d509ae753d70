//! Source text to WebAssembly components. Spawns compilers; knows nothing of wasmtime or the network.

// A panic is a bug, and the text of a fujsen reaches nearly all of this.
#![cfg_attr(
    not(test),
    deny(
        clippy::panic,
        clippy::unreachable,
        clippy::expect_used,
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

mod assemblyscript;
mod cache;
mod compiler;
mod component;
mod interpreters;
mod javascript;
mod language;
mod languages;
mod limits;
mod modules;
mod nesting;
mod once;
mod problem;
mod process;
mod python;
mod rust;
mod sdk;
mod source;
mod toolchain;
mod wit;

pub use cache::check as check_folder;
pub use compiler::Compiler;
pub use component::{Component, Function, Interpreter, Kind, Parameter, PrebuiltError};
pub use interpreters::interpreter;
pub use language::Language;
pub use languages::{LANGUAGES, options};
pub use modules::{modules, prebuilt_modules};
pub use source::{ModuleSource, Prebuilt, Text};
pub use toolchain::{Evaluated, EvaluationError, Evaluator, Progress};
