//! Other fujsens of the same service.
//!
//! ```no_run
//! use tusk::{fields, prelude::*};
//!
//! # fn notify() -> Result<()> {
//! let sent: bool = fujsen::call("notifications.send", fields! { user: 7, text: "Welcome" })?;
//! # Ok(())
//! # }
//! ```
use serde::de::DeserializeOwned;

use crate::{Datum, Error, Result, bindings::tusk::fujsen::fujsen as host, deserialize};

/// Calls `section.name` with arguments by name and reads its result as `T` ([`Value`](crate::Value) takes any).
/// The callee inherits what is left of this call's time. Its error comes back with its own status.
pub fn call<T: DeserializeOwned>(name: &str, arguments: &[(&str, Datum)]) -> Result<T> {
    let arguments: Vec<_> = arguments
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let result = host::call(name, &arguments).map_err(Error::from_host)?;
    deserialize::read(&result).map_err(|error| Error::from(error).context(format!("the result of `{name}`")))
}
