//! What is told of the service: its log, its metrics, its traces; here and to a collector.

pub mod log;
pub mod metrics;
pub mod operation;
pub mod otlp;
pub mod request;
pub mod tasks;
pub mod trace_context;
pub mod traces;
