//! What is told of the service: its log, its metrics, its traces.

pub(crate) mod log;
pub mod metrics;
pub(crate) mod operation;
pub mod request;
pub(crate) mod tasks;
pub mod trace_context;
pub mod traces;
