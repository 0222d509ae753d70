//! Runs what `[schedules]` says, until the service stops.
//!
//! The slots of a schedule are a function of the time, and what decides whether one is run is kept where all hosts of
//! the service see it: so a swap, a restart or a second host neither repeats a slot nor leaves one out.

mod claim;
mod due;
mod run;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::{sync::watch, task::JoinSet, time::timeout};

use self::due::{Due, follow};
use crate::{
    base::{clock::Clock, limits},
    observe::tasks,
    service::{app::App, live::Live},
};

/// Runs each slot of the current `App` when it comes, until `stop`; then waits for the runs that are left.
pub async fn serve(live: Arc<Live>, stop: watch::Receiver<bool>, clock: Arc<dyn Clock>) {
    let mut runs = JoinSet::new();
    let start = |app: &Arc<App>, due: Due| {
        while runs.try_join_next().is_some() {}
        tasks::run_in(&mut runs, "schedule", run::slot(app.clone(), due, clock.clone()));
    };
    follow(&live, stop, || clock.wall(), start).await;
    if timeout(limits::DRAIN, async { while runs.join_next().await.is_some() {} })
        .await
        .is_err()
    {
        tracing::warn!(target: "schedule", "{} runs did not end within {:?} and were cut", runs.len(), limits::DRAIN);
    }
}
