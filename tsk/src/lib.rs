//! Reads the TSK configuration language.
//!
//! [`load`] takes a text and an [`Environment`], which says what the text may see of the world, and gives a [`Config`]:
//! values, each with its place in the text, and the code of fujsen keys. Or it gives a [`Failure`] with every error that
//! one run can find; [`Diagnostic::render`] prints one as rustc would.
//!
//! ```
//! struct World;
//!
//! impl tsk::Environment for World {
//!     fn read(&self, _path: &str) -> std::io::Result<Vec<u8>> {
//!         Err(std::io::ErrorKind::NotFound.into())
//!     }
//!     fn var(&self, name: &str) -> Option<String> {
//!         (name == "PORT").then(|| "9000".to_owned())
//!     }
//!     fn now(&self) -> jiff::Zoned {
//!         jiff::Zoned::now()
//!     }
//! }
//!
//! let text = r#"
//! [service]
//! name: "users"
//! port: @env("PORT", 8001)
//! timeout: 30s
//! title: name + " on " + port
//! "#;
//! let config = tsk::load("service.tsk", text, &World, tsk::Options::default()).expect("it has no errors");
//! assert_eq!(config.i64("service.port"), Ok(Some(9000)));
//! assert_eq!(config.str("service.title"), Ok(Some("users on 9000")));
//! assert_eq!(config.duration("service.timeout"), Ok(Some(std::time::Duration::from_secs(30))));
//!
//! let failure = tsk::load("service.tsk", "port: @evn(\"PORT\")", &World, tsk::Options::default()).unwrap_err();
//! assert!(failure.diagnostics[0].render(&failure.sources, false).contains("did you mean `@env`?"));
//! ```
//!
//! Values also go straight into types of your own, with serde: [`from_str`] and [`Config::section`].
//!
//! [`to_string`] prints a [`Config`] so that it reads back to the same values. [`format`] prints a text in one style:
//!
//! ```
//! assert_eq!(tsk::format("port:80   # http\n").expect("its syntax is right"), "port: 80   # http\n");
//! ```
//!
//! GRAMMAR.md, beside this crate's `Cargo.toml`, describes the language.
#![allow(
    clippy::result_large_err,
    reason = "a diagnostic is made once per mistake, and its fields are public"
)]

mod config;
mod deserialize;
mod diagnostic;
mod environment;
mod eval;
mod format;
mod getters;
mod json;
mod limits;
mod operators;
mod parse;
mod print;
mod span;
mod suggest;
mod units;
mod value;

pub use config::{Config, Failure, Options, load};
pub use deserialize::from_str;
pub use diagnostic::{Diagnostic, Severity};
pub use environment::Environment;
pub use format::format;
pub use print::to_string;
pub use span::{FileId, Position, SourceMap, Span};
pub use suggest::suggest;
pub use units::{duration, size};
pub use value::{Deferred, Language, Node, Object, Secret, Source, Value};
