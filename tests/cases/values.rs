//! Values that cross borders: bytes, large numbers, lists, and what somebody else has got wrong. In both languages.

use serde_json::{Value, json};

use crate::harness::{Folder, Postgres, Redis, Service, Upstream, tusk_with};

const LANGUAGES: [&str; 2] = ["rust", "assemblyscript"];

/// Bytes that are no text, and their base64.
const BYTES: &[u8] = b"\x00\xff\xfe\x0a\x89PNG";
const BASE64: &str = "AP/+ColQTkc=";

const STORED: &str = r#"
[service]
name: "stored"

[databases]
main: { url: "sqlite::memory:", setup: "CREATE TABLE IF NOT EXISTS files (id INTEGER PRIMARY KEY, data BLOB, at TEXT); INSERT OR REPLACE INTO files VALUES (1, x'00fffe0a89504e47', 'x')" }
server: { url: @env("POSTGRES_URL"), setup: "CREATE TABLE IF NOT EXISTS files (id INT PRIMARY KEY, data BYTEA, at TEXT); INSERT INTO files VALUES (1, '\\x00fffe0a89504e47', 'x') ON CONFLICT DO NOTHING" }

[redis]
main: @env("REDIS_URL")

[message_queue]
url: "sqlite:queue.db"

[events]
stored: [rust.handled, assemblyscript.handled]

[page]
data: @query("main", "SELECT data FROM files")
rows: @query("server", "SELECT id, data FROM files WHERE id < ?", 9)
cached: @redis("GET", "raw")
all: { data: @query("main", "SELECT data FROM files"), list: @redis("LRANGE", "list", "0", "-1") }

