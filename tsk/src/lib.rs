//! Reads the TSK configuration language.
mod config;
mod diagnostic;
mod environment;
mod span;
mod value;

pub use config::{Config, Failure, Options, load};
pub use diagnostic::{Diagnostic, Severity};
pub use environment::Environment;
pub use span::{FileId, Position, SourceMap, Span};
pub use value::{Deferred, Language, Node, Object, Secret, Source, Value};
