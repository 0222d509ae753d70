//! Commands, against a real server.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::base::explain::Told;
use crate::capability::fixture::{self, RedisServer};

/// What a busy machine may add to any wait: these tests tell an end from a hang, and measure nothing.
const NOISE: Duration = Duration::from_secs(5);

fn client(server: &RedisServer) -> Redis {
    let config = fixture::config(json!({"redis": {"main": server.url()}}));
    Redis::new(&Servers::default(), &Metrics::default(), &config).unwrap()
}

/// A running server, and its client once it answers.
async fn running() -> (RedisServer, Redis) {
    let server = RedisServer::start();
    let redis = client(&server);
    answers(&redis, Duration::from_secs(5)).await;
    (server, redis)
}

async fn answers(redis: &Redis, within: Duration) {
    let start = Instant::now();
    while run(redis, "PING", &[]).await.is_err() {
        assert!(start.elapsed() < within, "the server does not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn run(redis: &Redis, name: &str, arguments: &[&str]) -> Result<Vec<Value>, RedisError> {
    within(redis, Duration::from_secs(10), name, arguments).await
}

async fn within(redis: &Redis, time: Duration, name: &str, arguments: &[&str]) -> Result<Vec<Value>, RedisError> {
    let arguments = arguments.iter().copied().map(text).collect();
    redis
        .command(
            "jobs",
            "main",
            name,
            arguments,
            &Trace::default(),
            Instant::now() + time,
        )
        .await
        .map(|reply| reply.values)
}

/// What another program may do to the server.
async fn raw(redis: &Redis, name: &str, arguments: &[&str]) {
    let arguments: Vec<_> = arguments.iter().copied().map(text).collect();
    let server = &redis.by_path["redis.main"].server;
    server.run(&command(name, &arguments), NOISE).await.unwrap();
}

async fn give(redis: &Redis, name: &str, arguments: Vec<Value>) -> Result<Vec<Value>, RedisError> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let reply = redis
        .command("", "main", name, arguments, &Trace::default(), deadline)
        .await;
    reply.map(|reply| reply.values)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[tokio::test]
async fn commands_and_their_replies() {
    let (_server, redis) = running().await;
    for (name, arguments, expected) in [
        ("set", &["k", "v"][..], vec![text("OK")]),
        ("GET", &["k"], vec![text("v")]),
        ("GET", &["none"], vec![Value::Null]),
        ("SET", &["empty", ""], vec![text("OK")]),
        ("GET", &["empty"], vec![text("")]),
        ("INCRBY", &["n", "41"], vec![Value::Integer(41)]),
        ("INCR", &["n"], vec![Value::Integer(42)]),
        ("HSET", &["h", "a", "1", "b", "2"], vec![Value::Integer(2)]),
        ("HGETALL", &["h"], vec![text("a"), text("1"), text("b"), text("2")]),
        ("HGET", &["h", "none"], vec![Value::Null]),
        ("RPUSH", &["l", "a", "b", "c"], vec![Value::Integer(3)]),
        ("LRANGE", &["l", "0", "-1"], vec![text("a"), text("b"), text("c")]),
        ("LPOP", &["l"], vec![text("a")]),
        ("BLPOP", &["l", "1"], vec![text("l"), text("b")]),
        ("BLMOVE", &["l", "taken", "LEFT", "RIGHT", "1"], vec![text("c")]),
        ("LRANGE", &["l", "0", "-1"], vec![]),
        ("SADD", &["s", "x"], vec![Value::Integer(1)]),
        ("SMEMBERS", &["s"], vec![text("x")]),
        ("EXPIRE", &["k", "100"], vec![Value::Integer(1)]),
        ("TTL", &["k"], vec![Value::Integer(100)]),
        ("PUBLISH", &["c", "m"], vec![Value::Integer(0)]),
        (
            "SCAN",
            &["0", "MATCH", "k*", "COUNT", "100"],
            vec![text("0"), text("k")],
        ),
        ("DEL", &["k", "none"], vec![Value::Integer(1)]),
    ] {
        assert_eq!(
            run(&redis, name, arguments).await.unwrap(),
            expected,
            "{name} {arguments:?}"
        );
    }
    let bytes = vec![text("raw"), Value::Bytes(vec![0, 255])];
    let deadline = Instant::now() + Duration::from_secs(5);
    let trace = Trace::default();
    redis.command("", "main", "SET", bytes, &trace, deadline).await.unwrap();
    assert_eq!(
        run(&redis, "GET", &["raw"]).await.unwrap(),
        [Value::Bytes(vec![0, 255])]
    );
}

#[tokio::test]
async fn mistakes_are_told() {
    let (_server, redis) = running().await;
    run(&redis, "RPUSH", &["l", "a"]).await.unwrap();
    for (name, arguments, code, says) in [
        ("GET", &["l"][..], "wrong-type", "WRONGTYPE"),
        ("INCR", &["l"], "wrong-type", "WRONGTYPE"),
        ("SET", &["k"], "redis", "wrong number of arguments"),
        ("FLUSHALL", &[], "denied", "FLUSHALL"),
        ("KEYS", &["*"], "denied", "SCAN"),
        ("BLPOP", &["l", "soon"], "bad-argument", "seconds"),
    ] {
        let error = run(&redis, name, arguments).await.told();
        assert_eq!(error.code, code, "{name}: {}", error.message);
        assert!(error.message.contains(says), "{name}: {}", error.message);
    }
}

#[tokio::test]
async fn servers_are_found_by_name() {
    let (server, _) = running().await;
    let url = server.url();
    let config = fixture::config(json!({"redis": {"main": url}, "jobs": {"queue": url}, "cache_url": url}));
    let redis = Redis::new(&Servers::default(), &Metrics::default(), &config).unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    let ping = async |section: &str, name: &str| {
        let reply = redis
            .command(section, name, "PING", vec![], &Trace::default(), deadline)
            .await;
        reply.map(|reply| reply.values)
    };
    for (section, name) in [
        ("", "main"),
        ("jobs", "queue"),
        ("", "jobs.queue"),
        ("x", "cache_url"),
        ("", &url),
    ] {
        assert_eq!(ping(section, name).await.unwrap(), [text("PONG")], "{name}");
    }
    let error = ping("", "mian").await.told();
    assert!(
        error.code == "unknown-server" && error.message.contains("did you mean `main`"),
        "{}",
        error.message
    );
    let error = ping("", "redis://127.0.0.1:1/").await.told();
    assert!(
        error.code == "denied" && error.message.contains("[redis]\nmain: "),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn long_replies_are_cut_and_hurt_nobody() {
    let (_server, redis) = running().await;
    let piece = "x".repeat(1 << 20);
    for _ in 0..9 {
        // Somebody else's doing: a fujsen's values are no longer than what it can read.
        raw(&redis, "APPEND", &["long", &piece]).await;
        run(&redis, "RPUSH", &["list", &piece]).await.unwrap();
    }
    for (name, arguments) in [
        ("GET", &["long"][..]),
        ("GETRANGE", &["long", "0", "-1"]),
        ("MGET", &["long", "long"]),
        ("LRANGE", &["list", "0", "-1"]),
        ("SET", &["long", "short", "GET"]),
    ] {
        let neighbour = run(&redis, "BLPOP", &["nothing", "0.2"]);
        let (error, neighbour) = tokio::join!(run(&redis, name, arguments), neighbour);
        let error = error.told();
        assert_eq!(
            (error.status, error.code.as_str()),
            (500, "too-large"),
            "{name}: {}",
            error.message
        );
        assert_eq!(neighbour.unwrap(), [Value::Null]);
        assert_eq!(run(&redis, "PING", &[]).await.unwrap(), [text("PONG")]);
    }
}

#[tokio::test]
async fn blocking_commands_end_within_the_call() {
    let (_server, redis) = running().await;
    let start = Instant::now();
    let nothing = within(&redis, Duration::from_millis(600), "BLPOP", &["jobs", "0"])
        .await
        .unwrap();
    assert_eq!(nothing, [Value::Null]);
    assert!(
        start.elapsed() < Duration::from_millis(650) + NOISE,
        "{:?}",
        start.elapsed()
    );

    let waiting = run(&redis, "BLPOP", &["jobs", "5"]);
    let pushing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        run(&redis, "RPUSH", &["jobs", "job"]).await.unwrap()
    };
    let (job, _) = tokio::join!(waiting, pushing);
    assert_eq!(job.unwrap(), [text("jobs"), text("job")]);
}

#[tokio::test]
async fn a_dropped_call_leaves_the_connections_usable() {
    let (_server, redis) = running().await;
    for _ in 0..5 {
        let dropped = tokio::time::timeout(Duration::from_millis(20), run(&redis, "BLPOP", &["jobs", "5"])).await;
        assert!(dropped.is_err());
    }
    assert_eq!(run(&redis, "BLPOP", &["other", "0.05"]).await.unwrap(), [Value::Null]);
}

#[tokio::test]
async fn a_server_that_is_down_is_told_at_once_and_found_again() {
    let mut server = RedisServer::start();
    server.kill();
    let redis = client(&server);
    let start = Instant::now();
    for _ in 0..50 {
        for (name, arguments) in [("PING", &[][..]), ("BLPOP", &["jobs", "5"])] {
            let error = run(&redis, name, arguments).await.told();
            assert_eq!(
                (error.status, error.code.as_str()),
                (503, "unavailable"),
                "{}",
                error.message
            );
        }
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    for _ in 0..3 {
        server.restart();
        answers(&redis, Duration::from_secs(5)).await;
        assert_eq!(run(&redis, "BLPOP", &["jobs", "0.01"]).await.unwrap(), [Value::Null]);
        server.kill();
        let error = run(&redis, "PING", &[]).await.told();
        assert_eq!(
            (error.status, error.code.as_str()),
            (503, "unavailable"),
            "{}",
            error.message
        );
    }
}

#[test]
fn grants_and_diagnostics_show_no_passwords() {
    let config = json!({
        "redis": {"main": "redis://me:geheim@cache:6380/2"}, "other": "text", "state": {"url": "redis://cache:6381"},
        "message_queue": {"url": "redis://cache:6382"}, "service": {"url": "redis://cache:6383"},
        "service_communication": {"message_queue": "redis://cache:6384"}, "databases": {"main": "redis://cache:6385"},
    });
    let redis = Redis::new(&Servers::default(), &Metrics::default(), &fixture::config(config)).unwrap();
    assert_eq!(
        redis.grants(),
        [Grant {
            capability: "redis",
            target: "redis.main (redis://cache:6380)".into()
        }]
    );

    let config = json!({"redis": {"a": "rediss://me:geheim@cache", "b": "redis://me:geheim@cache:port"}});
    let diagnostics = Redis::new(&Servers::default(), &Metrics::default(), &fixture::config(config))
        .err()
        .unwrap();
    assert_eq!(diagnostics.len(), 2);
    assert!(!format!("{diagnostics:?}").contains("geheim"));
}

#[tokio::test]
async fn null_is_refused_wherever_it_stands() {
    let (_server, redis) = running().await;
    run(&redis, "SET", &["k", "before"]).await.unwrap();
    for (name, arguments, says) in [
        ("SET", vec![text("k"), Value::Null], "argument 2 of SET is null"),
        ("SET", vec![Value::Null, text("v")], "argument 1 of SET is null"),
        ("GET", vec![Value::Null], "argument 1 of GET is null"),
        ("APPEND", vec![text("k"), Value::Null], "argument 2 of APPEND is null"),
        (
            "RPUSH",
            vec![text("l"), text("a"), Value::Null],
            "argument 3 of RPUSH is null",
        ),
        (
            "SET",
            vec![text("k"), Value::Null, text("GET")],
            "argument 2 of SET is null",
        ),
        (
            "BLPOP",
            vec![Value::Null, Value::Integer(1)],
            "argument 1 of BLPOP is null",
        ),
    ] {
        let error = give(&redis, name, arguments).await.told();
        assert_eq!((error.status, error.code.as_str()), (500, "bad-argument"), "{name}");
        assert!(error.message.contains(says), "{}", error.message);
    }
    assert_eq!(run(&redis, "GET", &["k"]).await.unwrap(), [text("before")]);
}

#[tokio::test]
async fn no_command_makes_a_value_or_an_answer_of_a_great_many_bytes() {
    let (_server, redis) = running().await;
    let most = limits::REDIS_VALUE as i64;
    let piece = text(&"x".repeat(limits::REDIS_VALUE / 4));
    for (name, arguments) in [
        (
            "SETBIT",
            vec![text("k"), Value::Integer(4_294_967_295), Value::Integer(1)],
        ),
        ("setbit", vec![text("k"), text("4294967295"), text("1")]),
        ("SETBIT", vec![text("k"), text(" 4294967295"), text("1")]),
        (
            "SETBIT",
            vec![text("k"), Value::Real(4_294_967_295.0), Value::Integer(1)],
        ),
        (
            "SETBIT",
            vec![text("k"), Value::Bytes(b"4294967295".to_vec()), Value::Integer(1)],
        ),
        ("SETBIT", vec![text("k"), Value::Integer(most * 8), Value::Integer(1)]),
        ("SETRANGE", vec![text("k"), Value::Integer(536_870_900), text("x")]),
        ("SETRANGE", vec![text("k"), Value::Integer(most), text("x")]),
        ("SETRANGE", vec![text("k"), Value::Integer(most - 1), text("xx")]),
        ("SRANDMEMBER", vec![text("s"), Value::Integer(-2_000_000_000)]),
        ("HRANDFIELD", vec![text("h"), text("-2000000000")]),
        ("ZRANDMEMBER", vec![text("z"), text("-2000000000"), text("WITHSCORES")]),
        (
            "MSET",
            vec![
                text("a"),
                piece.clone(),
                text("b"),
                piece.clone(),
                text("c"),
                piece.clone(),
                text("d"),
                piece.clone(),
                text("e"),
                piece.clone(),
            ],
        ),
    ] {
        let error = give(&redis, name, arguments.clone()).await.told();
        assert_eq!(
            (error.status, error.code.as_str()),
            (500, "too-large"),
            "{name}: {}",
            error.message
        );
        assert!(
            error.message.contains("4 MiB") || error.message.contains("100000 elements"),
            "{}",
            error.message
        );
    }
    for name in ["BITFIELD", "BITOP", "EVAL"] {
        assert_eq!(give(&redis, name, vec![text("k")]).await.told().code, "denied");
    }
    assert_eq!(run(&redis, "EXISTS", &["k"]).await.unwrap(), [Value::Integer(0)]);
    // As much as can be read can be made, and no call gets beyond it piece by piece.
    give(
        &redis,
        "SETBIT",
        vec![text("k"), Value::Integer(most * 8 - 1), Value::Integer(1)],
    )
    .await
    .unwrap();
    give(&redis, "SETRANGE", vec![text("r"), Value::Integer(most - 1), text("x")])
        .await
        .unwrap();
    for _ in 0..4 {
        give(&redis, "APPEND", vec![text("log"), piece.clone()]).await.unwrap();
    }
    let error = give(&redis, "APPEND", vec![text("log"), text("x")]).await.told();
    assert_eq!(error.code, "too-large");
    assert!(
        error.message.contains("APPEND would make a value of 4194305 bytes"),
        "{}",
        error.message
    );
    assert_eq!(run(&redis, "STRLEN", &["log"]).await.unwrap(), [Value::Integer(most)]);
    let Value::Text(read) = run(&redis, "GET", &["log"]).await.unwrap().remove(0) else {
        panic!("a text")
    };
    assert_eq!(read.len(), limits::REDIS_VALUE);
    run(&redis, "RPUSH", &["list", "a"]).await.unwrap();
    assert_eq!(run(&redis, "APPEND", &["list", "x"]).await.told().code, "wrong-type");
}

#[tokio::test]
async fn a_server_that_has_become_a_replica_is_worth_another_try() {
    let (_server, redis) = running().await;
    run(&redis, "SET", &["k", "v"]).await.unwrap();
    raw(&redis, "REPLICAOF", &["127.0.0.1", "1"]).await;
    for (name, arguments) in [
        ("SET", &["k", "w"][..]),
        ("SET", &["k", "w", "GET"]),
        ("APPEND", &["k", "w"]),
        ("LPOP", &["l", "2"]),
        ("BLPOP", &["l", "1"]),
    ] {
        let error = run(&redis, name, arguments).await.told();
        assert_eq!(
            (error.status, error.code.as_str()),
            (503, "read-only"),
            "{name}: {}",
            error.message
        );
    }
    // What another server has become meanwhile is found by a new connection.
    let made = async || {
        let server = &redis.by_path["redis.main"].server;
        let told = server.run(&command("INFO", &[text("stats")]), NOISE).await.unwrap();
        let told = String::from_utf8(redis::from_redis_value::<Vec<u8>>(told).unwrap()).unwrap();
        let line = told
            .lines()
            .find_map(|line| line.strip_prefix("total_connections_received:"))
            .unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    let before = made().await;
    run(&redis, "SET", &["k", "w"]).await.told();
    assert!(made().await > before);
    assert_eq!(run(&redis, "GET", &["k"]).await.unwrap(), [text("v")]);
    raw(&redis, "REPLICAOF", &["NO", "ONE"]).await;
    run(&redis, "SET", &["k", "w"]).await.unwrap();
}
