//! The queue in a SQLite file.

mod tables;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rusqlite::Result as Sql;
use tokio::{sync::watch, time::sleep};

use self::tables::QueueTables;
use super::{Claimed, Consumer, Dead, Delivery, Doing, Event, Fate, Progress, Queue, QueueError, Seen, Settlement};
use crate::{
    base::{clock::Clock, limits},
    storage::store::{Durability, sqlite::File},
};

/// A SQLite file. `seen` is how far a service has looked; what it found for itself stands in `deliveries` until it is
/// handled. `due` is when it may be taken (again), or nothing while an earlier event of its key is not done.
const SCHEMA: &str = include_str!("schema.sql");

pub(super) struct Sqlite {
    file: Arc<File>,
    /// Of what is published, given up and taken out. What a service notes about its progress may get lost with the machine's
    /// power: then it handles an event once more, which may happen anyway.
    durability: Durability,
    name: Arc<str>,
    clock: Arc<dyn Clock>,
    /// Counts what this process has published.
    published: watch::Sender<u64>,
}

impl Sqlite {
    pub(super) fn new(file: Arc<File>, durability: Durability, name: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            file,
            durability,
            name: name.into(),
            clock,
            published: watch::Sender::default(),
        }
    }

    /// Without writing: an idle service takes the file from nobody.
    async fn has_any(&self, consumer: &Consumer) -> Result<bool, QueueError> {
        let consumer = consumer.clone();
        self.read(move |queue| queue.has_any(&consumer)).await
    }

    /// Tells those of this process that wait for news.
    fn has_grown(&self) {
        self.published.send_modify(|count| *count += 1);
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&QueueTables<'_>) -> Sql<T> + Send + 'static,
    ) -> Result<T, QueueError> {
        self.file.ensure(SCHEMA).await?;
        Ok(self.file.read(self.on_tables(work)).await?)
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&QueueTables<'_>) -> Sql<T> + Send + 'static,
    ) -> Result<T, QueueError> {
        self.file.ensure(SCHEMA).await?;
        Ok(self.file.write(self.durability, self.on_tables(work)).await?)
    }

    async fn note<T: Send + 'static>(
        &self,
        work: impl FnOnce(&QueueTables<'_>) -> Sql<T> + Send + 'static,
    ) -> Result<T, QueueError> {
        self.file.ensure(SCHEMA).await?;
        Ok(self.file.write(Durability::Process, self.on_tables(work)).await?)
    }

    fn on_tables<T: Send + 'static, W: FnOnce(&QueueTables<'_>) -> Sql<T> + Send + 'static>(
        &self,
        work: W,
    ) -> impl FnOnce(&rusqlite::Connection) -> Sql<T> + Send + 'static + use<T, W> {
        let (name, clock) = (self.name.clone(), self.clock.clone());
        move |connection| {
            work(&QueueTables {
                connection,
                name: &name,
                now: clock.wall().as_millisecond(),
            })
        }
    }
}

impl Queue for Sqlite {
    fn publish<'a>(&'a self, event: &'a Event, most: usize) -> Doing<'a, bool> {
        Box::pin(async move {
            let text = event.to_text()?;
            let (kind, target, key) = (event.kind.clone(), event.target_service.clone(), event.key.clone());
            let added = self
                .write(move |queue| {
                    if queue.length()? >= most && queue.trim()? == 0 {
                        return Ok(false);
                    }
                    queue.add(&kind, target.as_deref(), None, key.as_deref(), "", &text)?;
                    Ok(true)
                })
                .await?;
            self.has_grown();
            Ok(added)
        })
    }

    fn claim<'a>(&'a self, consumer: &'a Consumer, room: usize) -> Doing<'a, Claimed> {
        Box::pin(async move {
            // Before the reading: what comes in between is not missed.
            let seen = *self.published.borrow();
            let mut claimed = if self.has_any(consumer).await? {
                let consumer = consumer.clone();
                self.note(move |queue| queue.claim(&consumer, room)).await?
            } else {
                let service = consumer.service.clone();
                self.read(move |queue| {
                    Ok(Claimed {
                        deliveries: Vec::new(),
                        next_due: queue.next_due(&service)?,
                        seen: Some(Seen::Count(0)),
                    })
                })
                .await?
            };
            claimed.seen = claimed.seen.map(|_| Seen::Count(seen));
            Ok(claimed)
        })
    }

    fn news<'a>(&'a self, consumer: &'a Consumer, seen: Seen) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Seen::Count(seen) = seen else { return };
            let mut published = self.published.subscribe();
            let own = async {
                // The sender is in `self`: it is never gone.
                let _ = published.wait_for(|count| *count != seen).await;
            };
            // Other processes write to the file, too.
            let of_others = async {
                let polls = limits::EVENTS_WAIT.as_millis() / limits::EVENTS_POLL.as_millis();
                for _ in 0..polls {
                    sleep(limits::EVENTS_POLL).await;
                    if !matches!(self.has_any(consumer).await, Ok(false)) {
                        break;
                    }
                }
            };
            tokio::select! {
                biased;
                () = own => {}
                () = of_others => {}
            }
        })
    }

    fn settle<'a>(&'a self, service: &'a str, delivery: &'a Delivery, settlement: &'a Settlement) -> Doing<'a, ()> {
        Box::pin(async move {
            let (service, delivery) = (service.to_owned(), delivery.clone());
            match settlement.clone() {
                Settlement::Handled => {
                    self.note(move |queue| queue.finish(&service, &delivery.receipt).map(drop))
                        .await
                }
                Settlement::Again(pause) => self.note(move |queue| queue.put_off(&service, &delivery, pause)).await,
                Settlement::GivenUp { attempts, why } => {
                    self.write(move |queue| {
                        if queue.finish(&service, &delivery.receipt)? {
                            queue.bury(&service, attempts, &why, &delivery.done, &delivery.event)?;
                        }
                        Ok(())
                    })
                    .await
                }
            }
        })
    }

    fn dead<'a>(&'a self, service: &'a str) -> Doing<'a, Vec<Dead>> {
        let service = service.to_owned();
        Box::pin(self.read(move |queue| queue.dead(&service)))
    }

    fn lift<'a>(&'a self, service: &'a str, dead: &'a [Dead], fate: Fate) -> Doing<'a, u64> {
        let service = service.to_owned();
        let entries: Vec<String> = dead.iter().map(|dead| dead.entry.clone()).collect();
        Box::pin(async move {
            let lift = move |queue: &QueueTables<'_>| match fate {
                Fate::Replayed => queue.replay(&service, &entries),
                Fate::Discarded => queue.discard(&service, &entries),
            };
            let count = self.write(lift).await?;
            self.has_grown();
            Ok(count)
        })
    }

    fn progress(&self) -> Doing<'_, Vec<Progress>> {
        Box::pin(self.read(|queue| queue.progress()))
    }

    fn forget<'a>(&'a self, service: &'a str) -> Doing<'a, bool> {
        let service = service.to_owned();
        Box::pin(self.write(move |queue| queue.forget(&service)))
    }

    fn tend(&self, _: usize) -> Doing<'_, ()> {
        Box::pin(async move {
            sleep(limits::EVENTS_TRIM).await;
            while self.note(|queue| queue.trim()).await? == limits::EVENTS_TRIMMED {}
            Ok(())
        })
    }
}
