//! Publishing events. Handling them is for the room of that name.

use std::{path::Path, sync::Arc, time::Instant};

use tokio::time::{sleep, timeout_at};
use tsk::{Config, Diagnostic};

use super::{Capability, Grant, Reading};
use crate::base::explain::{Explain, Explanation, is};
use crate::{
    base::{backoff::jittered, clock::Clock, limits},
    observe::{
        metrics::Metrics,
        traces::{SpanKind, Trace},
    },
    storage::{
        queue::{Event, PublishOptions, Queue, QueueError, QueueSettings, Queues},
        store::Stores,
    },
};

/// The queue that the file names, or the one beside it.
pub struct Events {
    service: Arc<str>,
    settings: QueueSettings,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
}

/// Why an event was not published, as far as anybody knows.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The queue holds as many events as it may.
    #[error(
        "{queue} holds {most} events, all that it may (`length` of [message_queue]): some service does not handle its own; \
         `tusk-host events FILE status` shows which"
    )]
    Full { queue: String, most: usize },
    /// The queue did not answer in time: the event may be there or not.
    #[error("{0} did not answer")]
    Silent(String),
    /// Of the queue itself, or of the event.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl Explain for EventsError {
    fn explain(&self) -> Explanation {
        match self {
            Self::Full { .. } => is(503, "full"),
            Self::Silent(_) => is(504, "timeout"),
            Self::Queue(error) => error.explain(),
        }
    }
}

impl Capability for Events {
    const NAME: &'static str = "events";
    type Kept = Queues;
    type Error = EventsError;

    fn kept(_metrics: &Arc<Metrics>) -> Self::Kept {
        Queues::default()
    }

    fn read(queues: &Queues, reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>> {
        Self::new(
            reading.stores,
            queues,
            reading.config,
            reading.service.clone(),
            reading.file,
        )
    }

    fn grants(&self) -> Vec<Grant> {
        let QueueSettings {
            place, name, engine, ..
        } = &self.settings;
        let grant = Grant {
            capability: "events",
            target: format!("{name} ({}) in {}", engine.name(), place.show()),
        };
        if self.settings.named { vec![grant] } else { Vec::new() }
    }
}

impl Events {
    /// `file` is the TSK file. Opens nothing: the first use does.
    pub fn new(
        stores: &Stores,
        queues: &Queues,
        config: &Config,
        service: Arc<str>,
        file: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let settings = QueueSettings::read(config, file)?;
        Ok(Self {
            service,
            queue: queues.get(stores, &settings),
            settings,
            clock: stores.clock.clone(),
        })
    }

    /// The queue, for whoever takes events out of it.
    pub fn queue(&self) -> &Arc<dyn Queue> {
        &self.queue
    }

    /// What the file says of it.
    pub fn settings(&self) -> &QueueSettings {
        &self.settings
    }

    /// Gives the event's id. `data` is JSON text. Whoever handles it goes on where `trace` is.
    pub async fn publish(
        &self,
        trace: &Trace,
        deadline: Instant,
        kind: String,
        data: String,
        options: PublishOptions,
    ) -> Result<String, EventsError> {
        let trace = trace.inner();
        let mut span = trace.span(SpanKind::Producer, || format!("publish {kind}").into());
        let event = Event::new(&self.service, kind, data, options, &trace, self.clock.wall());
        let result = match event {
            Ok(event) => {
                span.describe(|span| event.describe(span, "publish", "send"));
                self.add(event, deadline).await
            }
            Err(error) => Err(error.into()),
        };
        match &result {
            Ok(_) => span.end(),
            Err(error) => span.fail(error.meaning().1),
        }
        result
    }

    async fn add(&self, event: Event, deadline: Instant) -> Result<String, EventsError> {
        let until = deadline.min(self.clock.monotonic() + limits::EVENTS_PUBLISH);
        let mut pauses = limits::REDIS_BACKOFF.pauses();
        loop {
            let (most, pause) = (self.settings.length, jittered(pauses.after_another()));
            match timeout_at(until.into(), self.queue.publish(&event, most)).await {
                Ok(Ok(true)) => return Ok(event.id),
                Ok(Ok(false)) => {
                    return Err(EventsError::Full {
                        queue: self.place(),
                        most,
                    });
                }
                // A server may be on its way up. The event keeps its id, however often it is added.
                Ok(Err(error)) if error.may_pass() && self.clock.monotonic() + pause < until => {
                    sleep(pause).await;
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(EventsError::Silent(self.place())),
            }
        }
    }

    fn place(&self) -> String {
        format!("the queue `{}` in {}", self.settings.name, self.settings.place.show())
    }
}