[rust]
all_fujsen = '''rust
#[derive(Deserialize, Serialize)]
struct File { id: i64, data: Vec<u8>, at: Option<String> }

#[derive(Deserialize, Serialize)]
struct Held { data: Bytes }

#[fujsen]
fn rows(database: String) -> Result<sql::Rows> { sql::query(&database, "SELECT id, data FROM files", &[]) }

#[fujsen]
fn typed(database: String) -> Result<Value> {
    let file: File = sql::query_one(&database, "SELECT id, data, at FROM files", &[])?.unwrap().read()?;
    let held: Vec<Held> = sql::query(&database, "SELECT data FROM files", &[])?.read()?;
    Ok(json!({ "length": file.data.len(), "held": held, "first": file.data[1] }))
}

#[fujsen]
fn cell(database: String) -> Result<Value> { sql::query_one(&database, "SELECT data FROM files", &[])?.unwrap().get("data") }

#[fujsen]
fn whole(database: String) -> Result<Vec<u8>> { sql::query_one(&database, "SELECT data FROM files", &[])?.unwrap().get(0) }

#[fujsen]
fn perhaps(database: String, #[default(0)] id: i64) -> Result<Option<Vec<u8>>> {
    let row = sql::query_one(&database, "SELECT data FROM files WHERE id = ?", params![id])?;
    row.map(|row| row.get(0)).transpose()
}

#[fujsen]
fn keep(raw: Vec<u8>) -> Result<Value> {
    let server = redis::server("main");
    server.set("raw", &raw)?;
    server.del(&["list"])?;
    server.rpush("list", &raw)?;
    state::set("raw", &raw)?;
    sql::execute("main", "UPDATE files SET data = ?", params![raw])?;
    sql::execute("server", "UPDATE files SET data = ?", params![raw])?;
    Ok(json!({
        "redis": server.command("GET", params!["raw"])?[0],
        "read": server.get::<Value>("raw")?,
        "list": server.lrange::<Datum>("list", 0, -1)?,
        "state": state::get::<Value>("raw")?,
        "raw": state::get::<Vec<u8>>("raw")?.unwrap() == raw,
    }))
}

#[fujsen]
fn configured() -> Result<Value> {
    Ok(json!({
        "data": config::get::<Value>("page.data")?,
        "raw": config::get::<Vec<u8>>("page.data")?.len(),
        "rows": config::get::<Value>("page.rows")?,
        "typed": config::read::<Vec<Held>>("page.rows")?,
        "cached": config::get::<Datum>("page.cached")?,
        "all": config::get::<Value>("page.all")?,
    }))
}

#[fujsen]
fn calls() -> Result<Value> {
    let there: Value = fujsen::call("assemblyscript.length", fields! { data: b"\x00\xff\xfe" })?;
    let here: Vec<u8> = fujsen::call("assemblyscript.gives", fields! {})?;
    let text: Value = fujsen::call("assemblyscript.gives", fields! {})?;
    Ok(json!({ "there": there, "here": here.len(), "text": text }))
}

#[fujsen]
fn length(data: Vec<u8>) -> usize { data.len() }

#[fujsen]
fn gives() -> Vec<u8> { b"\x00\xff\xfe".to_vec() }

#[fujsen]
fn publish() -> Result<()> {
    let rows = sql::query("main", "SELECT id, data FROM files", &[])?;
    events::publish("stored", json!({ "rows": rows, "data": Bytes(b"\x00\xff\xfe".to_vec()) }), events::Options::default())?;
    Ok(())
}

#[fujsen]
fn handled(data: Vec<u8>, rows: Vec<Held>) -> Result<()> {
    state::set("handled.rust", format!("{} {}", data.len(), rows[0].data.len()))
}

#[fujsen]
fn seen() -> Result<Value> { Ok(json!([state::get::<Value>("handled.rust")?, state::get::<Value>("handled.assemblyscript")?])) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
class File { id: i64; data: Uint8Array; at: string | null = null; constructor() { this.id = 0; this.data = new Uint8Array(0); } }
class Held { data: ArrayBuffer; constructor() { this.data = new ArrayBuffer(0); } }

export function rows(database: string): Rows { return sql.query(database, "SELECT id, data FROM files"); }

export function typed(database: string): Json {
  const file = sql.queryOne(database, "SELECT id, data, at FROM files")!.to<File>();
  const held = sql.query(database, "SELECT data FROM files").to<Held>();
  return Json.object().set("length", file.data.length).set("held", held).set("first", file.data[1]);
}

export function cell(database: string): Json { return sql.queryOne(database, "SELECT data FROM files")!.get("data").asJson(); }

export function whole(database: string): Uint8Array { return sql.queryOne(database, "SELECT data FROM files")!.bytes("data"); }

export function perhaps(database: string, id: i64 = 0): Uint8Array | null {
  const row = sql.queryOne(database, "SELECT data FROM files WHERE id = ?", [Value.of(id)]);
  return row ? row.bytes("data") : null;
}

export function keep(raw: ArrayBuffer): Json {
  redis.command("main", "SET", [Value.of("raw"), Value.of(raw)]);
  redis.del("main", "list");
  redis.command("main", "RPUSH", [Value.of("list"), Value.of(raw)]);
  state.set("raw", raw);
  sql.execute("main", "UPDATE files SET data = ?", [Value.of(raw)]);
  sql.execute("server", "UPDATE files SET data = ?", [Value.of(raw)]);
  const list = redis.command("main", "LRANGE", [Value.of("list"), Value.of(0), Value.of(-1)]);
  return Json.object()
    .set("redis", redis.command("main", "GET", [Value.of("raw")])[0])
    .set("read", redis.command("main", "GET", [Value.of("raw")])[0].asJson())
    .set("list", list)
    .set("state", state.get("raw"))
    .set("raw", state.get("raw").asBytes().length == raw.byteLength);
}

export function configured(): Json {
  return Json.object()
    .set("data", config.json("page.data"))
    .set("raw", config.get("page.data")!.asBytes().length)
    .set("rows", config.json("page.rows"))
    .set("typed", config.json("page.rows").to<Held[]>())
    .set("cached", config.get("page.cached")!)
    .set("all", config.json("page.all"));
}

export function calls(): Json {
  const data = new Uint8Array(3);
  data[1] = 255;
  data[2] = 254;
  const text = fujsen.call("rust.gives");
  return Json.object()
    .set("there", fujsen.call("rust.length", Json.object().set("data", data)))
    .set("here", text.to<Uint8Array>().length)
    .set("text", text);
}

export function length(data: Uint8Array): i32 { return data.length; }
export function gives(): ArrayBuffer { const data = new Uint8Array(3); data[1] = 255; data[2] = 254; return data.buffer; }

export function publish(): void {
  const data = new Uint8Array(3);
  data[1] = 255;
  data[2] = 254;
  events.publish("stored", Json.object().set("rows", sql.query("main", "SELECT id, data FROM files")).set("data", data));
}

export function handled(data: Uint8Array, rows: Held[]): void {
  state.set("handled.assemblyscript", data.length.toString() + " " + rows[0].data.byteLength.toString());
}

export function seen(): Json { return Json.array().push(state.get("handled.rust")).push(state.get("handled.assemblyscript")); }
'''

