//! Redis servers whose URLs the TSK file names.
//!
//! ```no_run
//! use tusk::prelude::*;
//!
//! # fn hits() -> Result<i64> {
//! let cache = redis::server("cache");
//! cache.set_ex("greeting", "hello", time::Duration::from_secs(60))?;
//! let greeting: Option<String> = cache.get("greeting")?;
//! cache.command("ZADD", params!["board", 3, "Ada"])?;
//! cache.incr("hits")
//! # }
//! ```
use std::time::Duration;

use crate::{Datum, Error, FromDatum, Result, ToDatum, bindings::tusk::fujsen::redis as host, datum, params};

/// A server: a key of `[redis]`, the key of a value that is a `redis://` URL, or such a URL.
pub fn server(name: impl Into<String>) -> Server {
    Server { name: name.into() }
}

/// Where commands go. Keeps no connection of its own: the host does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    name: String,
}

impl Server {
    /// Any command of the host's allow-list. A scalar reply is a list of one, a nested one is flattened.
    pub fn command(&self, name: &str, arguments: &[Datum]) -> Result<Vec<Datum>> {
        host::command(&self.name, name, arguments).map_err(Error::from_host)
    }

    /// The value of a key; none when there is none.
    pub fn get<T: FromDatum>(&self, key: &str) -> Result<Option<T>> {
        self.one("GET", params![key])
    }

    /// Sets a value that stays until it is deleted. A lifetime that the key had before is over.
    pub fn set(&self, key: &str, value: impl ToDatum) -> Result<()> {
        self.done("SET", params![key, value])
    }

    /// Sets a value that disappears after `lifetime`.
    pub fn set_ex(&self, key: &str, value: impl ToDatum, lifetime: Duration) -> Result<()> {
        self.done("SET", params![key, value, "PX", milliseconds(lifetime)])
    }

    /// Deletes keys; how many there were.
    pub fn del(&self, keys: &[&str]) -> Result<i64> {
        self.one("DEL", &data(keys))
    }

    /// Whether there is a value at a key, of whatever type.
    pub fn exists(&self, key: &str) -> Result<bool> {
        self.one("EXISTS", params![key])
    }

    /// Adds 1 and gives the sum. A key without a value counts as 0.
    pub fn incr(&self, key: &str) -> Result<i64> {
        self.one("INCR", params![key])
    }

    /// Adds `amount`, which may be negative, and gives the sum.
    pub fn incr_by(&self, key: &str, amount: i64) -> Result<i64> {
        self.one("INCRBY", params![key, amount])
    }

    /// Takes 1 away and gives what is left. A key without a value counts as 0.
    pub fn decr(&self, key: &str) -> Result<i64> {
        self.one("DECR", params![key])
    }

    /// Whether the key was there to expire.
    pub fn expire(&self, key: &str, lifetime: Duration) -> Result<bool> {
        self.one("PEXPIRE", params![key, milliseconds(lifetime)])
    }

    /// What is left of a key's time; none when it does not expire or is not there.
    pub fn ttl(&self, key: &str) -> Result<Option<Duration>> {
        let left: i64 = self.one("PTTL", params![key])?;
        Ok(left.try_into().ok().map(Duration::from_millis))
    }

    /// Sets a field of a hash, which is made where there is none.
    pub fn hset(&self, key: &str, field: &str, value: impl ToDatum) -> Result<()> {
        self.done("HSET", params![key, field, value])
    }

    /// The value of a field of a hash; none when the hash or the field is not there.
    pub fn hget<T: FromDatum>(&self, key: &str, field: &str) -> Result<Option<T>> {
        self.one("HGET", params![key, field])
    }

    /// Fields and values, in the server's order.
    pub fn hgetall(&self, key: &str) -> Result<Vec<(String, String)>> {
        let mut parts = self.list::<String>("HGETALL", params![key])?.into_iter();
        let mut pairs = Vec::new();
        while let (Some(field), Some(value)) = (parts.next(), parts.next()) {
            pairs.push((field, value));
        }
        Ok(pairs)
    }

    /// Deletes a field of a hash. Whether it was there.
    pub fn hdel(&self, key: &str, field: &str) -> Result<bool> {
        self.one("HDEL", params![key, field])
    }

    /// Adds `amount` to a field of a hash and gives the sum. A field that is not there counts as 0.
    pub fn hincr_by(&self, key: &str, field: &str, amount: i64) -> Result<i64> {
        self.one("HINCRBY", params![key, field, amount])
    }

    /// The length of the list afterwards.
    pub fn lpush(&self, key: &str, value: impl ToDatum) -> Result<i64> {
        self.one("LPUSH", params![key, value])
    }

