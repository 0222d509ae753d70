//! State in a SQLite file of the host's own.

use std::sync::{Arc, OnceLock};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::{task::AbortHandle, time::sleep};

use super::{Name, StateError, WriteRefused, codec};
use crate::{
    base::{clock::Clock, limits},
    observe::tasks,
    storage::store::{Durability, sqlite::File},
};

/// Both counts of keys are kept by triggers, so that no statement has to look at every row.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS state (
        id INTEGER PRIMARY KEY,
        service TEXT NOT NULL,
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        expires INTEGER,
        UNIQUE (service, key)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS state_expires ON state (expires) WHERE expires IS NOT NULL;
    CREATE TABLE IF NOT EXISTS state_keys (service TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TRIGGER IF NOT EXISTS state_added AFTER INSERT ON state BEGIN
        INSERT INTO state_keys VALUES (NEW.service, 1) ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER IF NOT EXISTS state_removed AFTER DELETE ON state BEGIN
        UPDATE state_keys SET count = count - 1 WHERE service = OLD.service;
    END;";

/// The state in one file, of every service that uses it.
pub(super) struct StateTable {
    file: Arc<File>,
    durability: Durability,
    clock: Arc<dyn Clock>,
    sweeper: OnceLock<AbortHandle>,
}

impl Drop for StateTable {
    fn drop(&mut self) {
        if let Some(sweeper) = self.sweeper.get() {
            sweeper.abort();
        }
    }
}

impl StateTable {
    pub(super) fn new(file: Arc<File>, durability: Durability, clock: Arc<dyn Clock>) -> Self {
        Self {
            file,
            durability,
            clock,
            sweeper: OnceLock::new(),
        }
    }

    pub(super) async fn open(&self) -> Result<(), StateError> {
        self.file.ensure(SCHEMA).await?;
        self.sweeper.get_or_init(|| {
            let (file, clock) = (self.file.clone(), self.clock.clone());
            tasks::keep("state_expiry", move || remove_expired(file.clone(), clock.clone())).abort_handle()
        });
        Ok(())
    }

    pub(super) async fn look(&self) -> Result<(), StateError> {
        Ok(self.file.look().await?)
    }

    pub(super) async fn get(&self, name: Name) -> Result<Option<Vec<u8>>, StateError> {
        self.open().await?;
        let now = self.now();
        let found = self.file.read(move |connection| find(connection, &name, now)).await?;
        Ok(found.map(|row| row.value))
    }

    pub(super) async fn set(&self, name: Name, value: Vec<u8>, lifetime: Option<u64>) -> Result<(), StateError> {
        self.write(name, move |connection, name, now| {
            put(connection, name, &value, expiry(now, lifetime), now)
        })
        .await
    }

    pub(super) async fn delete(&self, name: Name) -> Result<bool, StateError> {
        self.write(name, |connection, name, now| {
            let was_there = find(connection, name, now)?.is_some();
            remove(connection, name)?;
            Ok(Ok(was_there))
        })
        .await
    }

    pub(super) async fn increment(&self, name: Name, by: i64, lifetime: Option<u64>) -> Result<i64, StateError> {
        self.write(name, move |connection, name, now| {
            let (old, expires) = match find(connection, name, now)? {
                Some(row) => (codec::integer(&row.value), row.expires),
                None => (Some(0), expiry(now, lifetime)),
            };
            let Some(old) = old else {
                return Ok(Err(WriteRefused::NoInteger));
            };
            let Some(sum) = old.checked_add(by) else {
                return Ok(Err(WriteRefused::Overflow));
            };
            Ok(put(connection, name, sum.to_string().as_bytes(), expires, now)?.map(|()| sum))
        })
        .await
    }

    pub(super) async fn swap(
        &self,
        name: Name,
        expected: Option<Vec<u8>>,
        value: Option<Vec<u8>>,
        lifetime: Option<u64>,
    ) -> Result<bool, StateError> {
        self.write(name, move |connection, name, now| {
            if find(connection, name, now)?.map(|row| row.value) != expected {
                return Ok(Ok(false));
            }
            match value {
                Some(value) => Ok(put(connection, name, &value, expiry(now, lifetime), now)?.map(|()| true)),
                None => remove(connection, name).map(|()| Ok(true)),
            }
        })
        .await
    }

    pub(super) async fn expire(&self, name: Name, lifetime: Option<u64>) -> Result<bool, StateError> {
        self.write(name, move |connection, name, now| match find(connection, name, now)? {
            Some(row) => Ok(put(connection, name, &row.value, expiry(now, lifetime), now)?.map(|()| true)),
            None => Ok(Ok(false)),
        })
        .await
    }

    pub(super) async fn expires_in(&self, name: Name) -> Result<Option<u64>, StateError> {
        self.open().await?;
        let now = self.now();
        let found = self.file.read(move |connection| find(connection, &name, now)).await?;
        let expires = found.and_then(|row| row.expires);
        Ok(expires.and_then(|at| u64::try_from(at - now).ok()))
    }

    async fn write<T: Send + 'static>(
        &self,
        name: Name,
        work: impl FnOnce(&Connection, &Name, i64) -> rusqlite::Result<Result<T, WriteRefused>> + Send + 'static,
    ) -> Result<T, StateError> {
        self.open().await?;
        let (key, clock) = (name.key.clone(), self.clock.clone());
        // Read in the transaction: what waited for it has not lived yet.
        let work = move |connection: &Connection| work(connection, &name, clock.wall().as_millisecond());
        let result = self.file.write(self.durability, work).await?;
        result.map_err(|refused| refused.of(&key))
    }

    /// Milliseconds since the Unix epoch.
    fn now(&self) -> i64 {
        self.clock.wall().as_millisecond()
    }
}

