//! What the capabilities keep for one call.

use crate::{
    capability::{config, log, sql},
    observe::traces::Trace,
};

/// Made once per call; dropping it ends whatever the call left open.
pub struct Sessions {
    /// Which version of the file's values the call sees.
    pub config: config::ConfigSession,
    /// How much of its bound of the log is used up.
    pub log: log::LogSession,
    /// Transactions that it has open. They are rolled back when it ends.
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
