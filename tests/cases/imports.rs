//! Every import, from guests in all languages, against the real thing.

use serde_json::{Value, json};

use crate::harness::{Folder, Postgres, Redis, Service, Upstream};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

const LOCAL: &str = r#"
[service]
name: "imports"

[databases]
main: "sqlite::memory:"
file: "sqlite:data.db"
server: @env("POSTGRES_URL", "sqlite::memory:")

[shared]
greeting: "from shared"
ports: [8001, 8002]

[rust]
greeting: "own"

all_fujsen = '''rust
#[fujsen]
fn configured() -> Result<Value> {
    Ok(json!({
        "own": config::get::<String>("greeting")?,
        "other": config::get::<String>("shared.greeting")?,
        "ports": config::read::<Vec<i64>>("shared.ports")?[1],
        "none": config::find::<String>("nowhere")?.is_none(),
        "default": config::get_or::<i64>("nowhere", 7)?,
    }))
}

#[fujsen]
fn clocks() -> Result<Value> {
    let before = time::monotonic();
    time::sleep(Duration::from_millis(30));
    Ok(json!({
        "year": time::format(time::now(), "%Y")?,
        "epoch": time::format(0, "%Y-%m-%dT%H:%M:%SZ")?,
        "slept": (time::monotonic() - before).as_millis() >= 30,
    }))
}

#[fujsen]
fn secrets() -> Result<Value> {
    let code = crypto::hmac(crypto::Hash::Sha256, "Jefe", "what do ya want for nothing?");
    let mut lengths = vec![code.len()];
    let first = crypto::uuid_v7();
    time::sleep(Duration::from_millis(3));
    lengths.push(crypto::hmac(crypto::Hash::Sha384, "", "").len());
    lengths.push(crypto::hmac(crypto::Hash::Sha512, "", "").len());
    lengths.push(crypto::digest(crypto::Hash::Sha384, "").len());
    lengths.push(crypto::digest(crypto::Hash::Sha512, "").len());
    Ok(json!({
        "code": &code[..4],
        "hash": &crypto::digest(crypto::Hash::Sha256, "abc")[..4],
        "lengths": lengths,
        "equal": crypto::equal(&code, code.clone()) && !crypto::equal(&code, "other"),
        "v4": crypto::uuid_v4(),
        "v7": [first, crypto::uuid_v7()],
        "random": [Bytes(crypto::random(16)?), Bytes(crypto::random(16)?)],
        "none": crypto::random(0)?.len(),
        "refused": crypto::random(65_537).unwrap_err().code(),
    }))
}

#[fujsen]
fn logs() {
    log::warn("disk is nearly full", fields! { percent: 93, disk: "sda1" });
}

#[fujsen]
fn table(database: String, bytes: String) -> Result<Value> {
    let create = format!("CREATE TABLE IF NOT EXISTS rust (name TEXT PRIMARY KEY, score DOUBLE PRECISION, data {bytes})");
    sql::execute(&database, &create, &[])?;
    sql::execute(&database, "DELETE FROM rust", &[])?;
    let changes = sql::execute(&database, "INSERT INTO rust (name, score, data) VALUES (?, ?, ?)", params!["Zoë 😀?", 1.5, vec![1u8, 2, 3]])?;
    let row = sql::query_one(&database, "SELECT * FROM rust WHERE name = ? AND '?' <> ?", params!["Zoë 😀?", "x"])?.expect("it was inserted");
    Ok(json!({
        "affected": changes.affected,
        "by_name": row.get::<String>("name")?,
        "by_position": row.get::<f64>(1)?,
        "bytes": row.get::<Vec<u8>>("data")?.len(),
        "none": sql::query_one(&database, "SELECT 1 WHERE 1 = 0", &[])?.is_none(),
    }))
}

#[fujsen]
fn transfers(database: String) -> Result<Value> {
    sql::execute(&database, "CREATE TABLE IF NOT EXISTS rust_t (n INTEGER)", &[])?;
    sql::execute(&database, "DELETE FROM rust_t", &[])?;
    let failed: Result<()> = sql::transaction(&database, |transaction| {
        transaction.execute("INSERT INTO rust_t VALUES (1)", &[])?;
        Err(Error::conflict("no"))
    });
    sql::transaction(&database, |transaction| transaction.execute("INSERT INTO rust_t VALUES (2)", &[]))?;
    let rows = sql::query(&database, "SELECT n FROM rust_t", &[])?;
    Ok(json!({ "failed": failed.is_err(), "rows": rows }))
}

#[fujsen]
fn refused(database: String, statement: String) -> Result<Value> {
    Ok(json!({ "code": sql::query(&database, &statement, &[]).err().map(|error| error.code().to_owned()) }))
}

#[fujsen]
fn unknown() -> Result<Value> {
    let error = sql::query("mian", "SELECT 1", &[]).err().expect("there is no such database");
    Ok(json!({ "message": error.message() }))
}

#[fujsen]
fn asks(name: String) -> Result<Value> { fujsen::call("assemblyscript.answers", fields! { name: name }) }

#[fujsen]
fn answers(name: String) -> String { format!("rust answers {name}") }

#[fujsen]
fn recurses() -> Result<Value> { fujsen::call("rust.recurses", fields! {}) }
'''

