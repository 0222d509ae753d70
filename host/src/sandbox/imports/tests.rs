//! Every host import with any arguments, as a guest that was made by hand can call it.

mod guests;

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    base::fuzz::{self, Input},
    observe::request::CallOrigin,
    sandbox::fixture::RedisServer,
    sandbox::{
        bindings::{self, Value, crypto::Hash, events, grpc, http, log, metrics},
        call::Call,
    },
    service::{app::App, load::Loader},
};

const CORPUS: [&str; 40] = [
    "main",
    "cache",
    "made",
    "a.nothing",
    "nothing",
    "service.name",
    "databases.main.url",
    "value",
    "secret",
    "key",
    "SELECT ?1, typeof(?2) AS t FROM notes WHERE id IN (1, 2) AND 'a''?' <> \"b?\" -- ?\n",
    "INSERT INTO notes (text) VALUES ($1) RETURNING id",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i, randomblob(3) FROM n",
    "UPDATE notes SET text = upper(text) || :name WHERE id = @id",
    "ATTACH 'x' AS y; PRAGMA journal_mode; CREATE TEMP TABLE t (a); DROP TABLE notes; VACUUM; /* */",
    "SELECT json_extract('{\"a\":[1]}', '$.a[0]'), printf('%99999d', 1), zeroblob(10), x'00ff'",
    "GET",
    "SET",
    "HSET",
    "EVAL",
    "BLPOP",
    "ZRANGE",
    "SETRANGE",
    "SCAN",
    "http://127.0.0.1:1/path?q=1#f",
    "http://[::ffff:127.0.0.1]:1/",
    "service://stock/%2e%2e/x",
    "https://user:pw@127.0.0.1:1",
    "x-header",
    "content-length",
    "a value",
    "traceparent",
    "%Y-%m-%dT%H:%M:%S%.3f %Q %A %c %",
    "requests_total",
    "le",
    "0.5",
    r#"{"a": [1, 2.5, null, true, {"b": "\ud83d\ude00"}], "c": 9007199254740993}"#,
    r#"{"cache.ttl": {"type": "integer", "required": true, "min": 1, "pattern": "^(a+)+$", "enum": [1]}}"#,
    "[[[[[[[[[[1]]]]]]]]]]",
    "health.v1.Health/Check",
];

/// The module of the server's tests, which does nothing here.
const GUEST: &str = include_str!("../../serve/server/tests/guest.wat");

/// A service that has all of it; the text of its module ends with `)`.
fn app(guest: &str, folder: &std::path::Path, redis: &str) -> (Loader, Arc<App>) {
    let described = json!({"name": "nothing", "params": [], "result": "()"}).to_string();
    let described = described.replace('"', "\\22");
    let sections = format!("(@custom \"tusk:encoding\" \"utf16\") (@custom \"tusk:functions\" \"{described}\")");
    let guest = format!("{}{sections})", &guest[..guest.rfind(')').unwrap()]);
    fs::write(folder.join("guest.wasm"), wat::parse_str(guest).unwrap()).unwrap();
    let text = format!(
        r#"
[service]
name: "fuzz"
dependencies: {{ stock: "http://127.0.0.1:1" }}

[databases]
main: {{ url: "sqlite::memory:", setup: "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)" }}

[redis]
cache: "{redis}"

[message_queue]
length: 1000

[a]
f_fujsen = @wasm("guest.wasm")
value: @query("SELECT count(*) FROM notes")
secret: @env.secure("HOME")

[events]
made: a.nothing
"#
    );
    fs::write(folder.join("service.tsk"), text).unwrap();
    let loader = Loader::new(folder.join("service.tsk"), &folder.join("cache")).unwrap();
    let app = loader.load(None, &|_| {}).unwrap_or_else(|failed| {
        let said: Vec<_> = failed.diagnostics.iter().map(|one| one.message.clone()).collect();
        panic!("{said:?}")
    });
    (loader, app.app)
}

fn value(input: &mut Input<'_>) -> Value {
    match input.below(7) {
        0 => Value::Null,
        1 => Value::Boolean(input.below(2) == 0),
        2 => Value::Integer(input.integer()),
        3 => Value::Real(f64::from_bits(input.random.u64(..))),
        4 => Value::Text(input.text()),
        5 => Value::Bytes(input.bytes()),
        _ => Value::Json(input.text()),
    }
}

fn values(input: &mut Input<'_>) -> Vec<Value> {
    (0..input.below(4)).map(|_| value(input)).collect()
}

fn named(input: &mut Input<'_>) -> Vec<(String, Value)> {
    (0..input.below(4)).map(|_| (input.text(), value(input))).collect()
}

fn pairs(input: &mut Input<'_>) -> Vec<(String, String)> {
    (0..input.below(4)).map(|_| (input.text(), input.text())).collect()
}

fn maybe<T>(input: &mut Input<'_>, make: impl FnOnce(&mut Input<'_>) -> T) -> Option<T> {
    (input.below(2) == 0).then(|| make(input))
}

/// A name that there is, more often than not.
fn name(input: &mut Input<'_>, there: &str) -> String {
    if input.below(4) > 0 {
        there.to_owned()
    } else {
        input.text()
    }
}

