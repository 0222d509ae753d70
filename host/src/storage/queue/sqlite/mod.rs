//! The queue in a SQLite file.

mod tables;

use std::{sync::Arc, time::Duration};

use rusqlite::{Result as Sql, params};
use tokio::{sync::watch, time::sleep};

use self::tables::Tables;
use super::{Claimed, Consumer, Dead, Delivery, Error, Event, Progress, Receipt, Seen};
use crate::{
    base::{
        clock::{Clock, milliseconds},
        limits,
    },
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

    pub(super) async fn publish(&self, event: &Event, text: String, most: usize) -> Result<bool, Error> {
        let event = (event.kind.clone(), event.target_service.clone(), event.key.clone());
        let added = self
            .write(move |queue| {
                if queue.length()? >= most && queue.trim()? == 0 {
                    return Ok(false);
                }
                let (kind, target, key) = event;
                queue.add(&kind, target.as_deref(), None, key.as_deref(), "", &text)?;
                Ok(true)
            })
            .await?;
        self.published.send_modify(|count| *count += 1);
        Ok(added)
    }

    pub(super) async fn subscribe(&self, service: &str) -> Result<(), Error> {
        let service = service.to_owned();
        self.write(move |queue| {
            let statement = "INSERT OR IGNORE INTO tusk_queue_services (queue, service, seen) VALUES (?, ?, 0)";
            queue.run(statement, params![queue.name, service]).map(drop)
        })
        .await
    }

    pub(super) async fn claim(&self, consumer: &Consumer, room: usize) -> Result<Claimed, Error> {
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
    }

    /// Without writing: an idle service takes the file from nobody.
    async fn has_any(&self, consumer: &Consumer) -> Result<bool, Error> {
        let consumer = consumer.clone();
        self.read(move |queue| queue.has_any(&consumer)).await
    }

    pub(super) async fn news(&self, consumer: &Consumer, seen: Seen) {
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
            () = own => {}
            () = of_others => {}
        }
    }

    pub(super) async fn ack(&self, service: &str, receipt: &Receipt) -> Result<(), Error> {
        let (service, receipt) = (service.to_owned(), receipt.clone());
        self.note(move |queue| queue.finish(&service, &receipt).map(drop)).await
    }

    pub(super) async fn retry(
        &self,
        service: &str,
        receipt: &Receipt,
        pause: Duration,
        done: &str,
    ) -> Result<(), Error> {
        let (service, receipt, done) = (service.to_owned(), receipt.clone(), done.to_owned());
        self.note(move |queue| {
            let statement = "UPDATE tusk_queue_deliveries SET due = ?, done = ? \
                             WHERE queue = ? AND service = ? AND seq = ? AND due = ?";
            let due = queue.now + milliseconds(pause);
            queue
                .run(
                    statement,
                    params![due, done, queue.name, service, receipt.entry, receipt.token],
                )
                .map(drop)
        })
        .await
    }

    pub(super) async fn bury(&self, service: &str, delivery: &Delivery, attempts: u32, why: &str) -> Result<(), Error> {
        let (service, receipt, why) = (service.to_owned(), delivery.receipt.clone(), why.to_owned());
        let (done, event) = (delivery.done.clone(), delivery.event.clone());
        self.write(move |queue| {
            if queue.finish(&service, &receipt)? {
                queue.bury(&service, attempts, &why, &done, &event)?;
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn dead(&self, service: &str) -> Result<Vec<Dead>, Error> {
        let service = service.to_owned();
        self.read(move |queue| queue.dead(&service)).await
    }

    pub(super) async fn replay(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        let (service, entries) = (service.to_owned(), entries(dead));
        let count = self.write(move |queue| queue.replay(&service, &entries)).await?;
        self.published.send_modify(|count| *count += 1);
        Ok(count)
    }

    pub(super) async fn discard(&self, service: &str, dead: &[Dead]) -> Result<u64, Error> {
        let (service, entries) = (service.to_owned(), entries(dead));
        self.write(move |queue| {
            let mut count = 0;
            for entry in &entries {
                let statement = "DELETE FROM tusk_queue_dead WHERE queue = ? AND service = ? AND seq = ?";
                count += queue.run(statement, params![queue.name, service, entry])?;
            }
            Ok(count as u64)
        })
        .await
    }

    pub(super) async fn progress(&self) -> Result<Vec<Progress>, Error> {
        self.read(|queue| queue.progress()).await
    }

    pub(super) async fn forget(&self, service: &str) -> Result<bool, Error> {
        let service = service.to_owned();
        self.write(move |queue| {
            let deliveries = "DELETE FROM tusk_queue_deliveries WHERE queue = ? AND service = ?";
            queue.run(deliveries, params![queue.name, service])?;
            let place = "DELETE FROM tusk_queue_services WHERE queue = ? AND service = ?";
            Ok(queue.run(place, params![queue.name, service])? > 0)
        })
        .await
    }

    pub(super) async fn tend(&self, _: usize) -> Result<(), Error> {
        sleep(limits::EVENTS_TRIM).await;
        while self.note(|queue| queue.trim()).await? == limits::EVENTS_TRIMMED {}
        Ok(())
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Sql<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.file.ensure(SCHEMA).await?;
        Ok(self.file.read(self.on_tables(work)).await?)
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Sql<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.file.ensure(SCHEMA).await?;
        Ok(self.file.write(self.durability, self.on_tables(work)).await?)
    }

    async fn note<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Sql<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.file.ensure(SCHEMA).await?;
        Ok(self.file.write(Durability::Process, self.on_tables(work)).await?)
    }

    fn on_tables<T: Send + 'static, W: FnOnce(&Tables<'_>) -> Sql<T> + Send + 'static>(
        &self,
        work: W,
    ) -> impl FnOnce(&rusqlite::Connection) -> Sql<T> + Send + 'static + use<T, W> {
        let (name, clock) = (self.name.clone(), self.clock.clone());
        move |connection| {
            work(&Tables {
                connection,
                name: &name,
                now: clock.wall().as_millisecond(),
            })
        }
    }
}

fn entries(dead: &[Dead]) -> Vec<String> {
    dead.iter().map(|dead| dead.entry.clone()).collect()
}
