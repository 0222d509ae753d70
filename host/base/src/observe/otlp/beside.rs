//! What a service tells a collector beside traces.

use std::{sync::Arc, time::Duration};

use super::exporter::Exporter;

/// Of one version of a service.
#[derive(Clone, Default)]
pub struct OtherSignals {
    /// How often metrics are handed over, too.
    pub metrics: Option<(Arc<Exporter>, Duration)>,
    /// What hands lines of the log over, where the service names a collector for them.
    pub logs: Option<Arc<Exporter>>,
}
