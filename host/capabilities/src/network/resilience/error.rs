//! What a policy makes of calls that go wrong.

use std::{sync::Arc, time::Duration};

use crate::base::explain::{Explain, Explanation, is};

/// Why a call was not made, or was given up.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ResilienceError {
    /// By the policy's own time.
    #[error("`{name}` did not answer within {time:?} (resilience.{name}.timeout)")]
    Slow { name: Arc<str>, time: Duration },
    /// By what was left of the call's own time.
    #[error("`{0}` did not answer in time")]
    Late(Arc<str>),
    /// The circuit breaker lets no call through.
    #[error("the circuit breaker of `{name}` is open {}: it failed {failures} times in a row, at last with: {reason}", when(*.left))]
    Open {
        name: Arc<str>,
        /// None while another call tries.
        left: Option<Duration>,
        failures: u32,
        reason: String,
    },
    /// As many calls as the policy allows at once are under way.
    #[error("`{name}` has {most} calls to answer already (resilience.{name}.concurrency)")]
    Crowded { name: Arc<str>, most: u64 },
}

fn when(left: Option<Duration>) -> String {
    match left {
        Some(left) => format!("for another {} ms", left.as_millis().max(1)),
        None => "while another call tries".to_owned(),
    }
}

impl Explain for ResilienceError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Slow { .. } | Self::Late(_) => is(504, "timeout"),
            Self::Open { .. } => is(503, "circuit-open"),
            Self::Crowded { .. } => is(503, "concurrency"),
        }
    }
}
