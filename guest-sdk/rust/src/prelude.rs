//! All that a fujsen needs: `use tusk::prelude::*;`. Code inside a TSK file has it already.
pub use crate::{
    Created, Datum, Error, FromDatum, IntoReply, Request, Response, Result, ToDatum, Value, config, events, fields,
    fujsen, http, json, log, params, redis, sql, state, time,
};
pub use serde::{Deserialize, Serialize};
pub use std::time::Duration;
