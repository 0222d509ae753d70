//! What outlives the process: queues and state, embedded or on a server.

pub mod queue;
pub mod store;
