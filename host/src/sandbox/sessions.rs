//! What the capabilities keep for one call.

use crate::{
    capability::{config, log, sql},
    observe::traces::Trace,
};

/// Made once per call; dropping it ends whatever the call left open.
pub struct Sessions {
    pub config: config::ConfigSession,
    pub log: log::LogSession,
    pub sql: sql::SqlSession,
}

impl Sessions {
    /// `trace` is the place of the call.
    pub fn new(trace: &Trace) -> Self {
        Self {
            config: config::ConfigSession::default(),
            log: log::LogSession::default(),
            sql: sql::SqlSession::new(trace.clone()),
        }
    }
}
