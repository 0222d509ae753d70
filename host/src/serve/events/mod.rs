//! Handlers of events: takes events from the queue, runs the fujsens that `[events]` binds, and says how it went.
//!
//! `serve` takes as many events as there is room for, with the `App` of the moment. `handle` is the life of one delivery.

mod handle;
mod session;

use std::{sync::Arc, time::Instant};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep_until, timeout},
};

use self::session::Session;
use crate::{
    base::{explain::Explain, limits},
    observe::tasks,
    service::{app::App, live::Live},
};

/// Handles events until `stop` becomes true, then drains: no new ones, those in flight get [`limits::DRAIN`].
pub async fn serve(live: Arc<Live>, mut stop: watch::Receiver<bool>) {
    let mut changes = live.changes();
    let mut running = JoinSet::new();
    let mut session: Option<Session> = None;
    while !*stop.borrow() {
        let app = live.current();
        session = Session::of(&app, session);
        let mut wake = None;
        if let Some(session) = &mut session {
            let room = session.concurrency().saturating_sub(running.len());
            for delivery in session.claim(room).await {
                let handling = handle::handle(app.clone(), session.source.clone(), delivery);
                tasks::run_in(&mut running, "event", handling);
            }
            wake = session.wakes_at(running.len());
        }
        tokio::select! {
            // In this order, so that one seed is one story: what is not looked at now is at the next round.
            biased;
            // A sender that is gone asks for a stop, too.
            _ = stop.wait_for(|stop| *stop) => break,
            _ = changes.changed() => {}
            Some(unlocks) = running.join_next() => {
                let mut unlocks = unlocks.unwrap_or(true);
                while let Some(other) = running.try_join_next() {
                    unlocks |= other.unwrap_or(true);
                }
                if let Some(session) = &mut session {
                    session.finished(unlocks);
                }
            }
            () = news(&mut session) => {}
            () = at(wake) => {}
        }
    }
    let all = async { while running.join_next().await.is_some() {} };
    if timeout(limits::DRAIN, all).await.is_err() {
        tracing::warn!(
            "events did not end within {:?} and were cut: they will be delivered again",
            limits::DRAIN
        );
    }
}

/// Events that the service has not handled yet, for whoever watches over it.
pub async fn backlog(app: &App) -> Result<u64, String> {
    let all = app.context.capabilities.events.queue().progress().await;
    let all = all.map_err(|error| error.message())?;
    let own = all.iter().find(|one| *one.service == *app.context.service.name);
    Ok(own.map_or(0, |own| (own.waiting + own.pending).unsigned_abs()))
}

async fn news(session: &mut Option<Session>) {
    match session {
        Some(session) => session.news().await,
        None => std::future::pending().await,
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}
