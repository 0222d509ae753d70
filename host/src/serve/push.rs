//! Hands to a collector what goes to it beside traces, where the file or a variable says so.

use std::{sync::Arc, time::Instant};

use tokio::sync::watch;

use crate::{
    base::limits,
    observe::otlp::{self, OtlpLines},
    service::{app::App, live::Live},
};

/// Metrics, each time that is asked for, until `stop`. A version that asks for them after another begins within
/// [`limits::SAMPLE_EVERY`].
pub(crate) async fn run(live: Arc<Live>, mut stop: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(limits::SAMPLE_EVERY);
    let mut last = Instant::now();
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let app = live.current();
        let every = app.beside.metrics.as_ref().map(|(_, every)| *every);
        if every.is_some_and(|every| last.elapsed() >= every) {
            last = Instant::now();
            push(&app);
        }
    }
}

/// Metrics as they are now.
pub(crate) fn push(app: &App) {
    if let Some((exporter, _)) = &app.beside.metrics {
        otlp::push(app.context.metrics.metrics(), app.snapshot(), exporter);
    }
}

/// From now on lines of the log go where this version says.
pub(crate) fn lines(app: &App) {
    OtlpLines::go(app.beside.logs.clone());
}