struct StateRow {
    value: Vec<u8>,
    expires: Option<i64>,
}

fn expiry(now: i64, lifetime: Option<u64>) -> Option<i64> {
    lifetime.map(|lifetime| now.saturating_add_unsigned(lifetime))
}

fn find(connection: &Connection, name: &Name, now: i64) -> rusqlite::Result<Option<StateRow>> {
    connection
        .prepare_cached(
            "SELECT value, expires FROM state WHERE service = ? AND key = ? AND (expires IS NULL OR expires > ?)",
        )?
        .query_row(params![name.service, name.key, now], |row| {
            Ok(StateRow {
                value: row.get(0)?,
                expires: row.get(1)?,
            })
        })
        .optional()
}

fn put(
    connection: &Connection,
    name: &Name,
    value: &[u8],
    expires: Option<i64>,
    now: i64,
) -> rusqlite::Result<Result<(), WriteRefused>> {
    let changed = connection
        .prepare_cached("UPDATE state SET value = ?, expires = ? WHERE service = ? AND key = ?")?
        .execute(params![value, expires, name.service, name.key])?;
    if changed > 0 {
        return Ok(Ok(()));
    }
    // What has expired must not keep new keys out.
    if is_full(connection, name)? && (sweep(connection, now)? == 0 || is_full(connection, name)?) {
        return Ok(Err(WriteRefused::Full));
    }
    connection
        .prepare_cached("INSERT INTO state (service, key, value, expires) VALUES (?, ?, ?, ?)")?
        .execute(params![name.service, name.key, value, expires])?;
    Ok(Ok(()))
}

fn remove(connection: &Connection, name: &Name) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM state WHERE service = ? AND key = ?")?
        .execute(params![name.service, name.key])?;
    Ok(())
}

fn is_full(connection: &Connection, name: &Name) -> rusqlite::Result<bool> {
    let count: Option<i64> = connection
        .prepare_cached("SELECT count FROM state_keys WHERE service = ?")?
        .query_row([&name.service], |row| row.get(0))
        .optional()?;
    Ok(count.is_some_and(|count| count >= limits::STATE_KEYS as i64))
}

/// Removes some of what has expired; how much.
fn sweep(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM state WHERE id IN (SELECT id FROM state WHERE expires <= ? LIMIT ?)")?
        .execute(params![now, limits::STATE_SWEEP as i64])
}

/// Gives room back. What has expired is not seen even while it is still there.
async fn remove_expired(file: Arc<File>, clock: Arc<dyn Clock>) {
    loop {
        sleep(limits::STATE_SWEEP_PAUSE).await;
        let now = clock.wall().as_millisecond();
        while match file
            .write(Durability::Process, move |connection| sweep(connection, now))
            .await
        {
            Ok(removed) => removed == limits::STATE_SWEEP,
            Err(error) => {
                tracing::warn!("what has expired could not be removed: {error}");
                false
            }
        } {}
    }
}

#[cfg(test)]
impl StateTable {
    /// Keys `0`, `1`, … of a service.
    pub(super) async fn fill(&self, service: &'static str, keys: usize) {
        let fill = move |connection: &Connection| {
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
                 INSERT INTO state (service, key, value) SELECT ?, i, x'74' FROM n",
                params![keys as i64, service],
            )
        };
        self.open().await.expect("the file is there");
        let filled = self.file.write(Durability::Process, fill).await;
        filled.expect("the rows are new");
    }

    /// Rows that are there, expired or not.
    pub(super) async fn rows(&self) -> i64 {
        let count = |connection: &Connection| connection.query_row("SELECT count(*) FROM state", [], |row| row.get(0));
        self.file.read(count).await.unwrap_or(-1)
    }
}
