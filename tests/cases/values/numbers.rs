//! Integers of 64 bits, whole on every way or refused.

use serde_json::{Value, json};

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
    .set("there", fujsen.call("typescript.whole", Json.object().set("body", n)).to<u64>())
    .set("numeric", Json.parse(numeric.at(0).asText()))
    .set("jsonb", numeric.at(1).asJson());
}

export function signed(n: u64): Rows { return sql.query("server", "SELECT CAST(? AS bigint)", [Value.of(n)]); }
'''

[typescript]
all_fujsen = '''typescript
interface Counter { n: bigint; list: bigint[] }

export function echo(n: bigint): bigint { return n; }

export function nested(counter: Counter, body: unknown) { return { counter, body }; }
export function whole(body: unknown) { return body; }

export function kept(n: unknown) {
  const server = redis.server("main");
  state.set("n", n);
  server.set("n", n);
  const row = sql.queryOne("server", "SELECT CAST(? AS numeric) AS digits, CAST(? AS jsonb) AS data", [n, { n }])!;
  return {
    state: state.get("n"), redis: BigInt(server.get("n")!), there: fujsen.call("rust.echo", { n }),
    numeric: BigInt(row.digits), jsonb: row.data,
  };
}

export function signed(n: unknown) { return sql.query("server", "SELECT CAST(? AS bigint)", [n]); }
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
"GET /typescript/echo/{n}": typescript.echo
"POST /typescript/echo": typescript.echo
"POST /typescript/nested": typescript.nested
"POST /typescript/whole": typescript.whole
"GET /typescript/kept": typescript.kept
"GET /typescript/signed": typescript.signed
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
            let fits = i64::try_from(n).is_ok();
            for echo in [
                service.get(&at(&format!("echo/{n}"))).await,
                service.post(&at("echo"), json!({ "n": n })).await,
            ] {
                // A parameter that is a `bigint` has 64 bits with a sign; one that is `unknown` has no such bound.
                if fits || language != "typescript" {
                    assert_eq!(echo.text, n.to_string(), "{language}");
                } else {
                    assert_eq!(
                        (echo.status, &echo.json()["argument"]),
                        (400, &json!("n")),
                        "{language} {n}"
                    );
                }
            }
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
            let signed = service.get(&at(&format!("signed?n={n}"))).await;
            assert_eq!(
                signed.status,
                if fits { 200 } else { 400 },
                "{language} {n}: {signed:?}"
            );
        }
        // Within JSON a bigint has a sign and as many bits as the number has, as long as the host does not round it.
        let unsigned: &[&str] = match language {
            "typescript" => &[],
            _ => &["18446744073709551616", "-1"],
        };
        let no_integers = ["18446744073709551617", "1e20", "9007199254740993.0"];
        for beyond in no_integers.iter().chain(unsigned) {
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
        // A real that no integer type holds is the same in all.
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

const JAVASCRIPT: &str = r#"
[typescript]
all_fujsen = '''typescript
export function number(n: number, list: number[] = []): number { return n + list.length; }
export function bigint(n: bigint, list: bigint[] = []) { return { n, list }; }
'''

[routes]
"POST /number": typescript.number
"POST /bigint": typescript.bigint
"#;

/// A number is a real, in which integers are exact to 53 bits: a bigint holds the others.
#[tokio::test]
async fn numbers_of_javascript_are_exact_or_refused() {
    let service = Service::start(JAVASCRIPT).await;
    let post = async |path: &str, body: &str| {
        let request = service.client.post(format!("{}/{path}", service.url));
        let request = request.header("content-type", "application/json");
        service.send(request.body(body.to_owned())).await
    };
    for n in ["9007199254740991", "-9007199254740991", "0.5", "-1e-7"] {
        let answer = post("number", &format!(r#"{{"n": {n}}}"#)).await;
        let expected: Value = serde_json::from_str(n).unwrap();
        assert_eq!(answer.json(), expected, "{answer:?}");
    }
    for body in [
        r#"{"n": 0, "list": [9007199254740993]}"#,
        r#"{"n": 9007199254740993}"#,
        r#"{"n": -9223372036854775807}"#,
        r#"{"n": "1"}"#,
        r#"{"n": null}"#,
    ] {
        let answer = post("number", body).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
    }
    for body in [
        r#"{"n":-1,"list":[0,-1,18446744073709551616]}"#,
        r#"{"n":-9223372036854775808,"list":[9007199254740993,18446744073709551615]}"#,
    ] {
        assert_eq!(post("bigint", body).await.text, body);
    }
}
