//! Bytes that are no text: in databases, in JSON, as whole bodies.

use serde_json::{Value, json};

use super::LANGUAGES;
use crate::harness::{Folder, Postgres, Redis, Service, tusk_with};

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
stored: [rust.handled, assemblyscript.handled, typescript.handled]

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
fn seen() -> Result<Value> {
    let handled = |language: &str| state::get::<Value>(&format!("handled.{language}"));
    Ok(json!([handled("rust")?, handled("assemblyscript")?, handled("typescript")?]))
}
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
  const text = fujsen.call("typescript.gives");
  return Json.object()
    .set("there", fujsen.call("typescript.length", Json.object().set("data", data)))
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

export function seen(): Json {
  return Json.array()
    .push(state.get("handled.rust")).push(state.get("handled.assemblyscript")).push(state.get("handled.typescript"));
}
'''

[typescript]
all_fujsen = '''typescript
interface File { id: number; data: Uint8Array; at: string | null }
interface Held { data: Uint8Array }

export function rows(database: string) { return sql.query(database, "SELECT id, data FROM files"); }

export function typed(database: string) {
  const file = sql.queryOne<File>(database, "SELECT id, data, at FROM files")!;
  const held = sql.query<Held>(database, "SELECT data FROM files");
  return { length: file.data.length, held, first: file.data[1] };
}

/** As JSON: bytes that are the whole answer would go out as they are. */
export function cell(database: string): Response { return json(whole(database)); }

export function whole(database: string): Uint8Array { return sql.queryOne<Held>(database, "SELECT data FROM files")!.data; }

export async function perhaps(database: string, id: number = 0): Promise<Uint8Array | null> {
  return sql.queryOne<Held>(database, "SELECT data FROM files WHERE id = ?", [id])?.data ?? null;
}

export function keep(raw: Uint8Array) {
  const server = redis.server("main");
  server.set("raw", raw);
  server.del("list");
  server.rpush("list", raw);
  state.set("raw", raw);
  for (const database of ["main", "server"]) sql.execute(database, "UPDATE files SET data = ?", [raw]);
  return {
    redis: server.command("GET", ["raw"])[0],
    read: server.get("raw"),
    list: server.lrange("list", 0, -1),
    state: state.get("raw"),
    raw: crypto.equal(state.get<Uint8Array>("raw")!, raw),
  };
}

export function configured() {
  // Within JSON bytes are base64 in JavaScript, too: types are erased.
  const rows = config.read<{ data: string }[]>("page.rows");
  return {
    data: config.get("page.data"),
    raw: config.get<Uint8Array>("page.data")!.length,
    rows,
    typed: rows.map(({ data }) => ({ data: Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0)) })),
    cached: config.get("page.cached"),
    all: config.get("page.all"),
  };
}

const THREE = new Uint8Array([0, 255, 254]);

export function calls() {
  const here: Uint8Array = fujsen.call("rust.gives");
  return { there: fujsen.call("rust.length", { data: THREE }), here: here.length, text: here };
}

export function length(data: Uint8Array): number { return data.length; }
export function gives(): ArrayBuffer { return THREE.buffer; }

export function publish(): void {
  events.publish("stored", { rows: sql.query("main", "SELECT id, data FROM files"), data: THREE });
}

export function handled(data: Uint8Array, rows: Held[]): void {
  state.set("handled.typescript", `${data.length} ${rows[0].data.length}`);
}

export function seen() { return ["rust", "assemblyscript", "typescript"].map((language) => state.get(`handled.${language}`)); }
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
"GET /typescript/rows/{database}": typescript.rows
"GET /typescript/typed/{database}": typescript.typed
"GET /typescript/cell/{database}": typescript.cell
"GET /typescript/whole/{database}": typescript.whole
"GET /typescript/perhaps/{database}": typescript.perhaps
"POST /typescript/keep": typescript.keep
"GET /typescript/configured": typescript.configured
"GET /typescript/calls": typescript.calls
"GET /typescript/gives": typescript.gives
"POST /typescript/publish": typescript.publish
"GET /typescript/seen": typescript.seen
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
    for language in LANGUAGES {
        let path = format!("/{language}/seen");
        crate::harness::eventually("all handlers", || async {
            (service.get(&path).await.json() == json!(["3 8", "3 8", "3 8"])).then_some(())
        })
        .await;
    }
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
