//! Integers of 64 bits, whole on every way or refused.

use serde_json::json;

use super::LANGUAGES;
use crate::harness::{Folder, Postgres, Redis, Service};

const NUMBERS: &str = r#"
[service]
name: "numbers"

[databases]
main: "sqlite::memory:"
server: @env("POSTGRES_URL")

[redis]
main: @env("REDIS_URL")

[rust]
all_fujsen = '''rust
#[derive(Deserialize, Serialize)]
struct Counter { n: u64, list: Vec<u64> }

#[fujsen]
fn echo(n: u64) -> u64 { n }

#[fujsen]
fn nested(counter: Counter, body: Value) -> Value { json!({ "counter": counter, "body": body }) }

#[fujsen]
fn whole(body: Value) -> Value { body }

#[fujsen]
fn kept(n: u64) -> Result<Value> {
    state::set("n", n)?;
    redis::server("main").set("n", n)?;
    let there: u64 = fujsen::call("assemblyscript.echo", fields! { n: n })?;
    let numeric = sql::query_one("server", "SELECT CAST(? AS numeric), CAST(? AS jsonb)", params![n, json!({ "n": n })])?.unwrap();
    Ok(json!({
        "state": state::get::<u64>("n")?, "redis": redis::server("main").get::<u64>("n")?, "there": there,
        "numeric": numeric.get::<u64>(0)?, "jsonb": numeric.get::<Value>(1)?,
    }))
}

#[fujsen]
fn signed(n: u64) -> Result<Value> {
    let stored = sql::query_one("server", "SELECT CAST(? AS bigint)", params![n])?;
    Ok(json!(stored))
}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
class Counter { n: u64 = 0; list: u64[] = []; }

export function echo(n: u64): u64 { return n; }

export function nested(counter: Counter, body: Json): Json { return Json.object().set("counter", counter).set("body", body); }

export function whole(body: Json): Json { return body; }

export function kept(n: u64): Json {
  state.set("n", n);
  redis.command("main", "SET", [Value.of("n"), Value.of(n)]);
  const numeric = sql.queryOne("server", "SELECT CAST(? AS numeric)::text, CAST(? AS jsonb)", [Value.of(n), Value.of(Json.object().set("n", n))])!;
  return Json.object()
    .set("state", state.get("n").asUnsigned())
    .set("redis", Json.parse(redis.get("main", "n")!).asUnsigned())
    .set("there", fujsen.call("rust.echo", Json.object().set("n", n)).to<u64>())
    .set("numeric", Json.parse(numeric.at(0).asText()))
    .set("jsonb", numeric.at(1).asJson());
}

export function signed(n: u64): Rows { return sql.query("server", "SELECT CAST(? AS bigint)", [Value.of(n)]); }
'''

[routes]
"GET /rust/echo/{n}": rust.echo
"POST /rust/echo": rust.echo
"POST /rust/nested": rust.nested
"POST /rust/whole": rust.whole
"GET /rust/kept": rust.kept
"GET /rust/signed": rust.signed
"GET /assemblyscript/echo/{n}": assemblyscript.echo
"POST /assemblyscript/echo": assemblyscript.echo
"POST /assemblyscript/nested": assemblyscript.nested
"POST /assemblyscript/whole": assemblyscript.whole
"GET /assemblyscript/kept": assemblyscript.kept
"GET /assemblyscript/signed": assemblyscript.signed
"#;

#[tokio::test]
async fn integers_of_64_bits_are_whole_everywhere_or_refused() {
    let (postgres, redis) = (Postgres::start(), Redis::start());
    let variables = [("POSTGRES_URL", postgres.url()), ("REDIS_URL", redis.url())];
    let variables: Vec<_> = variables.iter().map(|(name, url)| (*name, url.as_str())).collect();
    let service = Service::start_in(Folder::new(NUMBERS), &variables).await;
    for language in LANGUAGES {
        for n in [0, 9_007_199_254_740_993, (1 << 63) - 1, 1 << 63, u64::MAX] {
            let at = |path: &str| format!("/{language}/{path}");
            assert_eq!(
                service.get(&at(&format!("echo/{n}"))).await.text,
                n.to_string(),
                "{language}"
            );
            assert_eq!(
                service.post(&at("echo"), json!({ "n": n })).await.text,
                n.to_string(),
                "{language}"
            );
            let body = json!({ "counter": { "n": n, "list": [n] }, "body": [n, { "a": n }] });
            assert_eq!(
                service.post(&at("nested"), body.clone()).await.json(),
                body,
                "{language} {n}"
            );
            assert_eq!(
                service.post(&at("whole"), body.clone()).await.json(),
                body,
                "{language} {n}"
            );
            let kept = service.get(&at(&format!("kept?n={n}"))).await;
            let expected = json!({ "state": n, "redis": n, "there": n, "numeric": n, "jsonb": { "n": n } });
            assert_eq!(kept.json(), expected, "{language} {n}");
            let fits = i64::try_from(n).is_ok();
            let signed = service.get(&at(&format!("signed?n={n}"))).await;
            assert_eq!(
                signed.status,
                if fits { 200 } else { 400 },
                "{language} {n}: {signed:?}"
            );
        }
        for beyond in ["18446744073709551616", "-1", "1e20", "9007199254740993.0"] {
            let answer = service.get(&format!("/{language}/echo/{beyond}")).await;
            assert_eq!(answer.status, 400, "{language} {beyond}: {answer:?}");
            let request = service.client.post(format!("{}/{language}/nested", service.url));
            let body = format!(r#"{{"counter": {{"n": {beyond}, "list": []}}, "body": 1}}"#);
            let answer = service
                .send(request.header("content-type", "application/json").body(body))
                .await;
            assert_eq!(answer.status, 400, "{language} {beyond}: {answer:?}");
        }
        for beyond in ["18446744073709551617", "-9223372036854775809"] {
            let request = service.client.post(format!("{}/{language}/whole", service.url));
            let body = format!(r#"{{"list": [{beyond}]}}"#);
            let answer = service
                .send(request.header("content-type", "application/json").body(body))
                .await;
            assert_eq!(answer.status, 400, "{language} {beyond}: {answer:?}");
            let (told, message) = (answer.json(), format!("`body` has the integer {beyond}"));
            assert!(
                told["message"].as_str().unwrap().starts_with(&message),
                "{language}: {told}"
            );
            assert_eq!(told["argument"], "body");
        }
        // A real that no integer type holds is the same in both.
        let request = service.client.post(format!("{}/{language}/whole", service.url));
        let answer = service
            .send(
                request
                    .header("content-type", "application/json")
                    .body("[18446744073709551616, 9007199254740994.0]"),
            )
            .await;
        let read: Vec<f64> = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(
            read,
            [18_446_744_073_709_551_616.0, 9_007_199_254_740_994.0],
            "{language}"
        );
    }
}
