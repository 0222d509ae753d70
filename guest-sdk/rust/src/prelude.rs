//! All that a fujsen needs: `use tusk::prelude::*;`. Code inside a TSK file has it already.
pub use crate::metrics::{
    calculate_rps, get_active_connections, get_avg_response_time, get_cpu_usage, get_dependency_status,
    get_error_breakdown, get_error_rate, get_memory_usage, get_recent_requests, get_request_count, get_uptime,
    record_metric,
};
pub use crate::{
    Bytes, CircuitBreaker, Created, Datum, Error, FromDatum, IntoReply, Request, Response, Result, ToDatum, Value,
    config, crypto, events, fields, fujsen, grpc, http, json, log, metrics, params, redis, sql, state, time,
};
pub use serde::{Deserialize, Serialize};
pub use std::time::Duration;