[assemblyscript]
greeting: "own"

all_fujsen = '''assemblyscript
export function configured(): Json {
  return Json.object()
    .set("own", config.text("greeting"))
    .set("other", config.text("shared.greeting"))
    .set("ports", config.json("shared.ports").at(1).asInteger())
    .set("none", config.get("nowhere") == null)
    .set("default", config.integerOr("nowhere", 7));
}

export function clocks(): Json {
  const before = time.monotonic();
  time.sleep(30);
  return Json.object()
    .set("year", time.format(time.now(), "%Y"))
    .set("epoch", time.format(0, "%Y-%m-%dT%H:%M:%SZ"))
    .set("slept", time.monotonic() - before >= 30000000);
}

function begin(bytes: Uint8Array): i32[] { return [bytes[0], bytes[1], bytes[2], bytes[3]]; }

export function secrets(): Json {
  const none = new Uint8Array(0), code = crypto.hmacSha256(crypto.bytes("Jefe"), crypto.bytes("what do ya want for nothing?"));
  const lengths: i32[] = [
    code.length, crypto.hmacSha384(none, none).length, crypto.hmacSha512(none, none).length,
    crypto.sha384(none).length, crypto.sha512(none).length,
  ];
  const first = crypto.uuidV7();
  time.sleep(3);
  return Json.object()
    .set("code", begin(code))
    .set("hash", begin(crypto.sha256(crypto.bytes("abc"))))
    .set("lengths", lengths)
    .set("equal", crypto.equal(code, code.slice()) && !crypto.equal(code, crypto.bytes("other")))
    .set("v4", crypto.uuidV4())
    .set("v7", [first, crypto.uuidV7()])
    .set("random", [begin(crypto.random(16)), begin(crypto.random(16))])
    .set("none", crypto.random(0).length)
    .set("refused", crypto.tryRandom(65537).error!.code);
}

export function logs(): void {
  log.warn("disk is nearly full", Json.object().set("percent", 93).set("disk", "sda1"));
}

export function table(database: string, bytes: string): Json {
  sql.execute(database, "CREATE TABLE IF NOT EXISTS script (name TEXT PRIMARY KEY, score DOUBLE PRECISION, data " + bytes + ")");
  sql.execute(database, "DELETE FROM script");
  const data = new Uint8Array(3);
  const changes = sql.execute(database, "INSERT INTO script (name, score, data) VALUES (?, ?, ?)", [Value.of("Zoë 😀?"), Value.of(1.5), Value.of(data)]);
  const row = sql.queryOne(database, "SELECT * FROM script WHERE name = ? AND '?' <> ?", [Value.of("Zoë 😀?"), Value.of("x")])!;
  return Json.object()
    .set("affected", changes.affected)
    .set("by_name", row.text("name"))
    .set("by_position", row.at(1).asReal())
    .set("bytes", row.bytes("data").length)
    .set("none", sql.queryOne(database, "SELECT 1 WHERE 1 = 0") == null);
}

export function transfers(database: string): Json {
  sql.execute(database, "CREATE TABLE IF NOT EXISTS script_t (n INTEGER)");
  sql.execute(database, "DELETE FROM script_t");
  sql.begin(database);
  sql.execute(database, "INSERT INTO script_t VALUES (1)");
  sql.rollback(database);
  sql.begin(database);
  sql.execute(database, "INSERT INTO script_t VALUES (2)");
  sql.commit(database);
  return Json.object().set("failed", true).set("rows", sql.query(database, "SELECT n FROM script_t").toJson());
}

export function refused(database: string, statement: string): Json {
  const result = sql.tryQuery(database, statement);
  return Json.object().set("code", result.ok ? "none" : result.error!.code);
}

export function unknown(): Json {
  return Json.object().set("message", sql.tryQuery("mian", "SELECT 1").error!.message);
}

export function asks(name: string): Json { return fujsen.call("typescript.answers", Json.object().set("name", name)); }

export function answers(name: string): string { return "assemblyscript answers " + name; }

export function recurses(): Json { return fujsen.call("assemblyscript.recurses", Json.object()); }
'''

