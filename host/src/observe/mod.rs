//! What is told of the service: its log, its metrics, its traces; here and to a collector.

pub(crate) mod log;
pub mod metrics;
pub(crate) mod operation;
pub mod otlp;
pub mod request;
pub(crate) mod tasks;
pub mod trace_context;
pub mod traces;
