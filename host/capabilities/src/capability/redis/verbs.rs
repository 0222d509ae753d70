//! Which commands fujsens may use, and how each runs.

use std::time::Duration;

use super::RedisError;
use crate::base::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VerbKind {
    /// The answer is one element at most: the shared connection.
    Short,
    /// `GET`: one text, but of any length. Asked for in a bounded piece, on the shared connection.
    Get,
    /// `APPEND`: what is there already counts, too.
    Append,
    /// The answer may be long: a connection of its own, on which it is cut.
    Long,
    /// Waits on the server for its last argument, in seconds: a connection of its own.
    BlocksByLast,
    /// Waits on the server for its first argument, in seconds.
    BlocksByFirst,
}

const SHORT: &str = "APPEND BITCOUNT BITPOS COPY DECR DECRBY DEL ECHO EXISTS EXPIRE EXPIREAT EXPIRETIME GETBIT GEOADD GEODIST \
    HDEL HEXISTS HGET HINCRBY HINCRBYFLOAT HLEN HMSET HSET HSETNX HSTRLEN INCR INCRBY INCRBYFLOAT LINDEX LINSERT \
    LLEN LMOVE LPUSH LPUSHX LREM LSET LTRIM MSET MSETNX PERSIST PEXPIRE PEXPIREAT PEXPIRETIME PFADD PFCOUNT PFMERGE PING \
    PSETEX PTTL PUBLISH RENAME RENAMENX RPOPLPUSH RPUSH RPUSHX SADD SCARD SDIFFSTORE SETBIT SETEX SETNX SETRANGE \
    SINTERCARD SINTERSTORE SISMEMBER SMOVE SREM STRLEN SUNIONSTORE TIME TOUCH TTL TYPE UNLINK XACK XADD XDEL XLEN XTRIM \
    ZADD ZCARD ZCOUNT ZINCRBY ZINTERSTORE ZLEXCOUNT ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE \
    ZREVRANK ZSCORE ZUNIONSTORE ZRANGESTORE ZDIFFSTORE";

const LONG: &str = "GEOHASH GEOPOS GEOSEARCH GETDEL GETEX GETRANGE GETSET HGETALL HKEYS HMGET HRANDFIELD HSCAN HVALS LPOP LPOS LRANGE \
    MGET RPOP SCAN SDIFF SET SINTER SMEMBERS SMISMEMBER SPOP SRANDMEMBER SSCAN SUBSTR SUNION XAUTOCLAIM XCLAIM XPENDING XRANGE \
    XREVRANGE ZDIFF ZINTER ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZREVRANGE \
    ZREVRANGEBYLEX ZREVRANGEBYSCORE ZSCAN ZUNION";

const BLOCKS_BY_LAST: &str = "BLMOVE BLPOP BRPOP BRPOPLPUSH BZPOPMAX BZPOPMIN";
const BLOCKS_BY_FIRST: &str = "BLMPOP BZMPOP";

/// How `verb` (upper case) runs with these arguments; an error when it is not allowed.
pub(super) fn kind(verb: &str, arguments: &[Value]) -> Result<VerbKind, RedisError> {
    let among = |list: &str| list.split_whitespace().any(|known| known == verb);
    match verb {
        "GET" if arguments.len() == 1 => return Ok(VerbKind::Get),
        "APPEND" if arguments.len() == 2 => return Ok(VerbKind::Append),
        // Their usual forms answer with little; further arguments may ask for a value or for a count.
        "SET" if !arguments.iter().skip(2).any(|option| is_text(option, "GET")) => return Ok(VerbKind::Short),
        "LPOP" | "RPOP" | "SPOP" | "SRANDMEMBER" if arguments.len() == 1 => return Ok(VerbKind::Short),
        "GET" => return Ok(VerbKind::Short),
        _ => {}
    }
    if among(SHORT) {
        Ok(VerbKind::Short)
    } else if among(LONG) {
        Ok(VerbKind::Long)
    } else if among(BLOCKS_BY_LAST) {
        Ok(VerbKind::BlocksByLast)
    } else if among(BLOCKS_BY_FIRST) {
        Ok(VerbKind::BlocksByFirst)
    } else {
        Err(RedisError::NotOffered {
            verb: verb.to_owned(),
            instead: instead(verb),
        })
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    matches!(value, Value::Text(given) if given.eq_ignore_ascii_case(text))
}

/// What to do instead of a command that is not offered.
fn instead(verb: &str) -> &'static str {
    match verb {
        "KEYS" => "read the keys in steps with SCAN",
        "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" => "a call ends, a subscription does not: use a list or a stream",
        "MULTI" | "EXEC" | "WATCH" | "DISCARD" => {
            "calls share a connection: use commands that are atomic by themselves"
        }
        "SELECT" => "name the database in the server's URL, such as redis://host/1",
        "AUTH" | "HELLO" => "put user and password into the server's URL",
        _ => "what works on strings, counters, hashes, lists, sets, sorted sets, streams and expiry is allowed",
    }
}

