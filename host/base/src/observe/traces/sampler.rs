//! Which traces are recorded, by their ids.

use crate::observe::trace_context::TraceContext;

/// Which traces are recorded where there is somebody to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sampler {
    /// Of the traces that start here, those are recorded whose id is below. 63 bits.
    below: u64,
    /// Those of a caller are recorded if the caller's is; else as if they started here.
    pub(super) follows: bool,
}

/// One more than 63 bits hold: every id is below.
const ALL: f64 = (1u64 << 63) as f64;

impl Sampler {
    /// `share` is that of the traces that start here, from 0 to 1.
    pub(super) fn new(share: f64, follows: bool) -> Self {
        Self {
            below: (share * ALL) as u64,
            follows,
        }
    }

    /// By the id, as the specification has it, so that others who decide anew decide the same.
    pub(super) fn takes(self, context: &TraceContext) -> bool {
        (context.trace_id() as u64) >> 1 < self.below
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Self::new(1.0, true)
    }
}
