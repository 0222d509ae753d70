//! What `[schedules]` says: which fujsens run when. `scheduler` runs them.

mod cron;
mod read;
mod rhythm;

#[cfg(test)]
mod calendar;
#[cfg(test)]
mod tests;

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use tsk::{Config, Diagnostic, Span};

use self::{read::ScheduleOptions, rhythm::Rhythm};
use crate::{
    base::{explain::Explain, value::Value},
    sandbox::module::Handler,
    service::{
        names::{self, Handlers},
        target::Targets,
    },
    storage::store::{Place, Store, StoreError, Stores},
};

/// The schedules of one `App`.
#[derive(Default)]
pub struct Schedules {
    list: Vec<Schedule>,
    /// Where hosts agree on who runs a slot; none without schedules.
    pub(crate) store: Option<Store>,
    /// The section.
    span: Span,
}

/// One fujsen and its slots, the times at which it is due.
pub struct Schedule {
    /// The line's key, as its author wrote it: `every 30s`.
    pub text: Arc<str>,
    /// The fujsen that runs. A line that lists several is one schedule for each.
    pub handler: Handler,
    /// When it is due.
    pub(crate) rhythm: Rhythm,
    /// What to do where runs overlap or were missed, and its own deadline.
    pub(crate) options: ScheduleOptions,
    /// What the fujsen is called with: the defaults of its parameters.
    pub(crate) arguments: Vec<Value>,
}

impl Schedules {
    /// Reads `[schedules]`, and reports all that is wrong with it. What its hosts share is where `file`, the TSK file,
    /// keeps its state.
    pub fn new(stores: &Stores, config: &Config, handlers: &Handlers, file: &Path) -> Result<Self, Vec<Diagnostic>> {
        let lines = read::read(config, &Targets::new(config, names::functions(handlers)))?;
        let list: Vec<Schedule> = lines
            .into_iter()
            .filter_map(|line| {
                Some(Schedule {
                    handler: handlers.get(line.target.as_str())?.clone(),
                    text: line.text,
                    rhythm: line.rhythm,
                    options: line.options,
                    arguments: line.arguments,
                })
            })
            .collect();
        if list.is_empty() {
            return Ok(Self::default());
        }
        let place = Place::of_state(config, file);
        Ok(Self {
            list,
            // A wrong URL is what the capability `state` reports.
            store: place.ok().map(|place| stores.at(&place)),
            span: config.get("schedules").map(|node| node.key_span).unwrap_or_default(),
        })
    }

    /// Opens what slots are agreed on in: without it none would be run.
    pub async fn connect(&self) -> Result<(), Vec<Diagnostic>> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        store.open().await.map_err(|error| self.unavailable(&error))
    }

    /// What [`connect`](Self::connect) would say. Changes nothing.
    pub async fn rehearse(&self) -> Result<(), Vec<Diagnostic>> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        store.look().await.map_err(|error| self.unavailable(&error))
    }

    fn unavailable(&self, error: &StoreError) -> Vec<Diagnostic> {
        let message = format!("schedules need a place to note what was run: {}", error.message());
        vec![
            Diagnostic::error("schedules-unavailable", message).at(self.span).help(
                "name another place: `[state]` with `url: \"sqlite:/var/lib/…/state.db\"` or `url: \"redis://…\"`",
            ),
        ]
    }

    /// In the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Schedule> {
        self.list.iter()
    }

    /// The schedule with this id; the first, where lines of the file say the same.
    pub(crate) fn get(&self, id: &str) -> Option<&Schedule> {
        self.iter().find(|schedule| schedule.id() == id)
    }
}

impl Schedule {
    /// The first slot after `time`; none when there is no other.
    pub fn next(&self, time: Timestamp) -> Option<Timestamp> {
        self.rhythm.after(time)
    }

    /// What the schedule is called in every version of the file and on every host.
    pub(crate) fn id(&self) -> String {
        format!("{} {}", self.text, self.handler.path)
    }
}