    /// The length of the list afterwards.
    pub fn rpush(&self, key: &str, value: impl ToDatum) -> Result<i64> {
        self.one("RPUSH", params![key, value])
    }

    /// Takes the first item off a list; none when it is empty or not there.
    pub fn lpop<T: FromDatum>(&self, key: &str) -> Result<Option<T>> {
        self.one("LPOP", params![key])
    }

    /// Takes the last item off a list; none when it is empty or not there.
    pub fn rpop<T: FromDatum>(&self, key: &str) -> Result<Option<T>> {
        self.one("RPOP", params![key])
    }

    /// How many items a list has; 0 when it is not there.
    pub fn llen(&self, key: &str) -> Result<i64> {
        self.one("LLEN", params![key])
    }

    /// Items from `start` to `stop`, both included; negative ones count from the end.
    pub fn lrange<T: FromDatum>(&self, key: &str, start: i64, stop: i64) -> Result<Vec<T>> {
        self.list("LRANGE", params![key, start, stop])
    }

    /// Waits for an item in any of the lists: the list's key and the item; none after `wait`.
    pub fn blpop<T: FromDatum>(&self, keys: &[&str], wait: Duration) -> Result<Option<(String, T)>> {
        self.pop("BLPOP", keys, wait)
    }

    /// As [`blpop`](Self::blpop), from the other end.
    pub fn brpop<T: FromDatum>(&self, keys: &[&str], wait: Duration) -> Result<Option<(String, T)>> {
        self.pop("BRPOP", keys, wait)
    }

    /// Waits for an item at the `from_end` of one list and moves it to the `to_end` of another; none after `wait`.
    pub fn blmove<T: FromDatum>(&self, from: &str, to: &str, ends: (End, End), wait: Duration) -> Result<Option<T>> {
        self.one(
            "BLMOVE",
            params![from, to, ends.0.word(), ends.1.word(), wait.as_secs_f64()],
        )
    }

    /// Whether the member is new.
    pub fn sadd(&self, key: &str, member: impl ToDatum) -> Result<bool> {
        self.one("SADD", params![key, member])
    }

    /// Whether the member was there.
    pub fn srem(&self, key: &str, member: impl ToDatum) -> Result<bool> {
        self.one("SREM", params![key, member])
    }

    /// All members of a set, in no order.
    pub fn smembers<T: FromDatum>(&self, key: &str) -> Result<Vec<T>> {
        self.list("SMEMBERS", params![key])
    }

    /// Whether a set has a member.
    pub fn sismember(&self, key: &str, member: impl ToDatum) -> Result<bool> {
        self.one("SISMEMBER", params![key, member])
    }

    /// How many subscribers got the message.
    pub fn publish(&self, channel: &str, message: impl ToDatum) -> Result<i64> {
        self.one("PUBLISH", params![channel, message])
    }

    fn one<T: FromDatum>(&self, name: &str, arguments: &[Datum]) -> Result<T> {
        let reply = self.command(name, arguments)?.into_iter().next().unwrap_or(Datum::Null);
        datum::read(reply, || format!("the reply of {name}"))
    }

    fn list<T: FromDatum>(&self, name: &str, arguments: &[Datum]) -> Result<Vec<T>> {
        let reply = self.command(name, arguments)?.into_iter();
        reply
            .map(|item| datum::read(item, || format!("an item of {name}")))
            .collect()
    }

    fn done(&self, name: &str, arguments: &[Datum]) -> Result<()> {
        self.command(name, arguments).map(drop)
    }

    fn pop<T: FromDatum>(&self, name: &str, keys: &[&str], wait: Duration) -> Result<Option<(String, T)>> {
        let mut arguments = data(keys);
        arguments.push(wait.as_secs_f64().to_datum());
        let mut reply = self.command(name, &arguments)?.into_iter();
        let (Some(key), Some(item)) = (reply.next(), reply.next()) else {
            return Ok(None);
        };
        let key = datum::read(key, || format!("the key of {name}"))?;
        Ok(Some((key, datum::read(item, || format!("the item of {name}"))?)))
    }
}

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The head, from which [`Server::lpop`] takes.
    Left,
    /// The tail, from which [`Server::rpop`] takes.
    Right,
}

impl End {
    fn word(self) -> &'static str {
        match self {
            Self::Left => "LEFT",
            Self::Right => "RIGHT",
        }
    }
}

fn data(keys: &[&str]) -> Vec<Datum> {
    keys.iter().map(ToDatum::to_datum).collect()
}

/// Redis refuses a lifetime of zero.
fn milliseconds(lifetime: Duration) -> i64 {
    i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX).max(1)
}