[typescript]
greeting: "own"

all_fujsen = '''typescript
/** What the work throws. */
function failure(work: () => unknown): HttpError | undefined {
  try { work(); } catch (error) { return error as HttpError; }
}

export function configured() {
  return {
    own: config.get("greeting"),
    other: config.text("shared.greeting"),
    ports: config.read<number[]>("shared.ports")[1],
    none: config.get("nowhere") === undefined,
    default: config.integer("nowhere", 7),
  };
}

export async function clocks() {
  const before = time.monotonic();
  await new Promise((done) => setTimeout(done, 30));
  return {
    year: time.format(new Date(), "%Y"),
    epoch: time.format(0, "%Y-%m-%dT%H:%M:%SZ"),
    slept: time.monotonic() - before >= 30,
  };
}

const begin = (bytes: Uint8Array): number[] => [...bytes.slice(0, 4)];

export function secrets() {
  const code = crypto.hmacSha256("Jefe", "what do ya want for nothing?");
  const hashes = [code, crypto.hmacSha384("", ""), crypto.hmacSha512("", ""), crypto.sha384(""), crypto.sha512("")];
  const first = crypto.uuidV7();
  time.sleep(3);
  return {
    code: begin(code),
    hash: begin(crypto.sha256("abc")),
    lengths: hashes.map((hash) => hash.length),
    equal: crypto.equal(code, code.slice()) && !crypto.equal(code, "other"),
    v4: crypto.randomUUID(),
    v7: [first, crypto.uuidV7()],
    random: [crypto.random(16), crypto.getRandomValues(new Uint8Array(16))],
    none: crypto.random(0).length,
    refused: failure(() => crypto.random(65_537))?.code,
  };
}

export function logs(): void {
  log.warn("disk is nearly full", { percent: 93, disk: "sda1" });
}

export function table(database: string, bytes: string) {
  sql.execute(database, `CREATE TABLE IF NOT EXISTS typescript (name TEXT PRIMARY KEY, score DOUBLE PRECISION, data ${bytes})`);
  sql.execute(database, "DELETE FROM typescript");
  const data = new Uint8Array([1, 2, 3]);
  const { affected } = sql.execute(database, "INSERT INTO typescript (name, score, data) VALUES (?, ?, ?)", ["Zoë 😀?", 1.5, data]);
  const row = sql.queryOne(database, "SELECT * FROM typescript WHERE name = ? AND '?' <> ?", ["Zoë 😀?", "x"])!;
  const none = sql.queryOne(database, "SELECT 1 WHERE 1 = 0") === null;
  return { affected, by_name: row.name, by_position: Object.values(row)[1], bytes: row.data.length, none };
}

export async function transfers(database: string) {
  sql.execute(database, "CREATE TABLE IF NOT EXISTS typescript_t (n INTEGER)");
  sql.execute(database, "DELETE FROM typescript_t");
  const failed = failure(() => sql.transaction(database, (transaction) => {
    transaction.execute("INSERT INTO typescript_t VALUES (1)");
    throw conflict("no");
  }));
  await sql.transaction(database, async (transaction) => transaction.execute("INSERT INTO typescript_t VALUES (2)"));
  return { failed: failed?.status === 409, rows: sql.query(database, "SELECT n FROM typescript_t") };
}

export function refused(database: string, statement: string) {
  return { code: failure(() => sql.query(database, statement))?.code };
}

export function unknown() {
  return { message: failure(() => sql.query("mian", "SELECT 1"))?.message };
}

export function asks(name: string): string { return fujsen.call("rust.answers", { name }); }

export function answers(name: string): string { return `typescript answers ${name}`; }

export function recurses(): unknown { return fujsen.call("typescript.recurses"); }
'''

