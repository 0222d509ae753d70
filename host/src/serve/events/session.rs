//! Takes events from the queue for as long as the file names it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;

use crate::{
    base::{backoff::jittered, explain::Explain, limits},
    observe::tasks,
    service::app::App,
    storage::queue::{Consumer, Delivery, Queue},
};

/// What events are taken from, and how they are handled.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) queue: Arc<dyn Queue>,
    pub(super) consumer: Arc<Consumer>,
    pub(super) attempts: u32,
    pub(super) backoff: Duration,
    concurrency: usize,
    /// Of the queue.
    length: usize,
}

/// Taking events from one source, for as long as the file names it.
pub(super) struct Session {
    pub(super) source: Source,
    /// Whose source it is.
    app: Arc<App>,
    /// There may be events that have not been seen.
    ready: bool,
    /// The last claim left no room.
    was_full: bool,
    /// Waits for events.
    news: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// When something is due, or when to try again.
    next: Option<Instant>,
    /// Claims that failed, one after the other.
    failures: u32,
    tending: JoinHandle<()>,
}

impl Source {
    /// Nothing where the file binds no handler.
    fn of(app: &App) -> Option<Self> {
        let (events, subscriptions) = (&app.context.capabilities.events, &app.subscriptions);
        let settings = events.settings();
        let longest = subscriptions.longest(app.context.limits.deadline);
        let consumer = Consumer {
            service: app.context.service.name.clone(),
            types: subscriptions.types()?,
            lease: settings.visibility.unwrap_or(longest + limits::EVENTS_MARGIN),
            pause: settings.backoff.max(limits::EVENTS_BACKOFF),
        };
        Some(Self {
            queue: events.queue().clone(),
            consumer: Arc::new(consumer),
            attempts: settings.attempts,
            backoff: settings.backoff,
            concurrency: settings.concurrency,
            length: settings.length,
        })
    }

    fn takes_the_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.queue, &other.queue) && self.consumer.service == other.consumer.service
    }
}

impl Session {
    /// The session that the `App` asks for: the one before it, where that will do.
    pub(super) fn of(app: &Arc<App>, before: Option<Self>) -> Option<Self> {
        if before.as_ref().is_some_and(|session| Arc::ptr_eq(&session.app, app)) {
            return before;
        }
        let source = Source::of(app)?;
        match before {
            Some(mut session) if session.source.takes_the_same(&source) => {
                (session.app, session.source) = (app.clone(), source);
                Some(session)
            }
            _ => Some(Self::new(app.clone(), source)),
        }
    }

    fn new(app: Arc<App>, source: Source) -> Self {
        Self {
            app,
            tending: {
                let (queue, length) = (source.queue.clone(), source.length);
                tasks::keep("queue_tending", move || tend(queue.clone(), length))
            },
            source,
            ready: true,
            was_full: false,
            news: None,
            next: None,
            failures: 0,
        }
    }

    pub(super) fn concurrency(&self) -> usize {
        self.source.concurrency
    }

    /// Events to handle now, `room` at most.
    pub(super) async fn claim(&mut self, room: usize) -> Vec<Delivery> {
        let due = self.next.is_some_and(|next| next <= self.app.now());
        let waits = self.failures > 0 && !due;
        self.was_full = room == 0;
        if room == 0 || waits || !(self.ready || due) {
            return Vec::new();
        }
        match self.source.queue.claim(&self.source.consumer, room).await {
            Ok(claimed) => {
                if self.failures > 0 {
                    tracing::info!(target: "events", "the queue can be reached again");
                    self.failures = 0;
                }
                self.next = claimed.next_due.map(|due| self.app.now() + due);
                self.ready = claimed.seen.is_none();
                if let Some(seen) = claimed.seen
                    && self.news.is_none()
                {
                    let Source { queue, consumer, .. } = self.source.clone();
                    self.news = Some(Box::pin(async move { queue.news(&consumer, seen).await }));
                }
                self.was_full = claimed.deliveries.len() == room;
                claimed.deliveries
            }
            Err(error) => {
                if self.failures == 0 {
                    tracing::warn!(target: "events", "no events can be taken, trying again: {}", error.message());
                }
                self.failures = self.failures.saturating_add(1);
                let pause = limits::REDIS_BACKOFF.after(self.failures);
                self.next = Some(self.app.now() + jittered(pause));
                Vec::new()
            }
        }
    }

    /// When to claim although nothing else happens.
    pub(super) fn wakes_at(&self, running: usize) -> Option<Instant> {
        if running >= self.source.concurrency {
            return None;
        }
        match self.ready && self.failures == 0 {
            true => Some(self.app.now()),
            false => self.next,
        }
    }

    /// A handler has ended. `unlocks`: what it leaves behind may be due, or let something else be.
    pub(super) fn finished(&mut self, unlocks: bool) {
        self.ready |= unlocks || self.was_full;
    }

    /// Waits until there may be new events.
    pub(super) async fn news(&mut self) {
        match &mut self.news {
            Some(news) => news.await,
            None => std::future::pending().await,
        }
        self.news = None;
        self.ready = true;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.tending.abort();
    }
}

/// Until it is aborted.
async fn tend(queue: Arc<dyn Queue>, length: usize) {
    loop {
        if queue.tend(length).await.is_err() {
            // Claims report what is wrong.
            tokio::time::sleep(jittered(limits::REDIS_BACKOFF.longest / 4)).await;
        }
    }
}
