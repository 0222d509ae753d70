//! The tables of the queue in SQLite, inside a transaction.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result as Sql, params};

use crate::{
    base::{clock::milliseconds, limits},
    storage::queue::{Claimed, Consumer, Dead, Delivery, Event, Progress, Receipt, Seen},
};

/// The queue inside a transaction.
pub(super) struct QueueTables<'a> {
    pub(super) connection: &'a Connection,
    pub(super) name: &'a str,
    /// Milliseconds since the Unix epoch, as all of the transaction sees it.
    pub(super) now: i64,
}

impl QueueTables<'_> {
    fn run(&self, statement: &str, parameters: impl rusqlite::Params) -> Sql<usize> {
        self.connection.prepare_cached(statement)?.execute(parameters)
    }

    fn one<T: rusqlite::types::FromSql>(&self, statement: &str, parameters: impl rusqlite::Params) -> Sql<Option<T>> {
        self.connection
            .prepare_cached(statement)?
            .query_row(parameters, |row| row.get(0))
            .optional()
    }

    pub(super) fn length(&self) -> Sql<usize> {
        let length: Option<i64> = self.one("SELECT length FROM tusk_queues WHERE queue = ?", [self.name])?;
        Ok(usize::try_from(length.unwrap_or(0)).unwrap_or(0))
    }

    pub(super) fn add(
        &self,
        kind: &str,
        target: Option<&str>,
        only: Option<&str>,
        key: Option<&str>,
        done: &str,
        event: &str,
    ) -> Sql<()> {
        let statement = "INSERT INTO tusk_queue_events (queue, type, target, only_service, key, done, event) \
                         VALUES (?, ?, ?, ?, ?, ?, ?)";
        self.run(statement, params![self.name, kind, target, only, key, done, event])?;
        let count = "INSERT INTO tusk_queues (queue, length) VALUES (?, 1) \
                     ON CONFLICT DO UPDATE SET length = length + 1";
        self.run(count, [self.name]).map(drop)
    }

    /// Whether a claim may find something.
    pub(super) fn has_any(&self, consumer: &Consumer) -> Sql<bool> {
        let statement = "SELECT \
            EXISTS (SELECT 1 FROM tusk_queue_deliveries WHERE queue = ?1 AND service = ?2 AND due <= ?3) OR \
            EXISTS (SELECT 1 FROM tusk_queue_deliveries WHERE queue = ?1 AND service = ?2 AND due > ?4) OR \
            EXISTS (SELECT 1 FROM tusk_queue_events WHERE queue = ?1 AND seq > \
                (SELECT seen FROM tusk_queue_services WHERE queue = ?1 AND service = ?2)) OR \
            NOT EXISTS (SELECT 1 FROM tusk_queue_services WHERE queue = ?1 AND service = ?2)";
        let parameters = params![self.name, consumer.service, self.now, self.latest(consumer)];
        Ok(self.one(statement, parameters)?.unwrap_or(false))
    }

    /// When something may be due at the latest: what is further ahead was noted by a clock that was wrong.
    fn latest(&self, consumer: &Consumer) -> i64 {
        self.now + milliseconds(consumer.lease.max(consumer.pause) + limits::EVENTS_SKEW)
    }

    pub(super) fn next_due(&self, service: &str) -> Sql<Option<Duration>> {
        let statement = "SELECT min(due) FROM tusk_queue_deliveries WHERE queue = ? AND service = ?";
        let due: Option<Option<i64>> = self.one(statement, params![self.name, service])?;
        Ok(due
            .flatten()
            .map(|due| Duration::from_millis((due - self.now).max(0) as u64)))
    }

    pub(super) fn claim(&self, consumer: &Consumer, room: usize) -> Sql<Claimed> {
        let wrong = "UPDATE tusk_queue_deliveries SET due = ? WHERE queue = ? AND service = ? AND due > ?";
        let latest = self.latest(consumer);
        self.run(wrong, params![self.now, self.name, consumer.service, latest])?;
        let token = self.now + milliseconds(consumer.lease);
        let mut deliveries = self.due(&consumer.service, room, token)?;
        let exhausted = self.fresh(consumer, room, token, &mut deliveries)?;
        Ok(Claimed {
            deliveries,
            next_due: self.next_due(&consumer.service)?,
            seen: exhausted.then_some(Seen::Count(0)),
        })
    }

    /// What waited for another try or for its turn, or was in the hands of a host that is gone.
    fn due(&self, service: &str, room: usize, token: i64) -> Sql<Vec<Delivery>> {
        let statement = "SELECT seq, attempts + 1, d.done, event FROM tusk_queue_deliveries d \
                         JOIN tusk_queue_events e USING (seq) \
                         WHERE d.queue = ? AND d.service = ? AND d.due <= ? ORDER BY d.due, seq LIMIT ?";
        let mut statement = self.connection.prepare_cached(statement)?;
        let rows = statement.query_map(params![self.name, service, self.now, room as i64], |row| {
            Ok(Delivery {
                receipt: receipt(row.get(0)?, token),
                attempts: row.get(1)?,
                done: row.get(2)?,
                event: row.get(3)?,
            })
        })?;
        let found: Vec<Delivery> = rows.collect::<Sql<_>>()?;
        for delivery in &found {
            let take = "UPDATE tusk_queue_deliveries SET due = ?, attempts = attempts + 1 \
                        WHERE queue = ? AND service = ? AND seq = ?";
            self.run(take, params![token, self.name, service, delivery.receipt.entry])?;
        }
        Ok(found)
    }

    /// Looks further for what is the service's. Whether it came to the end.
    fn fresh(&self, consumer: &Consumer, room: usize, token: i64, found: &mut Vec<Delivery>) -> Sql<bool> {
        let service = &*consumer.service;
        let place = "SELECT seen FROM tusk_queue_services WHERE queue = ? AND service = ?";
        let before: i64 = self.one(place, params![self.name, service])?.unwrap_or(0);
        let statement = "SELECT seq, type, target, only_service, key, done, event FROM tusk_queue_events \
                         WHERE queue = ? AND seq > ? ORDER BY seq LIMIT ?";
        let mut statement = self.connection.prepare_cached(statement)?;
        let mut rows = statement.query(params![self.name, before, limits::EVENTS_SCAN as i64])?;
        let (mut seen, mut looked_at) = (before, 0);
        while found.len() < room {
            let Some(row) = rows.next()? else { break };
            seen = row.get(0)?;
            looked_at += 1;
            let text = |column| row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from);
            let is_mine = match (text(3)?, text(2)?) {
                (Some(only), _) => only == service,
                (None, target) => {
                    target.is_none_or(|target| target == service) && consumer.types.include(row.get_ref(1)?.as_str()?)
                }
            };
            if !is_mine {
                continue;
            }
            let (key, done) = (text(4)?, text(5)?.unwrap_or(""));
            let waits = match key {
                Some(key) => self.is_busy(service, key)?,
                None => false,
            };
            let (attempts, due) = if waits { (0, None) } else { (1, Some(token)) };
            let take = "INSERT INTO tusk_queue_deliveries (queue, service, seq, key, attempts, due, done) \
                        VALUES (?, ?, ?, ?, ?, ?, ?)";
            self.run(take, params![self.name, service, seen, key, attempts, due, done])?;
            if !waits {
                found.push(Delivery {
                    receipt: receipt(seen, token),
                    attempts,
                    done: done.to_owned(),
                    event: row.get(6)?,
                });
            }
        }
        let exhausted = found.len() < room && looked_at < limits::EVENTS_SCAN;
        let update = "INSERT INTO tusk_queue_services (queue, service, seen) VALUES (?, ?, ?) \
                      ON CONFLICT DO UPDATE SET seen = excluded.seen";
        self.run(update, params![self.name, service, seen])?;
        Ok(exhausted)
    }

    fn is_busy(&self, service: &str, key: &str) -> Sql<bool> {
        let statement = "SELECT 1 FROM tusk_queue_deliveries WHERE queue = ? AND service = ? AND key = ? LIMIT 1";
        let busy: Option<i64> = self.one(statement, params![self.name, service, key])?;
        Ok(busy.is_some())
    }

    /// The event leaves the queue, and the next of its key has its turn. False when it is no longer the taker's own.
    pub(super) fn finish(&self, service: &str, receipt: &Receipt) -> Sql<bool> {
        let statement = "DELETE FROM tusk_queue_deliveries WHERE queue = ? AND service = ? AND seq = ? AND due = ? \
                         RETURNING key";
        let finished: Option<Option<String>> =
            self.one(statement, params![self.name, service, receipt.entry, receipt.token])?;
        if let Some(Some(key)) = &finished {
            let next = "UPDATE tusk_queue_deliveries SET due = ?4 WHERE queue = ?1 AND service = ?2 AND seq = \
                        (SELECT min(seq) FROM tusk_queue_deliveries WHERE queue = ?1 AND service = ?2 AND key = ?3)";
            self.run(next, params![self.name, service, key, self.now])?;
        }
        Ok(finished.is_some())
    }

    /// The event is delivered again after `pause`, with what has finished of it.
    pub(super) fn put_off(&self, service: &str, delivery: &Delivery, pause: Duration) -> Sql<()> {
        let statement = "UPDATE tusk_queue_deliveries SET due = ?, done = ? \
                         WHERE queue = ? AND service = ? AND seq = ? AND due = ?";
        let Delivery { receipt, done, .. } = delivery;
        let due = self.now + milliseconds(pause);
        let parameters = params![due, done, self.name, service, receipt.entry, receipt.token];
        self.run(statement, parameters).map(drop)
    }

    pub(super) fn bury(&self, service: &str, attempts: u32, why: &str, done: &str, event: &str) -> Sql<()> {
        let statement = "INSERT INTO tusk_queue_dead (queue, service, attempts, error, at, done, event) \
                         VALUES (?, ?, ?, ?, ?, ?, ?)";
        self.run(
            statement,
            params![self.name, service, attempts, why, self.now, done, event],
        )?;
        let oldest = "DELETE FROM tusk_queue_dead WHERE seq <= (SELECT seq FROM tusk_queue_dead \
                      WHERE queue = ?1 AND service = ?2 ORDER BY seq DESC LIMIT 1 OFFSET ?3) \
                      AND queue = ?1 AND service = ?2";
        self.run(oldest, params![self.name, service, limits::EVENTS_DEAD as i64])
            .map(drop)
    }

    pub(super) fn dead(&self, service: &str) -> Sql<Vec<Dead>> {
        let statement = "SELECT seq, attempts, error, at, event FROM tusk_queue_dead \
                         WHERE queue = ? AND service = ? ORDER BY seq";
        let mut statement = self.connection.prepare_cached(statement)?;
        let rows = statement.query_map(params![self.name, service], |row| {
            Ok(Dead {
                entry: row.get::<_, i64>(0)?.to_string(),
                attempts: row.get(1)?,
                error: row.get(2)?,
                at: row.get(3)?,
                event: row.get(4)?,
            })
        })?;
        rows.collect()
    }

    pub(super) fn replay(&self, service: &str, entries: &[String]) -> Sql<u64> {
        let mut count = 0;
        for entry in entries {
            let statement = "DELETE FROM tusk_queue_dead WHERE queue = ? AND service = ? AND seq = ? \
                             RETURNING done, event";
            let found: Option<(String, String)> = self
                .connection
                .prepare_cached(statement)?
                .query_row(params![self.name, service, entry], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((done, text)) = found {
                let (kind, key) = Event::parse(&text).map_or_else(|_| (String::new(), None), |e| (e.kind, e.key));
                self.add(&kind, None, Some(service), key.as_deref(), &done, &text)?;
                count += 1;
            }
        }
        Ok(count)
    }

    pub(super) fn discard(&self, service: &str, entries: &[String]) -> Sql<u64> {
        let mut count = 0;
        for entry in entries {
            let statement = "DELETE FROM tusk_queue_dead WHERE queue = ? AND service = ? AND seq = ?";
            count += self.run(statement, params![self.name, service, entry])?;
        }
        Ok(count as u64)
    }

    /// Whether the service had a place.
    pub(super) fn forget(&self, service: &str) -> Sql<bool> {
        let deliveries = "DELETE FROM tusk_queue_deliveries WHERE queue = ? AND service = ?";
        self.run(deliveries, params![self.name, service])?;
        let place = "DELETE FROM tusk_queue_services WHERE queue = ? AND service = ?";
        Ok(self.run(place, params![self.name, service])? > 0)
    }

    pub(super) fn progress(&self) -> Sql<Vec<Progress>> {
        let statement = "SELECT service, \
            (SELECT count(*) FROM tusk_queue_events e WHERE e.queue = s.queue AND e.seq > s.seen), \
            (SELECT count(*) FROM tusk_queue_deliveries d WHERE d.queue = s.queue AND d.service = s.service), \
            (SELECT count(*) FROM tusk_queue_dead x WHERE x.queue = s.queue AND x.service = s.service) \
            FROM tusk_queue_services s WHERE queue = ? ORDER BY service";
        let mut statement = self.connection.prepare_cached(statement)?;
        let rows = statement.query_map([self.name], |row| {
            Ok(Progress {
                service: row.get(0)?,
                waiting: row.get(1)?,
                pending: row.get(2)?,
                dead: row.get(3)?,
            })
        })?;
        rows.collect()
    }

    /// Removes events that every service has handled. How many; there may be more.
    pub(super) fn trim(&self) -> Sql<usize> {
        let statement = "DELETE FROM tusk_queue_events WHERE seq IN (SELECT seq FROM tusk_queue_events e \
            WHERE queue = ?1 AND seq <= (SELECT min(seen) FROM tusk_queue_services WHERE queue = ?1) AND \
            NOT EXISTS (SELECT 1 FROM tusk_queue_deliveries d WHERE d.queue = ?1 AND d.seq = e.seq) LIMIT ?2)";
        let removed = self.run(statement, params![self.name, limits::EVENTS_TRIMMED as i64])?;
        if removed > 0 {
            let count = "UPDATE tusk_queues SET length = length - ? WHERE queue = ?";
            self.run(count, params![removed as i64, self.name])?;
        }
        Ok(removed)
    }
}

fn receipt(seq: i64, token: i64) -> Receipt {
    Receipt {
        entry: seq.to_string(),
        token,
    }
}
