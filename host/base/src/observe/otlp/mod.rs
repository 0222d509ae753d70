//! OTLP (<https://opentelemetry.io/docs/specs/otlp>): what is observed, sent to a collector. All signals go the same way.
//!
//! An `Exporter` is of one signal of one service, and has one `Address`. What it is handed is a message's part already, written
//! once as it will be sent (`wire`), and waits in its `Queue` for a thread that sends it to the `Collector`, and again while that
//! is busy. `Exporters` (process) keeps them over swaps. `figures` and `lines` make parts of metrics and of the log.

mod address;
mod answer;
mod beside;
mod collector;
mod exporter;
mod exporters;
mod figures;
mod lines;
mod message;
mod queue;
mod senders;
mod service;
mod signal;
pub(super) mod wire;

#[cfg(test)]
mod tests;

pub use self::{
    address::CollectorAddress, beside::OtherSignals, exporter::Exporter, exporters::Exporters, figures::push,
    lines::OtlpLines, service::Resource, signal::Signal,
};
pub(super) use self::{
    address::{ENDPOINT, Variables, is_disabled, wrong_variable},
    exporter::Recorder,
};
