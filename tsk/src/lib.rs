//! Reads the TSK configuration language: sections, keys, references, expressions, and code in other languages as values.
//! [`grammar`] describes the language.
//!
//! # Into types of your own
//!
//! A text that needs no files and no variables goes straight into a type, with serde:
//!
//! ```
//! #[derive(serde::Deserialize)]
//! struct Service {
//!     name: String,
//!     port: u16,
//!     hosts: Vec<String>,
//! }
//!
//! let service: Service = tsk::from_str("name: users\nport: 8000 + 1\nhosts: [a, b]").expect("it has no errors");
//! assert_eq!((service.name.as_str(), service.port, service.hosts.len()), ("users", 8001, 2));
//!
//! let failure = tsk::from_str::<Service>("name: users\nport: 80000\nhosts: []").err().expect("it does not fit");
//! assert!(failure.to_string().contains("--> <text>:2:7"), "{failure}");
//! ```
//!
//! # A file and its world
//!
//! A file can name variables, other files and the time. [`load`] asks an [`Environment`] for them, which you implement: the crate
//! does no I/O of its own. It gives a [`Config`], which holds each value with its place in the text.
//!
//! ```
//! struct World;
//!
//! impl tsk::Environment for World {
//!     fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
//!         match path {
//!             "limits.tsk" => Ok(b"memory: 64MB".to_vec()),
//!             _ => Err(std::io::ErrorKind::NotFound.into()),
//!         }
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
//! memory: @limits.tsk.get("memory")
//! title: name + " on " + port
//! "#;
//! let config = tsk::load("service.tsk", text, &World, tsk::Options::default()).expect("it has no errors");
//! assert_eq!(config.i64("service.port"), Ok(Some(9000)));
//! assert_eq!(config.str("service.title"), Ok(Some("users on 9000")));
//! assert_eq!(config.duration("service.timeout"), Ok(Some(std::time::Duration::from_secs(30))));
//! assert_eq!(config.size("service.memory"), Ok(Some(64 << 20)));
//!
//! let node = config.get("service.timeout").expect("it is there");
//! assert_eq!(config.sources.locate(node.span), "service.tsk:5:10");
//! ```
//!
//! [`Config::section`] gives a part of it as a type of your own. Code stands in a [`Value::Source`], what needs a network or a
//! database in a [`Value::Deferred`]; running either is up to you.
//!
//! # Errors
//!
//! A [`Failure`] holds every error that one run can find. It prints them as rustc would; [`Diagnostic::to_json`] is for programs.
//!
//! ```
//! let failure = tsk::from_str::<serde_json::Value>("hosts: [a\nport: @evn(\"PORT\")").unwrap_err();
//! assert_eq!(failure.diagnostics.len(), 2);
//! assert!(failure.to_string().contains("did you mean `@env`?"));
//! ```
//!
//! # Printing
//!
//! [`to_string`] prints a [`Config`] so that it reads back to the same values. [`format`](format()) prints a text in one style:
//!
//! ```
//! assert_eq!(tsk::format("port:80   # http\n").expect("its syntax is right"), "port: 80   # http\n");
//! ```
#![warn(missing_docs)]
// A panic is a bug, and the text of a file reaches nearly all of this.
#![cfg_attr(
    not(test),
    deny(
        clippy::panic,
        clippy::unreachable,
        clippy::expect_used,
        clippy::unwrap_used,
        clippy::indexing_slicing
    )
)]

mod config;
mod deserialize;
mod diagnostic;
mod environment;
mod eval;
mod format;
mod getters;
mod json;
mod language;
mod limits;
mod load;
mod operators;
mod options;
mod parse;
mod print;
mod span;
mod suggest;
mod units;
mod value;

#[doc = include_str!("../GRAMMAR.md")]
#[allow(
    rustdoc::invalid_codeblock_attributes,
    reason = "the marks of its examples are for the tests"
)]
pub mod grammar {}

pub use config::{Config, Failure};
pub use deserialize::from_str;
pub use diagnostic::{Diagnostic, Severity};
pub use environment::Environment;
pub use format::format;
pub use language::{Language, Sign, Traits};
pub use limits::FILE_BYTES;
pub use load::{load, shorten};
pub use options::Options;
pub use print::to_string;
pub use span::{FileId, Position, SourceMap, Span};
pub use suggest::suggest;
pub use units::{duration, size};
pub use value::{Deferred, Node, Object, Secret, Source, Value};
