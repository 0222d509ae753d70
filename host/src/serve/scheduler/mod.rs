//! Runs what `[schedules]` says, until the service stops.
//!
//! The slots of a schedule are a function of the time, and what decides whether one is run is kept where all hosts of
//! the service see it: so a swap, a restart or a second host neither repeats a slot nor leaves one out.

mod claim;
mod run;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    base::{clock::Clock, limits},
    observe::tasks,
    service::{app::App, live::Live, schedule::Schedule},
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

/// A slot whose time has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Due {
    /// Of the schedule.
    id: String,
    slot: Timestamp,
    /// It came before this process ran: whether anybody had it is for the store to say.
    is_past: bool,
}

/// Tells of each slot when it comes, until `stop`. `now` is the clock on the wall.
async fn follow(
    live: &Live,
    mut stop: watch::Receiver<bool>,
    now: impl Fn() -> Timestamp,
    mut start: impl FnMut(&Arc<App>, Due),
) {
    let mut changes = live.changes();
    let mut seen = now();
    let mut app = live.current();
    for schedule in app.schedules.iter().filter(|schedule| schedule.options.catch_up) {
        if let Some(slot) = schedule.rhythm.latest(seen) {
            start(
                &app,
                Due {
                    id: schedule.id(),
                    slot,
                    is_past: true,
                },
            );
        }
    }
    loop {
        let wait = until_next(&app, seen, now());
        tokio::select! {
            // A sender that is gone asks for a stop, too.
            _ = stop.wait_for(|stop| *stop) => return,
            // One that is gone changes nothing any more.
            Ok(()) = changes.changed() => {}
            () = sleep(wait) => {}
        }
        let (time, before) = (now(), app);
        app = live.current();
        // What has only just been added has no slots in the past.
        for schedule in app
            .schedules
            .iter()
            .filter(|schedule| before.schedules.get(&schedule.id()).is_some())
        {
            if let Some(slot) = due(schedule, seen, time) {
                start(
                    &app,
                    Due {
                        id: schedule.id(),
                        slot,
                        is_past: false,
                    },
                );
            }
        }
        // A clock that was set back repeats its slots, which the store then knows.
        seen = time;
    }
}

/// The slot that came after `seen` and until `time`: of several, the last. One that is too late was missed.
fn due(schedule: &Schedule, seen: Timestamp, time: Timestamp) -> Option<Timestamp> {
    schedule.next(seen).filter(|slot| *slot <= time)?;
    let slot = schedule.rhythm.latest(time)?;
    let late = time.duration_since(slot).unsigned_abs();
    if late <= limits::SCHEDULE_LATE || schedule.options.catch_up {
        return Some(slot);
    }
    tracing::warn!(
        target: "schedule", schedule = %schedule.text, fujsen = %schedule.handler.path, %slot,
        "missed: this process did not run then; `catch_up: \"once\"` would make it up"
    );
    None
}

/// From `time` until something is due that comes after `seen`; not longer than it may take to see that the clock was set.
fn until_next(app: &App, seen: Timestamp, time: Timestamp) -> Duration {
    let next = app.schedules.iter().filter_map(|schedule| schedule.next(seen)).min();
    // Negative when it is due already.
    let wait = next.map(|next| Duration::try_from(next.duration_since(time)).unwrap_or_default());
    wait.unwrap_or(limits::SCHEDULE_LOOK).min(limits::SCHEDULE_LOOK)
}