[routes]
"GET /rust/configured": rust.configured
"GET /rust/clocks": rust.clocks
"GET /rust/secrets": rust.secrets
"GET /rust/logs": rust.logs
"GET /rust/table/{database}": rust.table
"GET /rust/transfers/{database}": rust.transfers
"GET /rust/refused/{database}": rust.refused
"GET /rust/unknown": rust.unknown
"GET /rust/asks": rust.asks
"GET /rust/recurses": rust.recurses
"GET /assemblyscript/configured": assemblyscript.configured
"GET /assemblyscript/clocks": assemblyscript.clocks
"GET /assemblyscript/secrets": assemblyscript.secrets
"GET /assemblyscript/logs": assemblyscript.logs
"GET /assemblyscript/table/{database}": assemblyscript.table
"GET /assemblyscript/transfers/{database}": assemblyscript.transfers
"GET /assemblyscript/refused/{database}": assemblyscript.refused
"GET /assemblyscript/unknown": assemblyscript.unknown
"GET /assemblyscript/asks": assemblyscript.asks
"GET /assemblyscript/recurses": assemblyscript.recurses
"GET /typescript/configured": typescript.configured
"GET /typescript/clocks": typescript.clocks
"GET /typescript/secrets": typescript.secrets
"GET /typescript/logs": typescript.logs
"GET /typescript/table/{database}": typescript.table
"GET /typescript/transfers/{database}": typescript.transfers
"GET /typescript/refused/{database}": typescript.refused
"GET /typescript/unknown": typescript.unknown
"GET /typescript/asks": typescript.asks
"GET /typescript/recurses": typescript.recurses
"#;

