//! State on a Redis server.

use std::sync::Arc;

use ::redis::{Cmd, Value as Reply, cmd};

use super::{Name, StateError};
use crate::{
    base::limits,
    storage::store::redis::{RedisRefusal, RedisServer, key},
};

/// A key that did not exist gets the lifetime. The sum is read as text: a number would pass through Lua's floats.
const INCREMENT: &str = "
    local new = redis.call('EXISTS', KEYS[1]) == 0
    redis.call('INCRBY', KEYS[1], ARGV[1])
    if new and ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    return redis.call('GET', KEYS[1])";

/// Empty stands for no value.
const SWAP: &str = "
    if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
    if ARGV[2] == '' then redis.call('DEL', KEYS[1])
    elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
    else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
    return 1";

/// The state on one server.
pub(super) struct RedisState {
    server: Arc<RedisServer>,
}

impl RedisState {
    pub(super) fn new(server: Arc<RedisServer>) -> Self {
        Self { server }
    }

    /// A server that is down is not an error before something is asked of it.
    pub(super) async fn open(&self) -> Result<(), StateError> {
        Ok(())
    }

    pub(super) async fn get(&self, name: Name) -> Result<Option<Vec<u8>>, StateError> {
        // Somebody else's value might be of any length.
        let most = limits::STATE_VALUE + 1;
        match self.run(cmd("GETRANGE").arg(at(&name)).arg(0).arg(most)).await? {
            Reply::BulkString(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
            _ => Ok(None),
        }
    }

    pub(super) async fn set(&self, name: Name, value: Vec<u8>, lifetime: Option<u64>) -> Result<(), StateError> {
        let mut set = cmd("SET");
        set.arg(at(&name)).arg(value);
        if let Some(lifetime) = lifetime {
            set.arg("PX").arg(lifetime);
        }
        self.run(&set).await.map(drop)
    }

    pub(super) async fn delete(&self, name: Name) -> Result<bool, StateError> {
        self.is_one(cmd("DEL").arg(at(&name))).await
    }

    pub(super) async fn increment(&self, name: Name, by: i64, lifetime: Option<u64>) -> Result<i64, StateError> {
        let mut script = script(INCREMENT, &name);
        script.arg(by).arg(text(lifetime));
        let sum = match self.server.run(&script, limits::REDIS_COMMAND).await {
            Ok(Reply::BulkString(bytes)) => super::codec::integer(&bytes),
            Ok(_) => None,
            Err(error) => match error.refusal() {
                Some(RedisRefusal::Overflow) => return Err(StateError::Overflow(name.key)),
                Some(RedisRefusal::NoInteger) => None,
                _ => return Err(error.into()),
            },
        };
        sum.ok_or(StateError::NoInteger(name.key))
    }

    pub(super) async fn swap(
        &self,
        name: Name,
        expected: Option<Vec<u8>>,
        value: Option<Vec<u8>>,
        lifetime: Option<u64>,
    ) -> Result<bool, StateError> {
        let mut script = script(SWAP, &name);
        script
            .arg(expected.unwrap_or_default())
            .arg(value.unwrap_or_default())
            .arg(text(lifetime));
        self.is_one(&script).await
    }

    pub(super) async fn expire(&self, name: Name, lifetime: Option<u64>) -> Result<bool, StateError> {
        match lifetime {
            Some(lifetime) => self.is_one(cmd("PEXPIRE").arg(at(&name)).arg(lifetime)).await,
            None => {
                self.run(cmd("PERSIST").arg(at(&name))).await?;
                self.is_one(cmd("EXISTS").arg(at(&name))).await
            }
        }
    }

    pub(super) async fn expires_in(&self, name: Name) -> Result<Option<u64>, StateError> {
        match self.run(cmd("PTTL").arg(at(&name))).await? {
            // Negative where there is no lifetime, and where there is no key.
            Reply::Int(left) => Ok(u64::try_from(left).ok()),
            _ => Ok(None),
        }
    }

    async fn is_one(&self, command: &Cmd) -> Result<bool, StateError> {
        Ok(self.run(command).await? == Reply::Int(1))
    }

    async fn run(&self, command: &Cmd) -> Result<Reply, StateError> {
        Ok(self.server.run(command, limits::REDIS_COMMAND).await?)
    }
}

fn at(name: &Name) -> String {
    key(&name.service, "state", &name.key)
}

fn script(text: &str, name: &Name) -> Cmd {
    let mut script = cmd("EVAL");
    script.arg(text).arg(1).arg(at(name));
    script
}

fn text(lifetime: Option<u64>) -> String {
    lifetime.map(|lifetime| lifetime.to_string()).unwrap_or_default()
}

#[cfg(test)]
impl RedisState {
    pub(super) async fn write_foreign(&self, key: &str, value: &str) {
        self.run(cmd("SET").arg(key).arg(value)).await.expect("the server runs");
    }
}
