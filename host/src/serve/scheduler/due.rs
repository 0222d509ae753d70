//! The slots whose time has come, as a clock on the wall says, which may be set.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{sync::watch, time::sleep};

use crate::{
    base::limits,
    service::{app::App, live::Live, schedule::Schedule},
};

/// A slot whose time has come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Due {
    /// Of the schedule.
    pub(super) id: String,
    pub(super) slot: Timestamp,
    /// It came before this process ran: whether anybody had it is for the store to say.
    pub(super) is_past: bool,
}

/// Tells of each slot when it comes, until `stop`. `now` is the clock on the wall.
pub(super) async fn follow(
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
            // In this order, so that one seed is one story.
            biased;
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