async fn any_import(call: &mut Call, input: &mut Input<'_>) {
    match input.below(14) {
        0 => {
            let levels = [log::Level::Debug, log::Level::Info, log::Level::Warn, log::Level::Error];
            bindings::log::Host::write(call, levels[input.below(4)], input.text(), named(input));
        }
        1 => {
            bindings::config::Host::get(call, input.text());
            let _ = bindings::config::Host::evaluate(call, name(input, "value")).await;
        }
        2 => drop(bindings::config::Host::validate(call, input.text(), input.text()).await),
        3 => {
            let hows = [
                metrics::How::Count,
                metrics::How::Set,
                metrics::How::Change,
                metrics::How::Observe,
                metrics::How::Record,
            ];
            let buckets = (0..input.below(4))
                .map(|_| f64::from_bits(input.random.u64(..)))
                .collect();
            let amount = f64::from_bits(input.random.u64(..));
            let _ = bindings::metrics::Host::measure(
                call,
                hows[input.below(5)],
                input.text(),
                amount,
                named(input),
                buckets,
            );
            bindings::metrics::Host::figures(call);
        }
        4 => {
            let _ = bindings::time::Host::format(call, input.random.u64(..), input.text());
            let _ = bindings::crypto::Host::random(call, input.random.u32(..));
            let hash = [Hash::Sha256, Hash::Sha384, Hash::Sha512][input.below(3)];
            let (key, data) = (input.text().into_bytes(), input.text().into_bytes());
            bindings::crypto::Host::hmac(call, hash, key, data).await;
        }
        5..=7 => {
            for _ in 0..input.below(3) {
                let database = name(input, "main");
                let _ = match input.below(5) {
                    0 => bindings::sql::Host::begin(call, database).await,
                    1 => bindings::sql::Host::commit(call, database).await,
                    2 => bindings::sql::Host::rollback(call, database).await,
                    3 => bindings::sql::Host::query(call, database, input.text(), values(input))
                        .await
                        .map(drop),
                    _ => bindings::sql::Host::execute(call, database, input.text(), values(input))
                        .await
                        .map(drop),
                };
            }
        }
        8 => drop(bindings::redis::Host::command(call, name(input, "cache"), input.text(), values(input)).await),
        9 => {
            let key = name(input, "key");
            let lifetime = maybe(input, |input| input.integer() as u64);
            match input.below(6) {
                0 => drop(bindings::state::Host::get(call, key).await),
                1 => drop(bindings::state::Host::set(call, key, value(input), lifetime).await),
                2 => drop(bindings::state::Host::increment(call, key, input.integer(), lifetime).await),
                3 => {
                    drop(bindings::state::Host::compare_and_set(call, key, value(input), value(input), lifetime).await)
                }
                4 => drop(bindings::state::Host::expire(call, key, lifetime).await),
                _ => drop(bindings::state::Host::expires_in(call, key).await),
            }
        }
        10 => {
            let options = events::Options {
                target: maybe(input, |input| input.text()),
                key: maybe(input, |input| input.text()),
                id: maybe(input, |input| input.text()),
            };
            let _ = bindings::events::Host::publish(call, name(input, "made"), input.text(), options).await;
        }
        11 => {
            let request = http::Request {
                method: name(input, "GET"),
                url: name(input, "http://127.0.0.1:1/"),
                headers: pairs(input),
                body: maybe(input, |input| input.bytes()),
                timeout_ms: Some(input.random.u32(..20)),
                redirects: input.random.u8(..),
            };
            let answer = bindings::http::Host::send(call, request).await;
            assert!(answer.is_err(), "nobody listens where it may go");
        }
        12 => {
            let request = grpc::Request {
                server: input.text(),
                method: input.text(),
                message: input.text(),
                metadata: pairs(input),
                timeout_ms: Some(input.random.u32(..20)),
            };
            let _ = bindings::grpc::Host::call(call, request).await;
        }
        _ => {
            let _ = bindings::fujsen::Host::call(call, name(input, "a.nothing"), named(input)).await;
            let line = input.random.u32(..);
            bindings::fujsen::Host::panic(call, input.text(), input.text(), line, line);
        }
    }
}

fn any_imports(executions: u64) {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::durable();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let guard = runtime.enter();
    let (loader, app) = app(GUEST, folder.path(), &redis.url());
    runtime
        .block_on(app.context.capabilities.connect())
        .unwrap_or_else(|_| panic!("the database is there"));
    let handler = app.handler("a.nothing").unwrap().clone();
    fuzz::run("host imports", executions, &CORPUS, |input| {
        let until = Instant::now() + Duration::from_millis(200);
        let mut call = app.new_call(&handler, CallOrigin::internal(), until, 1);
        runtime.block_on(any_import(&mut call, input));
    });
    // Nothing of it is left behind: the service serves.
    let until = Instant::now() + Duration::from_secs(30);
    let mut call = app.new_call(&handler, CallOrigin::internal(), until, 1);
    let rows = runtime.block_on(bindings::sql::Host::query(
        &mut call,
        "main".into(),
        "SELECT 7".into(),
        Vec::new(),
    ));
    assert_eq!(rows.unwrap().rows, [[Value::Integer(7)]]);
    drop((guard, loader));
}

#[test]
fn any_arguments_of_host_imports_are_taken_or_refused() {
    any_imports(fuzz::SHORT);
}

#[test]
#[ignore = "some minutes"]
fn endure_fuzz_host_imports() {
    any_imports(fuzz::long());
}
