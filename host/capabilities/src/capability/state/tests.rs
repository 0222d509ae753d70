//! The state on both of its engines.
#![allow(clippy::unwrap_used)]

use std::{path::PathBuf, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::*;
use crate::base::explain::Told;
use crate::{
    base::clock::Moved,
    capability::fixture::{self, RedisServer},
};

/// A place to keep state in, and what a process has of its own.
struct Setup {
    name: &'static str,
    url: Option<String>,
    folder: TempDir,
    _server: Option<RedisServer>,
}

/// The same suite runs on each engine.
async fn engines() -> [Setup; 2] {
    let server = RedisServer::start();
    let redis = Setup {
        name: "redis",
        url: Some(server.url()),
        folder: tempfile::tempdir().unwrap(),
        _server: Some(server),
    };
    let process = Process::default();
    let state = redis.state(&process, "probe");
    let started = Instant::now();
    while state.get(soon(), "k".into()).await.is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "the server does not answer"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let sqlite = Setup {
        name: "sqlite",
        url: None,
        folder: tempfile::tempdir().unwrap(),
        _server: None,
    };
    [sqlite, redis]
}

#[derive(Default)]
struct Process {
    stores: Stores,
    tables: StateTables,
}

impl Setup {
    fn file(&self) -> PathBuf {
        self.folder.path().join("users.tsk")
    }

    /// One version of a service in one process.
    fn state(&self, process: &Process, service: &str) -> State {
        let config = match &self.url {
            Some(url) => fixture::config(json!({"state": {"url": url}})),
            None => fixture::config(json!({})),
        };
        State::new(&process.stores, &process.tables, &config, service.into(), &self.file()).unwrap()
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn data(text: &str) -> Value {
    Value::Json(text.into())
}

async fn get(state: &State, key: &str) -> Value {
    state.get(soon(), key.into()).await.unwrap()
}

async fn set(state: &State, key: &str, value: Value) {
    state.set(soon(), key.into(), &value, None).await.unwrap();
}

async fn swap(state: &State, expected: Value, value: Value) -> bool {
    state
        .compare_and_set(soon(), "k".into(), &expected, &value, None)
        .await
        .unwrap()
}

async fn increment(state: &State, key: &str, by: i64) -> Result<i64, StateError> {
    state.increment(soon(), key.into(), by, None).await
}

#[tokio::test]
async fn values_of_every_kind_are_kept() {
    for setup in engines().await {
        let state = setup.state(&Process::default(), "users");
        for value in [
            text("Zoë 😀"),
            text(""),
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            Value::Boolean(false),
            Value::Bytes(vec![0, 13, 10, 255]),
            data(r#"{"a": [1, {"b": null}]}"#),
        ] {
            set(&state, "k", value.clone()).await;
            assert_eq!(get(&state, "k").await, value, "{}", setup.name);
        }
        assert!(state.delete(soon(), "k".into()).await.unwrap());
        assert!(!state.delete(soon(), "k".into()).await.unwrap());
        assert_eq!(get(&state, "k").await, Value::Null);
        set(&state, "k", text("v")).await;
        set(&state, "k", Value::Null).await;
        assert_eq!(get(&state, "k").await, Value::Null, "setting null deletes");
    }
}

#[tokio::test]
async fn state_survives_swaps_and_restarts_and_is_one_services_own() {
    for setup in engines().await {
        let process = Process::default();
        let first = setup.state(&process, "users");
        set(&first, "k", text("v")).await;
        let second = setup.state(&process, "users");
        drop(first);
        assert_eq!(get(&second, "k").await, text("v"), "{}: a swap", setup.name);
        let other = setup.state(&process, "users:state");
        assert_eq!(get(&other, "k").await, Value::Null);
        set(&other, "k", text("other")).await;
        drop((second, other, process));
        let process = Process::default();
        assert_eq!(
            get(&setup.state(&process, "users"), "k").await,
            text("v"),
            "{}: a restart",
            setup.name
        );
    }
}

#[tokio::test]
async fn counting_loses_nothing() {
    for setup in engines().await {
        // Two processes with nothing in common but the place.
        let states = [
            Arc::new(setup.state(&Process::default(), "users")),
            Arc::new(setup.state(&Process::default(), "users")),
        ];
        let mut jobs = JoinSet::new();
        for n in 0..200 {
            let state = states[n % 2].clone();
            jobs.spawn(async move { increment(&state, "n", 1).await.unwrap() });
        }
        let mut seen = jobs.join_all().await;
        seen.sort_unstable();
        assert_eq!(seen, (1..=200).collect::<Vec<_>>(), "{}", setup.name);
        assert_eq!(increment(&states[0], "n", -300).await.unwrap(), -100);
        assert_eq!(get(&states[0], "n").await, Value::Integer(-100));

        let big = 1 << 60;
        set(&states[0], "n", Value::Integer(big + 1)).await;
        assert_eq!(
            increment(&states[0], "n", 2).await.unwrap(),
            big + 3,
            "no float on the way"
        );
        let error = increment(&states[0], "n", i64::MAX).await.told();
        assert_eq!(error.code, "overflow", "{}", error.message);
        for other in [text("42"), Value::Real(1.0), data("[1]")] {
            set(&states[0], "t", other).await;
            let error = increment(&states[0], "t", 1).await.told();
            assert_eq!(error.code, "wrong-type", "{}: {}", setup.name, error.message);
        }
    }
}

#[tokio::test]
async fn compare_and_set_lets_one_win() {
    for setup in engines().await {
        let state = Arc::new(setup.state(&Process::default(), "users"));
        assert!(!swap(&state, text("a"), text("b")).await);
        assert!(swap(&state, Value::Null, text("a")).await);
        assert!(!swap(&state, Value::Null, text("b")).await);
        assert!(swap(&state, text("a"), Value::Integer(1)).await);
        assert!(!swap(&state, text("1"), text("b")).await, "kinds differ");
        assert!(swap(&state, Value::Integer(1), data(r#"{"a": 1, "b": 2}"#)).await);
        assert!(
            swap(&state, data(r#"{"b":2,"a":1}"#), data("[1]")).await,
            "{}",
            setup.name
        );
        assert!(!swap(&state, data("[2]"), text("b")).await);
        assert!(swap(&state, data("[1]"), Value::Null).await);
        assert_eq!(get(&state, "k").await, Value::Null);

        let mut jobs = JoinSet::new();
        for n in 0..50 {
            let state = state.clone();
            jobs.spawn(async move { swap(&state, Value::Null, Value::Integer(n)).await });
        }
        let winners = jobs.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(winners, 1, "{}", setup.name);
    }
}

#[tokio::test]
async fn what_has_expired_is_never_seen() {
    const SHORT: Option<u64> = Some(60);
    for setup in engines().await {
        let state = setup.state(&Process::default(), "users");
        let name = setup.name;
        let set_for = async |key: &str, lifetime| state.set(soon(), key.into(), &text("v"), lifetime).await.unwrap();
        let left = async |key: &str| state.expires_in(soon(), key.into()).await.unwrap();
        for key in ["get", "swap", "count", "expire", "persist"] {
            set_for(key, SHORT).await;
        }
        assert!(left("get").await.unwrap() <= 60);
        assert!(state.expire(soon(), "persist".into(), None).await.unwrap());
        set_for("again", SHORT).await;
        set_for("again", None).await;
        state.increment(soon(), "window".into(), 1, SHORT).await.unwrap();
        assert_eq!(
            state.increment(soon(), "window".into(), 1, Some(60_000)).await.unwrap(),
            2
        );
        tokio::time::sleep(Duration::from_millis(100)).await;

        assert_eq!(get(&state, "get").await, Value::Null, "{name}");
        assert_eq!(left("get").await, None);
        assert!(!state.delete(soon(), "get".into()).await.unwrap());
        let expected = text("v");
        let swapped = state
            .compare_and_set(soon(), "swap".into(), &expected, &text("w"), None)
            .await;
        assert!(!swapped.unwrap(), "{name}");
        assert_eq!(increment(&state, "count", 5).await.unwrap(), 5, "{name}: a new counter");
        assert!(!state.expire(soon(), "expire".into(), SHORT).await.unwrap());
        assert_eq!(get(&state, "persist").await, text("v"));
        assert_eq!(
            get(&state, "again").await,
            text("v"),
            "{name}: set replaces the lifetime"
        );
        assert_eq!(
            increment(&state, "window", 1).await.unwrap(),
            1,
            "{name}: the lifetime is the one that the counter began with"
        );
        assert!(state.expire(soon(), "again".into(), Some(100_000)).await.unwrap());
        assert!((90_000..=100_000).contains(&left("again").await.unwrap()));
    }
}

#[tokio::test]
async fn bounds_are_told() {
    for setup in engines().await {
        let state = setup.state(&Process::default(), "users");
        let value = |bytes| Value::Bytes(vec![b'x'; bytes]);
        set(&state, &"k".repeat(limits::STATE_KEY), value(limits::STATE_VALUE)).await;
        assert_eq!(
            get(&state, &"k".repeat(limits::STATE_KEY)).await,
            value(limits::STATE_VALUE),
            "{}",
            setup.name
        );
        for (key, value, lifetime, code, says) in [
            (String::new(), value(1), None, "bad-argument", "1 to 512 bytes"),
            ("k".repeat(513), value(1), None, "bad-argument", "this one has 513"),
            ("k".into(), value(limits::STATE_VALUE + 1), None, "too-large", "256 KiB"),
            ("k".into(), data("{"), None, "bad-argument", "not JSON"),
            ("k".into(), value(1), Some(0), "bad-argument", "above 0"),
            ("k".into(), value(1), Some(u64::MAX), "bad-argument", "100 years"),
        ] {
            let error = state.set(soon(), key, &value, lifetime).await.told();
            assert!(error.code == code && error.message.contains(says), "{}", error.message);
        }
    }
}

#[tokio::test]
async fn a_file_holds_so_many_keys_and_expired_ones_make_room() {
    let setup = &engines().await[0];
    let process = Process::default();
    let state = setup.state(&process, "users");
    let StateEngine::Sqlite(table) = &state.engine else {
        panic!()
    };
    table.fill("users", limits::STATE_KEYS).await;
    set(&state, "0", text("replaced")).await;
    let error = state.set(soon(), "one more".into(), &text("v"), None).await.told();
    assert_eq!((error.status, error.code.as_str()), (503, "full"), "{}", error.message);
    set(&setup.state(&process, "other"), "k", text("another service's")).await;

    assert!(state.expire(soon(), "1".into(), Some(1)).await.unwrap());
    tokio::time::sleep(Duration::from_millis(5)).await;
    set(&state, "one more", text("v")).await;
    assert_eq!(table.rows().await, limits::STATE_KEYS as i64 + 1);
}

#[tokio::test]
async fn expired_rows_are_removed_in_the_background() {
    let setup = &engines().await[0];
    let state = setup.state(&Process::default(), "users");
    let StateEngine::Sqlite(table) = &state.engine else {
        panic!()
    };
    let most = limits::STATE_SWEEP * 3;
    for key in 0..most {
        state.set(soon(), key.to_string(), &text("v"), Some(1)).await.unwrap();
    }
    set(&state, "stays", text("v")).await;
    let started = Instant::now();
    while table.rows().await > 1 {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{} rows are left",
            table.rows().await
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(get(&state, "stays").await, text("v"));
}

#[tokio::test]
async fn foreign_values_and_servers_that_are_down_are_told() {
    let [_, setup] = engines().await;
    let state = setup.state(&Process::default(), "users");
    let StateEngine::Redis(keys) = &state.engine else {
        panic!()
    };
    keys.write_foreign("tusk:users:state:k", "hello").await;
    let long = format!("t{}", "x".repeat(limits::STATE_VALUE + 10));
    keys.write_foreign("tusk:users:state:long", &long).await;
    for key in ["k", "long"] {
        assert_eq!(state.get(soon(), key.into()).await.told().code, "foreign", "{key}");
    }
    drop(setup);
    let error = state.get(soon(), "k".into()).await.told();
    assert_eq!(
        (error.status, error.code.as_str()),
        (503, "unavailable"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn values_expire_by_the_clock_on_the_wall_however_it_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup {
        name: "sqlite",
        url: None,
        folder,
        _server: None,
    };
    let clock = Moved::new();
    let process = Process {
        stores: Stores::new(clock.clone()),
        ..Process::default()
    };
    let state = setup.state(&process, "users");
    let minute = Some(60_000);
    let get = async |key: &str| state.get(soon(), key.into()).await.unwrap();
    let set = async |key: &str, lifetime| {
        state.set(soon(), key.into(), &text("v"), lifetime).await.unwrap();
    };
    set("kept", None).await;
    set("brief", minute).await;
    clock.pass(Duration::from_secs(59));
    assert_ne!(get("brief").await, Value::Null);
    clock.pass(Duration::from_secs(1));
    assert_eq!(get("brief").await, Value::Null);
    for hours in [1, -1, -1, 1] {
        set("before", minute).await;
        clock.set(jiff::SignedDuration::from_hours(hours));
        assert_eq!(get("before").await != Value::Null, hours < 0, "{hours}");
        // What is set now lives as long as it says, and counting goes on.
        set("after", minute).await;
        let left = state.expires_in(soon(), "after".into()).await.unwrap().unwrap();
        assert!((59_000..=60_000).contains(&left), "{left}");
        clock.pass(Duration::from_secs(60));
        assert_eq!(get("after").await, Value::Null);
        assert_ne!(get("kept").await, Value::Null);
    }
}

#[tokio::test]
async fn settings_are_checked() {
    let file = PathBuf::from("/nowhere/users.tsk");
    let new = |section: serde_json::Value| {
        let config = fixture::config(json!({ "state": section }));
        State::new(
            &Stores::default(),
            &StateTables::default(),
            &config,
            "users".into(),
            &file,
        )
    };
    for (section, says) in [
        (json!({"urll": "sqlite:a.db"}), "did you mean `url`?"),
        (json!({"url": 1}), "in a string"),
        (json!({"url": "postgres://h/db"}), "SQLite or Redis"),
        (json!("redis://h"), "must hold settings"),
    ] {
        let diagnostics = new(section).err().unwrap();
        let told = format!(
            "{} ({})",
            diagnostics[0].message,
            diagnostics[0].help.as_deref().unwrap()
        );
        assert!(told.contains(says), "{told}");
    }
    let state = new(json!({"url": "sqlite:data.db"})).unwrap();
    assert_eq!(state.grants()[0].target, "sqlite:/nowhere/data.db");
    let diagnostics = state.connect().await.unwrap_err();
    assert!(
        diagnostics[0].message.contains("mkdir -p /nowhere"),
        "{}",
        diagnostics[0].message
    );
}
