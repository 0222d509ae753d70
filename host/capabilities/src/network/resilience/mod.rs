//! Calls of a dependency that may fail: a timeout, retries within a budget, a circuit breaker, a bound on how many at once.
//!
//! `Memory` (process) is what has happened, kept over swaps; `Policies` (App) is what `[resilience]` says. A `Guard` is
//! both for one dependency, and calls go through it. Capabilities use it; it knows none of them.

mod breaker;
mod budget;
mod error;
mod guard;
mod memory;
mod policies;
mod policy;

pub use self::{
    breaker::OpenCircuit,
    error::ResilienceError,
    guard::{Guard, Retry, Verdict},
    memory::GuardMemory,
    policies::Policies,
};