[routes]
"GET /rust/rows/{database}": rust.rows
"GET /rust/typed/{database}": rust.typed
"GET /rust/cell/{database}": rust.cell
"GET /rust/whole/{database}": rust.whole
"GET /rust/perhaps/{database}": rust.perhaps
"POST /rust/keep": rust.keep
"GET /rust/configured": rust.configured
"GET /rust/calls": rust.calls
"GET /rust/gives": rust.gives
"POST /rust/publish": rust.publish
"GET /rust/seen": rust.seen
"GET /assemblyscript/rows/{database}": assemblyscript.rows
"GET /assemblyscript/typed/{database}": assemblyscript.typed
"GET /assemblyscript/cell/{database}": assemblyscript.cell
"GET /assemblyscript/whole/{database}": assemblyscript.whole
"GET /assemblyscript/perhaps/{database}": assemblyscript.perhaps
"POST /assemblyscript/keep": assemblyscript.keep
"GET /assemblyscript/configured": assemblyscript.configured
"GET /assemblyscript/calls": assemblyscript.calls
"GET /assemblyscript/gives": assemblyscript.gives
"POST /assemblyscript/publish": assemblyscript.publish
"GET /assemblyscript/seen": assemblyscript.seen
"#;

#[tokio::test]
async fn bytes_are_base64_in_json_and_themselves_as_a_whole_body() {
    let (postgres, redis) = (Postgres::start(), Redis::start());
    let variables = [("POSTGRES_URL", postgres.url()), ("REDIS_URL", redis.url())];
    let variables: Vec<_> = variables.iter().map(|(name, url)| (*name, url.as_str())).collect();
    let service = Service::start_in(Folder::new(STORED), &variables).await;
    for language in LANGUAGES {
        let get = async |path: &str| service.get(&format!("/{language}/{path}")).await;
        let kept = service
            .post(&format!("/{language}/keep"), json!({ "raw": BASE64 }))
            .await;
        let expected = json!({ "redis": BASE64, "read": BASE64, "list": [BASE64], "state": BASE64, "raw": true });
        assert_eq!(kept.json(), expected, "{language}");
        for database in ["main", "server"] {
            let rows = get(&format!("rows/{database}")).await;
            assert_eq!(
                rows.json(),
                json!([{ "id": 1, "data": BASE64 }]),
                "{language} {database}"
            );
            let typed = get(&format!("typed/{database}")).await;
            let expected = json!({ "length": 8, "held": [{ "data": BASE64 }], "first": 255 });
            assert_eq!(typed.json(), expected, "{language} {database}");
            assert_eq!(
                get(&format!("cell/{database}")).await.json(),
                BASE64,
                "{language} {database}"
            );
            for path in ["whole/", "perhaps/"] {
                let url = format!("{}/{language}/{path}{database}?id=1", service.url);
                let whole = service.client.get(url).send().await.unwrap();
                assert_eq!(
                    whole.headers()["content-type"],
                    "application/octet-stream",
                    "{language} {path}"
                );
                assert_eq!(whole.bytes().await.unwrap(), BYTES, "{language} {path} {database}");
            }
            assert!(
                ["null", ""].contains(&get(&format!("perhaps/{database}")).await.text.as_str()),
                "{language}"
            );
        }
        let configured = get("configured").await.json();
        let expected = json!({
            "data": BASE64, "raw": 8, "rows": [{ "id": 1, "data": BASE64 }], "typed": [{ "data": BASE64 }],
            "cached": BASE64, "all": { "data": BASE64, "list": [BASE64] },
        });
        assert_eq!(configured, expected, "{language}");
        assert_eq!(
            get("calls").await.json(),
            json!({ "there": 3, "here": 3, "text": "AP/+" }),
            "{language}"
        );
        let answer = service
            .send(service.client.post(format!("{}/{language}/publish", service.url)))
            .await;
        assert!(answer.status < 300, "{language}: {answer:?}");
    }
    crate::harness::eventually("both handlers", || async {
        (service.get("/rust/seen").await.json() == json!(["3 8", "3 8"])).then_some(())
    })
    .await;
    let shown = tusk_with(
        service.folder.path(),
        &["get", "service.tsk", "page", "--eval"],
        &variables,
    );
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {shown:?}"));
    assert_eq!(shown["all"]["list"], json!([BASE64]));
    assert_eq!(
        (&shown["data"], &shown["rows"][0]["data"]),
        (&json!(BASE64), &json!(BASE64))
    );
}

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
                    .body("[18446744073709551616, 9007199254740993.0]"),
            )
            .await;
        let read: Vec<f64> = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(
            read,
            [18_446_744_073_709_551_616.0, 9_007_199_254_740_992.0],
            "{language}"
        );
    }
}

