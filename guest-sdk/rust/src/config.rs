//! The values of the TSK file: those of the fujsen's own section by key, others by path (`section.key`).
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn read() -> Result<()> {
//! let url: String = config::get("notify_url")?;
//! let retries: u32 = config::get_or("service.retries", 3)?;
//! let proxy: Option<String> = config::find("proxy")?;
//! # Ok(())
//! # }
//! ```
//!
//! A value such as `@query("SELECT COUNT(*) FROM users")` is evaluated when it is read. When that fails, the error says
//! where in the file it stands, and has the status of what failed, such as 503 for a server that is down.
//!
//! What the host alone needs, such as `[databases]`, no fujsen reads: asking for it is an error, `denied`.
//!
//! Where the file has `[remote_config]`, a value from there comes before the file's own. A call sees one version of all
//! values, from its first read to its end.
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Datum, Error, FromDatum, Result,
    bindings::tusk::fujsen::config::{self as host, Entry},
    datum, deserialize,
};

/// The value of `key`. An error when the file has none, or one of another type.
pub fn get<T: FromDatum>(key: &str) -> Result<T> {
    find(key)?.ok_or_else(|| missing(key))
}

/// The value of `key`, or `default` when the file has none.
pub fn get_or<T: FromDatum>(key: &str, default: T) -> Result<T> {
    Ok(find(key)?.unwrap_or(default))
}

/// The value of `key`, if the file has one that is not null.
pub fn find<T: FromDatum>(key: &str) -> Result<Option<T>> {
    match lookup(key)? {
        None => Ok(None),
        Some(value) => datum::read(value, || format!("`{key}` of the TSK file")),
    }
}

/// An object or an array of the file as a type of one's own.
pub fn read<T: DeserializeOwned>(key: &str) -> Result<T> {
    let value = lookup(key)?.ok_or_else(|| missing(key))?;
    deserialize::read(&value).map_err(|error| Error::from(error).context(format!("`{key}` of the TSK file")))
}

/// Everything that is wrong with a configuration, one sentence each; nothing when it is right. `schema` has rules by the path
/// of a value, as `[remote_config.schema]` has them.
///
/// ```no_run
/// use tusk::prelude::*;
///
/// # fn check(loaded: Value) -> Result<()> {
/// let schema = json!({ "cache.ttl": { "type": "integer", "required": true, "min": 1 } });
/// let errors = config::validate_config(&loaded, &schema)?;
/// if !errors.is_empty() {
///     return Err(Error::bad_request(errors.join("; ")));
/// }
/// # Ok(())
/// # }
/// ```
///
/// A schema that is none is an error: status 400, code `bad-schema`.
pub fn validate_config(config: impl Serialize, schema: impl Serialize) -> Result<Vec<String>> {
    let (config, schema) = (serde_json::to_string(&config)?, serde_json::to_string(&schema)?);
    host::validate(&config, &schema).map_err(Error::from_host)
}

fn lookup(key: &str) -> Result<Option<Datum>> {
    match host::get(key) {
        Entry::Missing => Ok(None),
        Entry::Plain(value) => Ok(Some(value)),
        Entry::Deferred => host::evaluate(key).map_err(Error::from_host),
    }
}

fn missing(key: &str) -> Error {
    Error::internal(format!("the TSK file has no `{key}`")).with_code("config")
}