/// The time that a blocking command asked to wait for; none is for ever.
pub(super) fn wait(kind: VerbKind, arguments: &[Value]) -> Result<Option<Duration>, RedisError> {
    let value = match kind {
        VerbKind::BlocksByFirst => arguments.first(),
        _ => arguments.last(),
    };
    let seconds = match value {
        Some(Value::Integer(seconds)) => Some(*seconds as f64),
        Some(Value::Real(seconds)) => Some(*seconds),
        Some(Value::Text(text)) => text.parse().ok(),
        _ => None,
    };
    match seconds.and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok()) {
        Some(Duration::ZERO) => Ok(None),
        Some(time) => Ok(Some(time)),
        None => Err(RedisError::NoTime),
    }
}

/// The arguments with the time to wait replaced.
pub(super) fn with_wait(kind: VerbKind, mut arguments: Vec<Value>, time: Duration) -> Vec<Value> {
    let value = match kind {
        VerbKind::BlocksByFirst => arguments.first_mut(),
        _ => arguments.last_mut(),
    };
    if let Some(value) = value {
        *value = Value::Text(format!("{:.3}", time.as_secs_f64()));
    }
    arguments
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::base::explain::Told;

    #[test]
    fn what_is_dangerous_is_denied() {
        for verb in "EVAL EVALSHA FCALL SCRIPT CONFIG FLUSHALL FLUSHDB KEYS SUBSCRIBE PSUBSCRIBE MULTI EXEC WATCH SELECT AUTH \
            CLIENT DEBUG SHUTDOWN SAVE MONITOR SLAVEOF REPLICAOF MODULE ACL MIGRATE RESTORE DUMP SORT OBJECT SWAPDB XREAD \
            XREADGROUP WAIT BITFIELD LCS CLUSTER RESET QUIT"
            .split_whitespace()
        {
            let error = kind(verb, &[]).told();
            assert!(error.code == "denied" && error.message.contains(verb), "{verb}");
        }
        assert_eq!(kind("", &[]).told().code, "denied");
    }

    #[test]
    fn long_forms_are_told_from_short_ones() {
        let key = || Value::Text("k".into());
        assert_eq!(kind("GET", &[key()]).unwrap(), VerbKind::Get);
        assert_eq!(
            kind("SET", &[key(), key(), Value::Text("EX".into()), Value::Integer(9)]).unwrap(),
            VerbKind::Short
        );
        assert_eq!(
            kind("SET", &[key(), key(), Value::Text("get".into())]).unwrap(),
            VerbKind::Long
        );
        assert_eq!(kind("LPOP", &[key()]).unwrap(), VerbKind::Short);
        assert_eq!(kind("LPOP", &[key(), Value::Integer(9)]).unwrap(), VerbKind::Long);
    }

    #[test]
    fn waits_are_read_and_shortened() {
        let arguments = vec![Value::Text("jobs".into()), Value::Integer(5)];
        assert_eq!(
            wait(VerbKind::BlocksByLast, &arguments).unwrap(),
            Some(Duration::from_secs(5))
        );
        assert_eq!(wait(VerbKind::BlocksByLast, &[Value::Text("0".into())]).unwrap(), None);
        assert_eq!(
            wait(VerbKind::BlocksByFirst, &[Value::Real(0.5)]).unwrap(),
            Some(Duration::from_millis(500))
        );
        for bad in [
            Value::Integer(-1),
            Value::Text("x".into()),
            Value::Real(f64::NAN),
            Value::Null,
        ] {
            assert_eq!(wait(VerbKind::BlocksByLast, &[bad]).told().code, "bad-argument");
        }
        let shorter = with_wait(VerbKind::BlocksByLast, arguments, Duration::from_millis(1500));
        assert_eq!(shorter[1], Value::Text("1.500".into()));
    }
}