const MISTAKES: &str = r#"
[service]
name: "mistakes"

[databases]
main: { url: @env("POSTGRES_URL"), setup: "DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'happy'); EXCEPTION WHEN duplicate_object THEN NULL; END $$; CREATE TABLE IF NOT EXISTS people (id UUID, mood mood, born DATE, n SMALLINT, code VARCHAR(3))" }

[upstream]
url: @env("UPSTREAM")

[rust]
all_fujsen = '''rust
#[derive(Deserialize)]
struct Answer { a: i64 }

#[fujsen]
fn upstream() -> Result<i64> {
    let answer: Answer = http::get(config::get::<String>("upstream.url")?).send()?.json()?;
    Ok(answer.a)
}

#[fujsen]
fn own() -> Result<Value> { Ok(serde_json::from_str("<html>")?) }

#[fujsen]
fn body(request: Request) -> Result<i64> { Ok(request.json::<Answer>()?.a) }

#[fujsen]
fn member(answer: Answer) -> i64 { answer.a }

#[fujsen]
fn find(column: String, value: String) -> Result<Value> {
    Ok(json!(sql::query("main", &format!("SELECT id FROM people WHERE {column} = ?"), params![value])?))
}

#[fujsen]
fn add(id: String, mood: String, born: String, n: i64, code: String) -> Result<u64> {
    let changes = sql::execute("main", "INSERT INTO people VALUES (?, ?, ?, ?, ?)", params![id, mood, born, n, code])?;
    Ok(changes.affected)
}

#[fujsen]
fn any(ids: Vec<String>, numbers: Vec<i64>) -> Result<Value> {
    let rows = sql::query("main", "SELECT count(*) AS n FROM people WHERE id = ANY(?) AND n = ANY(?)", params![ids, numbers])?;
    rows.first().unwrap().get("n")
}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
class Answer { a: i64; constructor() { this.a = 0; } }

export function upstream(): i64 { return http.get(config.text("upstream.url")).json().get("a").asInteger(); }

export function own(): Json { return Json.parse("<html>"); }

export function body(request: Request): i64 { return request.json().to<Answer>().a; }

export function member(answer: Json): i64 { return answer.get("a").asInteger(); }

export function find(column: string, value: string): Rows {
  return sql.query("main", "SELECT id FROM people WHERE " + column + " = ?", [Value.of(value)]);
}

export function add(id: string, mood: string, born: string, n: i64, code: string): i64 {
  const values = [Value.of(id), Value.of(mood), Value.of(born), Value.of(n), Value.of(code)];
  return sql.execute("main", "INSERT INTO people VALUES (?, ?, ?, ?, ?)", values).affected;
}

export function any(ids: string[], numbers: i64[]): i64 {
  const text = "SELECT count(*) AS n FROM people WHERE id = ANY(?) AND n = ANY(?)";
  return sql.queryOne("main", text, [Value.of(ids), Value.of(numbers)])!.integer("n");
}
'''

[routes]
"GET /rust/upstream": rust.upstream
"GET /rust/own": rust.own
"POST /rust/body": rust.body
"POST /rust/member": rust.member
"GET /rust/find": rust.find
"POST /rust/add": rust.add
"POST /rust/any": rust.any
"GET /assemblyscript/upstream": assemblyscript.upstream
"GET /assemblyscript/own": assemblyscript.own
"POST /assemblyscript/body": assemblyscript.body
"POST /assemblyscript/member": assemblyscript.member
"GET /assemblyscript/find": assemblyscript.find
"POST /assemblyscript/add": assemblyscript.add
"POST /assemblyscript/any": assemblyscript.any
"#;

