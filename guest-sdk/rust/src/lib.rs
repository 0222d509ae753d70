#![doc = include_str!("../README.md")]

#[rustfmt::skip]
#[allow(clippy::all, unused_imports, missing_docs)]
#[doc(hidden)]
pub mod bindings;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod argument;
mod bytes;
mod circuit_breaker;
pub mod config;
pub mod crypto;
mod datum;
mod deserialize;
mod error;
pub mod events;
pub mod fujsen;
pub mod grpc;
#[cfg(target_arch = "wasm32")]
mod heap;
pub mod http;
pub mod log;
pub mod metrics;
mod panic;
pub mod prelude;
mod print;
pub mod redis;
mod remedy;
mod reply;
mod request;
mod rt;
pub mod sql;
pub mod state;
pub mod time;

pub use bytes::Bytes;
pub use circuit_breaker::CircuitBreaker;
pub use datum::{Datum, FromDatum, Item, ToDatum};
pub use error::{Error, Result};
pub use reply::{Created, IntoReply, Reply, Response};
pub use request::Request;
pub use serde_json::{Value, json};
/// Exports fujsens, by path, as the functions of this module. Once in a crate.
///
/// Code inside a TSK file does not call it: there every `#[fujsen]` is exported.
pub use tusk_macros::export;
/// Makes a function a fujsen: what a route, an event, a schedule or another fujsen may call.
///
/// Arguments are decoded by the function's own signature:
///
/// | parameter | takes |
/// |---|---|
/// | `String`, `&str` | text |
/// | `i8` … `u64`, `isize`, `usize` | an integer in the type's range |
/// | `f32`, `f64` | a number |
/// | `bool` | a boolean |
/// | `Vec<u8>`, `&[u8]` | bytes: base64 in JSON, the body as it is where the parameter is called `body` |
/// | [`Request`] | the HTTP request that is being served |
/// | [`Value`], any other type that is [`serde::Deserialize`] | JSON |
/// | `Option<T>` | any of these, or nothing |
/// | `#[default(expression)] name: T` | any of these; `expression` when it is not given |
///
/// The result is anything [`serde::Serialize`], nothing, a [`Response`], a [`Created`], or a `Result` of these
/// whose error turns into [`Error`]. The doc comment becomes the fujsen's description.
///
/// ```
/// use tusk::prelude::*;
///
/// /// Users, newest first.
/// #[fujsen]
/// fn list(#[default(50)] limit: i64, search: Option<String>) -> Result<Value> {
///     let search = search.unwrap_or_default();
///     let users = sql::query(
///         "main",
///         "SELECT id, username FROM users WHERE username LIKE ? || '%' ORDER BY id DESC LIMIT ?",
///         params![search, limit],
///     )?;
///     Ok(json!({ "users": users }))
/// }
///
/// tusk::export!(list);
/// # fn main() {}
/// ```
pub use tusk_macros::fujsen;
