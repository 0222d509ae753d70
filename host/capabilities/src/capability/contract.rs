//! What every capability is to the rest of the host.

use std::{sync::Arc, time::Instant};

use tsk::Diagnostic;

use super::{Grant, Reading};
use crate::{base::explain::Explain, observe::metrics::Metrics};

/// One thing that a guest can do besides computing, as one version of a file names it.
pub(crate) trait Capability: Sized + Send + Sync {
    /// As grants and metrics call it.
    const NAME: &'static str;
    /// What outlives a swap: connections and pools.
    type Kept;
    /// What goes wrong there.
    type Error: Explain;

    /// Made once per process.
    fn kept(metrics: &Arc<Metrics>) -> Self::Kept;

    /// Reads what the file names. Opens nothing: [`connect`](Self::connect) does, and the first use.
    fn read(kept: &Self::Kept, reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>>;

    /// What the file allows, for `check` and the start banner.
    fn grants(&self) -> Vec<Grant> {
        Vec::new()
    }

    /// Opens what must be there before the service starts. A server that is down is not an error.
    fn connect(&self) -> impl Future<Output = Result<(), Vec<Diagnostic>>> + Send {
        async { Ok(()) }
    }

    /// What [`connect`](Self::connect) would say, errors and what could not be tried. Changes nothing.
    fn rehearse(&self) -> impl Future<Output = Vec<Diagnostic>> + Send {
        async { Vec::new() }
    }

    /// Name and place of everything whose health is asked for.
    fn dependencies(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Whether one of [`dependencies`](Self::dependencies) answers.
    fn check(&self, _name: &str, _deadline: Instant) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async { Ok(()) }
    }
}
