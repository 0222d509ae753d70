//! Tools as processes: what they see, what they may touch, and how they end.
mod environment;

pub(crate) use environment::Environment;