#[tokio::test]
async fn random_bytes_identifiers_and_hashes() {
    let service = Service::start(LOCAL).await;
    for language in LANGUAGES {
        let given = service.get(&format!("/{language}/secrets")).await.json();
        // RFC 4231, test case 2; FIPS 180-4, "abc".
        assert_eq!(given["code"], json!([0x5b, 0xdc, 0xc1, 0x46]), "{language}");
        assert_eq!(given["hash"], json!([0xba, 0x78, 0x16, 0xbf]), "{language}");
        assert_eq!(given["lengths"], json!([32, 48, 64, 48, 64]), "{language}");
        assert_eq!(given["equal"], true, "{language}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (v4, v7) = (text(&given["v4"]), [text(&given["v7"][0]), text(&given["v7"][1])]);
        assert_eq!((v4.len(), v4.as_bytes()[14]), (36, b'4'), "{language}: {v4}");
        assert!(
            v7[0] < v7[1] && v7.iter().all(|id| id.as_bytes()[14] == b'7'),
            "{language}: {v7:?}"
        );
        assert_ne!(given["random"][0], given["random"][1], "{language}");
        assert_eq!(
            (&given["none"], &given["refused"]),
            (&json!(0), &json!("too-large")),
            "{language}"
        );
    }
}

#[tokio::test]
async fn config_time_and_log() {
    let service = Service::start(LOCAL).await;
    for language in LANGUAGES {
        let configured = service.get(&format!("/{language}/configured")).await.json();
        let expected = json!({ "own": "own", "other": "from shared", "ports": 8002, "none": true, "default": 7 });
        assert_eq!(configured, expected, "{language}");

        let clocks = service.get(&format!("/{language}/clocks")).await.json();
        assert_eq!(
            (&clocks["epoch"], &clocks["slept"]),
            (&json!("1970-01-01T00:00:00Z"), &json!(true)),
            "{language}"
        );
        assert!(clocks["year"].as_str().unwrap() >= "2025", "{clocks}");

        let request = service
            .client
            .get(format!("{}/{language}/logs", service.url))
            .header("x-request-id", language);
        service.send(request).await;
        let fujsen = format!("{language}.logs");
        service.logged(&fujsen).await;
        let log = service.log();
        let line = log
            .lines()
            .find(|line| line.contains("disk is nearly full") && line.contains(&fujsen))
            .unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["level"], "WARN");
        for (field, value) in [
            ("service", "imports"),
            ("section", language),
            ("fujsen", &fujsen),
            ("request_id", language),
        ] {
            assert_eq!(line[field], value, "{line}");
        }
        assert!(
            line.to_string().contains("93") && line.to_string().contains("sda1"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn sql_in_memory_in_a_file_and_on_a_server() {
    let postgres = Postgres::start();
    let service = Service::start_in(Folder::new(LOCAL), &[("POSTGRES_URL", &postgres.url())]).await;
    for language in LANGUAGES {
        for (database, bytes) in [("main", "BLOB"), ("file", "BLOB"), ("server", "BYTEA")] {
            let answer = service
                .get(&format!("/{language}/table/{database}?bytes={bytes}"))
                .await;
            let expected = json!({ "affected": 1, "by_name": "Zoë 😀?", "by_position": 1.5, "bytes": 3, "none": true });
            assert_eq!(answer.json(), expected, "{language} {database}");
            let answer = service.get(&format!("/{language}/transfers/{database}")).await;
            assert_eq!(
                answer.json(),
                json!({ "failed": true, "rows": [{ "n": 2 }] }),
                "{language} {database}"
            );
        }
        assert!(
            service.get(&format!("/{language}/unknown")).await.json()["message"]
                .as_str()
                .unwrap()
                .contains("main")
        );
    }
    assert!(
        service.folder.file("data.db").exists(),
        "a relative path is relative to the TSK file"
    );
    let shown = format!("server (postgres://127.0.0.1:{}/app)", postgres.port);
    assert!(service.banner.contains(&shown), "{}", service.banner);
    assert!(!service.banner.contains("geheim") && !service.log().contains("geheim"));
}

#[tokio::test]
async fn sql_is_guarded() {
    let postgres = Postgres::start();
    let service = Service::start_in(Folder::new(LOCAL), &[("POSTGRES_URL", &postgres.url())]).await;
    let both = [
        ("BEGIN", "denied"),
        ("SELECT 1; SELECT 2", "syntax"),
        ("SELEKT 1", "syntax"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
            "too-large",
        ),
    ];
    let sqlite = [
        ("ATTACH 'x.db' AS x", "denied"),
        ("PRAGMA journal_mode = DELETE", "denied"),
        ("SELECT load_extension('x')", "denied"),
    ];
    let server = [
        ("COPY t TO PROGRAM 'sh'", "denied"),
        ("SET ROLE postgres", "denied"),
        ("SELECT pg_read_file('/etc/passwd')", "denied"),
    ];
    for language in LANGUAGES {
        for (database, own) in [("main", sqlite), ("server", server)] {
            for (statement, code) in both.into_iter().chain(own) {
                let path = format!("/{language}/refused/{database}");
                let answer = service.ask(&path, &[("statement", statement)]).await;
                assert_eq!(
                    answer.json(),
                    json!({ "code": code }),
                    "{language} {database}: {statement}"
                );
            }
        }
    }
}

#[tokio::test]
async fn fujsens_call_each_other() {
    let service = Service::start(LOCAL).await;
    for (language, asked) in LANGUAGES.into_iter().zip(LANGUAGES.into_iter().cycle().skip(1)) {
        assert_eq!(
            service.get(&format!("/{language}/asks?name=Ada")).await.json(),
            format!("{asked} answers Ada")
        );
        assert_eq!(service.get(&format!("/{language}/recurses")).await.status, 500);
        service.logged(&format!("`{language}.recurses` at depth")).await;
    }
}

fn http(upstream: &str) -> String {
    format!(
        r#"
[service]
name: "caller"
upstream: "{upstream}"

[rust]
all_fujsen = '''rust
#[fujsen]
fn fetch(path: String) -> Result<Value> {{
    let base: String = config::get("service.upstream")?;
    let response = http::post(format!("{{base}}{{path}}")).header("x-own", "1").json(&json!({{ "a": 1 }})).send()?;
    Ok(json!({{ "status": response.status(), "kind": response.header("content-type"), "body": response.json::<Value>()? }}))
}}

#[fujsen]
fn anywhere(url: String) -> Result<Value> {{
    Ok(json!({{ "error": http::get(url).send().err().map(|error| error.to_string()) }}))
}}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function fetch(path: string): Json {{
  const request = http.request("POST", config.text("service.upstream") + path).header("x-own", "1");
  const response = request.json(Json.object().set("a", 1)).send();
  const kind = response.header("content-type");
  return Json.object().set("status", response.status).set("kind", kind ? kind! : "").set("body", response.json());
}}

export function anywhere(url: string): Json {{
  const result = http.tryGet(url);
  return Json.object().set("error", result.ok ? "none" : result.error!.message);
}}
'''

[typescript]
all_fujsen = '''typescript
export async function sends(path: string) {{
  const url = config.text("service.upstream") + path;
  const response = await fetch(url, {{ method: "POST", headers: {{ "x-own": "1" }}, body: JSON.stringify({{ a: 1 }}) }});
  return {{ status: response.status, kind: response.headers.get("content-type"), body: await response.json() }};
}}

export function anywhere(url: string) {{
  try {{ return {{ status: http.get(url).status }}; }}
  catch (error) {{ return {{ error: (error as HttpError).message }}; }}
}}
'''

[routes]
"GET /rust/fetch": rust.fetch
"GET /rust/anywhere": rust.anywhere
"GET /assemblyscript/fetch": assemblyscript.fetch
"GET /assemblyscript/anywhere": assemblyscript.anywhere
"GET /typescript/fetch": typescript.sends
"GET /typescript/anywhere": typescript.anywhere
"#
    )
}

#[tokio::test]
async fn http_reaches_what_the_file_names() {
    let upstream = Upstream::json("{\"hello\": \"é😀\"}").await;
    let service = Service::start(&http(&upstream.url())).await;
    for language in LANGUAGES {
        let request = service.client.get(format!("{}/{language}/fetch?path=/x", service.url));
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let request = request
            .header("x-request-id", format!("id-{language}"))
            .header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
        let answer = service.send(request).await;
        let expected = json!({ "status": 200, "kind": "application/json", "body": { "hello": "é😀" } });
        assert_eq!(answer.json(), expected, "{language}");
        let seen = upstream.requests().pop().unwrap();
        assert!(seen.starts_with("POST /x HTTP/1.1\r\n"), "{seen}");
        for expected in [
            "x-own: 1",
            &format!("x-request-id: id-{language}"),
            &format!("traceparent: 00-{trace}-"),
            "{\"a\":1}",
        ] {
            assert!(seen.contains(expected), "`{expected}` is not in:\n{seen}");
        }
        assert!(!seen.contains("b7ad6b7169203331"), "the span is a new one: {seen}");
    }
}

#[tokio::test]
async fn http_reaches_nothing_else() {
    let upstream = Upstream::json("{}").await;
    let other = Upstream::json("{}").await;
    let service = Service::start(&http(&upstream.url())).await;
    for language in LANGUAGES {
        for url in [
            other.url(),
            format!("http://localhost:{}", upstream.address.port()),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            format!("http://[::ffff:127.0.0.1]:{}", upstream.address.port()),
            "https://example.com/".to_owned(),
        ] {
            let answer = service
                .ask(&format!("/{language}/anywhere"), &[("url", &url)])
                .await
                .json();
            let error = answer["error"]
                .as_str()
                .unwrap_or_else(|| panic!("{language} {url}: {answer}"));
            assert!(
                error.contains("[grants]") || error.contains("never"),
                "{language} {url}: {error}"
            );
        }
    }
    assert!(other.requests().is_empty());
}

fn redis(url: &str) -> String {
    format!(
        r#"
[redis]
main: "{url}"

[rust]
all_fujsen = '''rust
#[fujsen]
fn uses() -> Result<Value> {{
    let redis = redis::server("main");
    redis.del(&["rust:s", "rust:n", "rust:h", "rust:l", "rust:m"])?;
    redis.set("rust:s", "é😀")?;
    redis.set_ex("rust:e", "soon", Duration::from_secs(100))?;
    redis.incr("rust:n")?;
    redis.hset("rust:h", "field", "value")?;
    redis.rpush("rust:l", "one")?;
    redis.rpush("rust:l", "two")?;
    redis.sadd("rust:m", "member")?;
    Ok(json!({{
        "text": redis.get::<String>("rust:s")?,
        "none": redis.get::<String>("rust:none")?.is_none(),
        "counter": redis.incr_by("rust:n", 9)?,
        "ttl": redis.ttl("rust:e")?.is_some(),
        "hash": redis.hgetall("rust:h")?,
        "list": redis.lrange::<String>("rust:l", 0, -1)?,
        "popped": redis.blpop::<String>(&["rust:l"], Duration::from_secs(1))?.map(|(_, value)| value),
        "waited": redis.blpop::<String>(&["rust:none"], Duration::from_millis(100))?.is_none(),
        "set": redis.sismember("rust:m", "member")?,
        "published": redis.publish("channel", "hello")?,
        "denied": redis.command("FLUSHALL", &[]).err().map(|error| error.code().to_owned()),
    }}))
}}

#[fujsen]
fn ping() -> Result<Option<String>> {{ redis::server("main").get("rust:s") }}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function uses(): Json {{
  const server = "main";
  redis.del(server, "as:n");
  redis.set(server, "as:s", "é😀");
  redis.setEx(server, "as:e", "soon", 100);
  redis.incr(server, "as:n");
  redis.hset(server, "as:h", "field", "value");
  redis.rpush(server, "as:l", "one");
  redis.rpush(server, "as:l", "two");
  redis.sadd(server, "as:m", "member");
  const hash = redis.hgetall(server, "as:h");
  const pair = Json.array().push(hash[0].name).push(hash[0].value);
  const pairs = Json.array().push(pair);
  const list = Json.array(), items = redis.lrange(server, "as:l", 0, -1);
  for (let i = 0; i < items.length; i++) list.push(items[i]);
  const popped = redis.blpop(server, ["as:l"], 1.0);
  const denied = redis.tryCommand(server, "FLUSHALL", []);
  return Json.object()
    .set("text", redis.get(server, "as:s")!)
    .set("none", redis.get(server, "as:none") == null)
    .set("counter", redis.incrBy(server, "as:n", 9))
    .set("ttl", redis.ttl(server, "as:e") > 0)
    .set("hash", pairs)
    .set("list", list)
    .set("popped", popped!.value)
    .set("waited", redis.blpop(server, ["as:none"], 0.1) == null)
    .set("set", redis.sismember(server, "as:m", "member"))
    .set("published", redis.publish(server, "channel", "hello"))
    .set("denied", denied.ok ? "none" : denied.error!.code);
}}

export function ping(): string | null {{ return redis.get("main", "as:s"); }}
'''

[typescript]
all_fujsen = '''typescript
export function uses() {{
  const server = redis.server("main");
  server.del("ts:s", "ts:n", "ts:h", "ts:l", "ts:m");
  server.set("ts:s", "é😀");
  server.setEx("ts:e", "soon", 100);
  server.incr("ts:n");
  server.hset("ts:h", "field", "value");
  server.rpush("ts:l", "one", "two");
  server.sadd("ts:m", "member");
  let denied = "none";
  try {{ server.command("FLUSHALL"); }} catch (error) {{ denied = (error as HttpError).code; }}
  return {{
    text: server.get("ts:s"),
    none: server.get("ts:none") === null,
    counter: server.incrBy("ts:n", 9),
    ttl: server.ttl("ts:e") > 0,
    hash: Object.entries(server.hgetall("ts:h")),
    list: server.lrange("ts:l", 0, -1),
    popped: server.blpop("ts:l", 1)?.value,
    waited: server.blpop(["ts:none"], 0.1) === null,
    set: server.sismember("ts:m", "member"),
    published: server.publish("channel", "hello"),
    denied,
  }};
}}

export function ping(): string | null {{ return redis.get("main", "ts:s"); }}
'''

[routes]
"GET /rust/uses": rust.uses
"GET /rust/ping": rust.ping
"GET /assemblyscript/uses": assemblyscript.uses
"GET /assemblyscript/ping": assemblyscript.ping
"GET /typescript/uses": typescript.uses
"GET /typescript/ping": typescript.ping
"#
    )
}

#[tokio::test]
async fn redis_commands_on_a_real_server() {
    let redis_server = Redis::start();
    let service = Service::start(&redis(&redis_server.url())).await;
    for language in LANGUAGES {
        let answer = service.get(&format!("/{language}/uses")).await;
        let expected = json!({
            "text": "é😀", "none": true, "counter": 10, "ttl": true, "hash": [["field", "value"]],
            "list": ["one", "two"], "popped": "one", "waited": true, "set": true, "published": 0, "denied": "denied",
        });
        assert_eq!(answer.json(), expected, "{language}");
    }
}

#[tokio::test]
async fn redis_may_be_down_and_come_back() {
    let mut server = Redis::start();
    server.kill();
    let service = Service::start(&redis(&server.url())).await;
    let pings = LANGUAGES.map(|language| format!("/{language}/ping"));
    for _ in 0..2 {
        for path in &pings {
            assert_eq!(
                service.get(path).await.status,
                503,
                "HTTP serves while Redis is down: {path}"
            );
        }
        server.restart();
        for path in &pings {
            crate::harness::eventually("Redis again", || async {
                (service.get(path).await.status < 300).then_some(())
            })
            .await;
        }
        server.kill();
    }
}

#[tokio::test]
async fn a_memory_database_outlives_a_swap() {
    let text = r#"
[databases]
main: "sqlite::memory:"

[a]
word: "one"
f_fujsen = '''rust
#[fujsen]
fn f() -> Result<i64> {
    sql::execute("main", "CREATE TABLE IF NOT EXISTS n (i INTEGER)", &[])?;
    sql::execute("main", "INSERT INTO n VALUES (1)", &[])?;
    sql::query_one("main", "SELECT count(*) FROM n", &[])?.expect("count gives a row").get(0)
}
'''

[routes]
"GET /f": a.f
"#;
    let service = Service::start_in(Folder::new(text), &[]).await;
    assert_eq!(service.get("/f").await.text, "1");
    service
        .folder
        .write("service.tsk", &text.replace("word: \"one\"", "word: \"two\""));
    service.logged("swapped in").await;
    assert_eq!(service.get("/f").await.text, "2");
}
