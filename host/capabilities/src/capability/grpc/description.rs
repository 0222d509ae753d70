//! What is known of a server's services.

use std::{collections::HashMap, time::Instant};

use prost_reflect::ServiceDescriptor;

/// What is known of a server's services.
#[derive(Default)]
pub(super) struct Description {
    /// Which connection it was read from.
    pub(super) connection: u64,
    /// The names of all services, and when they were asked for.
    pub(super) listed: Option<(Instant, Vec<String>)>,
    pub(super) services: HashMap<String, (Instant, ServiceDescriptor)>,
}