#[tokio::test]
async fn whose_mistake_it_is_decides_the_status() {
    let postgres = Postgres::start();
    for (answer, status) in [
        ("<html>down</html>", 502),
        ("", 502),
        (r#"{"a": "x"}"#, 502),
        (r#"{"b": 1}"#, 502),
        ("{\"a\": \u{0}1}", 502),
        (r#"{"a": 7}"#, 200),
    ] {
        let upstream = Upstream::json(answer).await;
        let (postgres, upstream) = (postgres.url(), upstream.url());
        let variables = [("POSTGRES_URL", postgres.as_str()), ("UPSTREAM", upstream.as_str())];
        let service = Service::start_in(Folder::new(MISTAKES), &variables).await;
        for language in LANGUAGES {
            let told = service.get(&format!("/{language}/upstream")).await;
            assert_eq!(told.status, status, "{language} {answer}: {told:?}");
        }
        if status != 200 {
            continue;
        }
        for language in LANGUAGES {
            let own = service.get(&format!("/{language}/own")).await;
            assert_eq!(own.status, 500, "{language}: {own:?}");
            for (body, status) in [
                ("<html>", 400),
                ("", 400),
                (r#"{"a": "x"}"#, 400),
                ("{}", 400),
                (r#"{"a": 7}"#, 200),
            ] {
                let request = service.client.post(format!("{}/{language}/body", service.url));
                let told = service
                    .send(request.header("content-type", "application/json").body(body))
                    .await;
                assert_eq!(told.status, status, "{language} {body}: {told:?}");
            }
            for (body, status) in [
                (json!({"answer": {"a": "x"}}), 400),
                (json!({"answer": {}}), 400),
                (json!({"answer": {"a": 7}}), 200),
            ] {
                let told = service.post(&format!("/{language}/member"), body.clone()).await;
                assert_eq!(told.status, status, "{language} {body}: {told:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_clients_value_that_a_database_refuses_is_400_and_tells_nothing() {
    let postgres = Postgres::start();
    let postgres = postgres.url();
    let variables = [("POSTGRES_URL", postgres.as_str()), ("UPSTREAM", "http://127.0.0.1:9")];
    let service = Service::start_in(Folder::new(MISTAKES), &variables).await;
    let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    let good = json!({ "id": id, "mood": "happy", "born": "2026-11-25", "n": 7, "code": "abc" });
    for language in LANGUAGES {
        for (column, value) in [
            ("id", "nonsense"),
            ("mood", "nonsense"),
            ("born", "nonsense"),
            ("n", "nonsense"),
            ("n", "99999"),
            ("id", ""),
        ] {
            let told = service
                .ask(&format!("/{language}/find"), &[("column", column), ("value", value)])
                .await;
            assert_eq!(told.status, 400, "{language} {column} {value}: {told:?}");
            assert!(
                !told.text.contains("SELECT") && !told.text.contains("people"),
                "{}",
                told.text
            );
        }
        for (field, value) in [
            ("id", json!("x")),
            ("mood", json!("bored")),
            ("born", json!("2026-02-30")),
            ("n", json!(70_000)),
            ("code", json!("abcdef")),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            let told = service.post(&format!("/{language}/add"), bad).await;
            assert_eq!(told.status, 400, "{language} {field}: {told:?}");
            assert!(
                !told.text.contains("INSERT") && !told.text.contains("people"),
                "{}",
                told.text
            );
        }
        assert_eq!(
            service.post(&format!("/{language}/add"), good.clone()).await.text,
            "1",
            "{language}"
        );
        // The author's own mistake stays one.
        let told = service
            .ask(&format!("/{language}/find"), &[("column", "nothing"), ("value", "x")])
            .await;
        assert_eq!(told.status, 500, "{language}: {told:?}");
        assert!(!told.text.contains("nothing"), "{}", told.text);
        let lists = json!({ "ids": [id, "00000000-0000-0000-0000-000000000000"], "numbers": [7, 8] });
        let found = service.post(&format!("/{language}/any"), lists).await;
        assert!(["1", "2"].contains(&found.text.as_str()), "{language}: {found:?}");
        let none = service
            .post(&format!("/{language}/any"), json!({ "ids": [], "numbers": [7] }))
            .await;
        assert_eq!(none.text, "0", "{language}");
        let told = service
            .post(&format!("/{language}/any"), json!({ "ids": ["x"], "numbers": [] }))
            .await;
        assert_eq!(told.status, 400, "{language}: {told:?}");
    }
}

const BODIES: &str = r#"
[service]
name: "bodies"

[rust]
all_fujsen = '''rust
#[fujsen]
fn text(body: String) -> Value { json!({ "got": body }) }
#[fujsen]
fn bytes(body: Vec<u8>) -> Value { json!({ "got": body.len() }) }
#[fujsen]
fn perhaps(body: Option<Vec<u8>>) -> Value { json!({ "got": body.map(|body| body.len()) }) }
#[fujsen]
fn beside(id: i64, body: &str, request: Request) -> Value { json!({ "got": body, "id": id, "path": request.path }) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function text(body: string): Json { return Json.object().set("got", body); }
export function bytes(body: ArrayBuffer): Json { return Json.object().set("got", body.byteLength); }
export function perhaps(body: Uint8Array | null): Json { return body ? Json.object().set("got", body.length) : Json.object().set("got", Json.nil()); }
export function beside(id: i64, body: string, request: Request): Json {
  return Json.object().set("got", body).set("id", id).set("path", request.path);
}
'''

[routes]
"POST /rust/text": rust.text
"POST /rust/bytes": rust.bytes
"POST /rust/perhaps": rust.perhaps
"PUT /rust/beside/{id}": rust.beside
"POST /assemblyscript/text": assemblyscript.text
"POST /assemblyscript/bytes": assemblyscript.bytes
"POST /assemblyscript/perhaps": assemblyscript.perhaps
"PUT /assemblyscript/beside/{id}": assemblyscript.beside
"#;

#[tokio::test]
async fn text_and_bytes_take_any_body() {
    let service = Service::start(BODIES).await;
    let kinds = [
        None,
        Some("application/json"),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("x"),
    ];
    for language in LANGUAGES {
        for kind in kinds {
            for body in [
                "",
                "hi",
                r#"{"got": 1, "body": "x"}"#,
                "{broken",
                "[1, 2]",
                "null",
                "a=1&b=2",
                "é😀",
            ] {
                let send = async |request: reqwest::RequestBuilder| {
                    let request = match kind {
                        Some(kind) => request.header("content-type", kind),
                        None => request,
                    };
                    let answer = service.send(request.body(body)).await;
                    assert_eq!(answer.status, 200, "{language} {kind:?} {body}: {answer:?}");
                    answer.json()
                };
                let at = |path: &str| format!("{}/{language}/{path}", service.url);
                assert_eq!(
                    send(service.client.post(at("text"))).await["got"],
                    body,
                    "{language} {kind:?}"
                );
                assert_eq!(
                    send(service.client.post(at("bytes"))).await["got"],
                    body.len(),
                    "{language} {kind:?}"
                );
                let expected = if body.is_empty() {
                    Value::Null
                } else {
                    json!(body.len())
                };
                assert_eq!(
                    send(service.client.post(at("perhaps"))).await["got"],
                    expected,
                    "{language} {kind:?}"
                );
                let beside = send(service.client.put(at("beside/7"))).await;
                let expected = json!({ "got": body, "id": 7, "path": format!("/{language}/beside/7") });
                assert_eq!(beside, expected, "{language} {kind:?}");
            }
        }
        let request = service.client.post(format!("{}/{language}/text", service.url));
        let broken = service.send(request.body(b"caf\xe9".to_vec())).await;
        assert_eq!(
            (broken.status, &broken.json()["argument"]),
            (400, &json!("body")),
            "{language}"
        );
        assert!(broken.text.contains("not UTF-8 (at byte 4)"), "{}", broken.text);
    }
}

const PRINTS: &str = r#"
[service]
name: "prints"

[rust]
all_fujsen = '''rust
fn help(n: i64) -> i64 { println!("helped with {n}"); n }

// What is written as a path is refused at its line, before it runs.
macro_rules! hidden {
    ($($part:ident),+; $($argument:expr),*) => { std::$($part)::+($($argument),*) };
}

#[fujsen]
fn prints() -> i64 {
    println!("printed {}", 1);
    print!("in ");
    print!("parts\nand ");
    eprintln!("to stderr");
    eprint!("unfinished");
    println!();
    std::println!("nobody reads this");
    dbg!(help(40) + 2)
}

#[fujsen]
fn system_time() -> u64 {
    hidden!(time, SystemTime, now;).duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[fujsen]
fn instant() -> u128 { hidden!(time, Instant, now;).elapsed().as_millis() }

#[fujsen]
fn sleep() { hidden!(thread, sleep; Duration::from_millis(1)) }

#[fujsen]
fn thread() { hidden!(thread, spawn; || 1); }

#[fujsen]
fn variable() -> Result<String> { Ok(hidden!(env, var; "HOME")?) }

#[fujsen]
fn unwrapped() -> String { hidden!(env, var; "HOME").unwrap() }

#[fujsen]
fn file() -> Result<Vec<u8>> { Ok(hidden!(fs, read; "/etc/passwd")?) }

#[fujsen]
fn socket() -> Result<bool> { Ok(hidden!(net, TcpStream, connect; "127.0.0.1:1").map(|_| true)?) }

#[fujsen]
fn map() -> i64 { std::collections::HashMap::<i64, i64>::new()[&7] }

#[fujsen]
fn mine() { panic!("my own") }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function random(): bool { const a = Math.random(); return a >= 0 && a < 1; }
'''

[routes]
"GET /prints": rust.prints
"GET /system_time": rust.system_time
"GET /instant": rust.instant
"GET /sleep": rust.sleep
"GET /thread": rust.thread
"GET /variable": rust.variable
"GET /unwrapped": rust.unwrapped
"GET /file": rust.file
"GET /socket": rust.socket
"GET /map": rust.map
"GET /mine": rust.mine
"GET /random": assemblyscript.random
"#;

#[tokio::test]
async fn what_code_prints_is_logged_and_what_it_lacks_has_a_remedy() {
    let service = Service::start(PRINTS).await;
    assert_eq!(service.get("/prints").await.text, "42");
    for line in [
        "printed 1",
        "in parts",
        "and ",
        "to stderr",
        "unfinished",
        "helped with 40",
        "help(40) + 2 = 42",
    ] {
        service.logged(line).await;
    }
    let log = service.log();
    let entry = |text: &str| -> Value {
        let line = log
            .lines()
            .find(|line| line.contains(text))
            .unwrap_or_else(|| panic!("{text}: {log}"));
        serde_json::from_str(line).unwrap()
    };
    let shown = entry("printed 1").to_string();
    assert!(
        shown.contains("rust.prints") && shown.contains("INFO") && shown.contains("stdout"),
        "{shown}"
    );
    let shown = entry("to stderr").to_string();
    assert!(
        shown.contains("rust.prints") && shown.contains("WARN") && shown.contains("stderr"),
        "{shown}"
    );
    // The line of a fujsen within the file, by its text.
    let line_of = |text: &str| PRINTS.lines().position(|line| line.contains(text)).unwrap() + 1;
    for (path, remedy, place) in [
        ("system_time", "time::now()", "fn system_time"),
        ("instant", "time::monotonic()", "fn instant"),
        ("sleep", "time::sleep(duration)", "fn sleep"),
        ("thread", "a fujsen has no threads", "fn thread"),
        ("unwrapped", "config::get", "fn unwrapped"),
        ("map", "", "fn map"),
        ("mine", "my own", "fn mine"),
    ] {
        let answer = service.get(&format!("/{path}")).await;
        assert_eq!(answer.status, 500, "{path}");
        let place = format!("service.tsk:{}:", line_of(place));
        service.logged(&place).await;
        let log = service.log();
        let told = log.lines().find(|line| line.contains(&place)).unwrap();
        assert!(
            told.contains(remedy) && !told.contains("/rustc/") && !told.contains("library/std"),
            "{told}"
        );
    }
    for (path, remedy) in [
        ("variable", "@env("),
        ("file", "a fujsen has no files"),
        ("socket", "a fujsen has no files, sockets"),
    ] {
        assert_eq!(service.get(&format!("/{path}")).await.status, 500, "{path}");
        service.logged(remedy).await;
    }
    assert_eq!(service.get("/random").await.text, "true");
}
