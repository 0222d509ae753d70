//! What a version of a service gives to each of its calls.

use std::{borrow::Cow, sync::Arc};

use tsk::SourceMap;

use crate::{
    base::{clock::Clock, limits::Limits, redact::Secrets},
    capability::Capabilities,
    observe::{metrics, otlp::Resource},
    sandbox::{
        lane::Lane,
        place::{Panic, Places, place, trace},
    },
};

/// Who runs, within which limits, and what it may reach.
pub struct Context {
    /// Name and version of the service.
    pub service: Resource,
    /// What `[limits]` says, with defaults where it says nothing.
    pub limits: Limits,
    /// What the file names and grants.
    pub capabilities: Capabilities,
    /// Finds the meters of this version, and the process's metrics behind them.
    pub metrics: metrics::Version,
    /// The texts of the file and of what it includes, for the places that messages name.
    pub sources: SourceMap,
    /// Where the texts of fujsens stand in these sources, for the places of panics.
    pub(crate) places: Places,
    /// Where calls that run long go on: one for the whole process.
    pub(crate) lane: Arc<Lane>,
    /// What all of it reads the time from.
    pub(crate) clock: Arc<dyn Clock>,
    /// Kept out of all that is said while this version lives.
    pub(crate) _secrets: Arc<Secrets>,
}

impl Context {
    /// A panic's place in words: in the file where it is known, else as the compiler has it.
    pub(crate) fn place(&self, section: &str, panic: &Panic) -> String {
        match place(&self.places, &self.sources, section, panic) {
            Some(place) => self.sources.locate(place),
            None if panic.line == 0 => panic.file.clone(),
            None => format!("{}:{}:{}", panic.file, panic.line, panic.column),
        }
    }

    /// What a guest says, with the places in the file of the stack that is in it.
    pub(crate) fn trace<'a>(&self, section: &str, text: &'a str) -> Cow<'a, str> {
        trace(&self.places, &self.sources, section, text)
    }
}
