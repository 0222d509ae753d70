//! Who runs a slot. One entry a schedule, kept where every host of the service sees it: the last slot that was given to
//! somebody, by whom the run that goes on was claimed, and until when it may take.

use std::{sync::Arc, time::Duration};

use ::redis::{Cmd, Value as Reply, cmd};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    base::limits,
    storage::store::{
        Durability, Store, StoreError,
        redis::{RedisServer, key},
        sqlite::File,
    },
};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS schedules (
        service TEXT NOT NULL,
        schedule TEXT NOT NULL,
        slot INTEGER NOT NULL,
        running INTEGER NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (service, schedule)
    ) STRICT, WITHOUT ROWID;";

/// The same as [`decide`] and the statement of `release`, on a server. Entries of schedules that are no longer in any file expire.
const TAKE: &str = "
    local slot, now, till, skew = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
    local last = tonumber(redis.call('HGET', KEYS[1], 'slot') or '')
    if redis.call('HGET', KEYS[1], 'running') == ARGV[7] then
        redis.call('HSET', KEYS[1], 'until', ARGV[3])
        return 'won'
    end
    if last and last >= slot and last - slot < skew then return 'taken' end
    redis.call('HSET', KEYS[1], 'slot', ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[6])
    local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
    local busy = ends > now and ends <= till + skew
    if busy and ARGV[4] == 'skip' then return 'overlaps' end
    redis.call('HSET', KEYS[1], 'running', ARGV[7], 'until', ARGV[3])
    return 'won'";
const RELEASE: &str = "
    if redis.call('HGET', KEYS[1], 'running') == ARGV[1] then redis.call('HSET', KEYS[1], 'until', '0') end
    return 1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The slot is this host's to run, and to release.
    Won,
    /// Another one has it, or a later one.
    Taken,
    /// The run of an earlier slot goes on. Nobody runs this one.
    Overlaps,
}

/// The claims on one schedule's slots.
pub(super) struct SlotClaims {
    store: Store,
    service: Arc<str>,
    schedule: String,
    /// By which it knows its own claims, whose answers may get lost.
    holder: i64,
}

impl SlotClaims {
    pub(super) fn new(store: Store, service: Arc<str>, schedule: String) -> Self {
        Self {
            store,
            service,
            schedule,
            holder: fastrand::i64(0..i64::MAX),
        }
    }

    /// Claims a slot for `hold`, unless the run of another goes on and `overlap` is not allowed. May be done again when nobody
    /// knows how it ended: what was won stays won.
    pub(super) async fn take(
        &self,
        slot: Timestamp,
        now: Timestamp,
        hold: Duration,
        overlap: bool,
    ) -> Result<Claim, StoreError> {
        let (slot, now) = (slot.as_millisecond(), now.as_millisecond());
        let till = now.saturating_add(milliseconds(hold));
        let token = self.token(slot);
        match &self.store {
            Store::Sqlite(file, durability) => {
                file.ensure(SCHEMA).await?;
                let (service, schedule) = (self.service.clone(), self.schedule.clone());
                let take =
                    move |connection: &_| decide(connection, &service, &schedule, (slot, now, till), token, overlap);
                file.write(*durability, take).await
            }
            Store::Redis(server) => {
                let mut script = self.script(TAKE);
                script.arg(slot).arg(now).arg(till);
                script.arg(if overlap { "allow" } else { "skip" });
                script.arg(milliseconds(limits::SCHEDULE_SKEW));
                script.arg(milliseconds(limits::SCHEDULE_ENTRY)).arg(token);
                Ok(match self.run(server, &script).await? {
                    Reply::BulkString(word) if word == b"won" => Claim::Won,
                    Reply::BulkString(word) if word == b"overlaps" => Claim::Overlaps,
                    _ => Claim::Taken,
                })
            }
        }
    }

    /// The run of a slot has ended: the next one need not wait for its hold to pass.
    pub(super) async fn release(&self, slot: Timestamp) -> Result<(), StoreError> {
        let token = self.token(slot.as_millisecond());
        match &self.store {
            Store::Sqlite(file, _) => self.release_in(file, token).await,
            Store::Redis(server) => self.run(server, self.script(RELEASE).arg(token)).await.map(drop),
        }
    }

    async fn release_in(&self, file: &File, token: i64) -> Result<(), StoreError> {
        let (service, schedule) = (self.service.clone(), self.schedule.clone());
        file.write(Durability::Process, move |connection| {
            connection.execute(
                "UPDATE schedules SET until = 0 WHERE service = ? AND schedule = ? AND running = ?",
                params![service, schedule, token],
            )
        })
        .await
        .map(drop)
    }

    /// The last slot that was given to somebody, in milliseconds since the Unix epoch.
    pub(super) async fn last(&self) -> Result<Option<i64>, StoreError> {
        match &self.store {
            Store::Sqlite(file, _) => {
                file.ensure(SCHEMA).await?;
                let (service, schedule) = (self.service.clone(), self.schedule.clone());
                let find = move |connection: &Connection| entry(connection, &service, &schedule);
                Ok(file.read(find).await?.map(|entry| entry.slot))
            }
            Store::Redis(server) => {
                let reply = self.run(server, cmd("HGET").arg(self.key()).arg("slot")).await?;
                Ok(::redis::from_redis_value(reply).unwrap_or_default())
            }
        }
    }

    /// What stands in `running` for a slot that this one has won, and for no other.
    fn token(&self, slot: i64) -> i64 {
        self.holder ^ slot
    }

    fn key(&self) -> String {
        key(&self.service, "schedule", &self.schedule)
    }

    fn script(&self, text: &str) -> Cmd {
        let mut script = cmd("EVAL");
        script.arg(text).arg(1).arg(self.key());
        script
    }

    async fn run(&self, server: &RedisServer, command: &Cmd) -> Result<Reply, StoreError> {
        server.run(command, limits::REDIS_COMMAND).await
    }
}

struct ClaimEntry {
    slot: i64,
    running: i64,
    until: i64,
}

fn entry(connection: &Connection, service: &str, schedule: &str) -> rusqlite::Result<Option<ClaimEntry>> {
    connection
        .prepare_cached("SELECT slot, running, until FROM schedules WHERE service = ? AND schedule = ?")?
        .query_row(params![service, schedule], |row| {
            Ok(ClaimEntry {
                slot: row.get(0)?,
                running: row.get(1)?,
                until: row.get(2)?,
            })
        })
        .optional()
}

fn decide(
    connection: &Connection,
    service: &str,
    schedule: &str,
    (slot, now, till): (i64, i64, i64),
    token: i64,
    overlap: bool,
) -> rusqlite::Result<Claim> {
    if let Some(before) = entry(connection, service, schedule)? {
        if before.running == token {
            connection
                .prepare_cached("UPDATE schedules SET until = ?3 WHERE service = ?1 AND schedule = ?2")?
                .execute(params![service, schedule, till])?;
            return Ok(Claim::Won);
        }
        if before.slot >= slot && before.slot - slot < milliseconds(limits::SCHEDULE_SKEW) {
            return Ok(Claim::Taken);
        }
        let sound = now + 1..=till.saturating_add(milliseconds(limits::SCHEDULE_SKEW));
        if sound.contains(&before.until) && !overlap {
            connection
                .prepare_cached("UPDATE schedules SET slot = ?3 WHERE service = ?1 AND schedule = ?2")?
                .execute(params![service, schedule, slot])?;
            return Ok(Claim::Overlaps);
        }
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO schedules VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![service, schedule, slot, token, till])?;
    Ok(Claim::Won)
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
