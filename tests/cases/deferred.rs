//! Values with `@query(…)`, `@http(…)`, `@redis(…)` and `@cache(…)`: read by guests in all languages, and by `get --eval`.

use serde_json::{Value, json};

use crate::harness::{Folder, Output, Redis, Service, Upstream, tusk};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

fn service(redis: &str, upstream: &str) -> String {
    format!(
        r#"
[service]
name: "deferred"

[limits]
deadline: "3s"

[redis]
main: "{redis}"

[databases]
main: {{
    url: "sqlite:users.db"
    setup: "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT)"
}}

[values]
count: @query("SELECT COUNT(*) FROM users")
names: @query("SELECT id, name FROM users ORDER BY id")
cached: @cache("5m", @query("SELECT COUNT(*) FROM users"))
visits: @redis("INCR", "visits")
news: @http("{upstream}/news")
all: {{ title: "all", count: @query("SELECT COUNT(*) FROM users"), plain: [1, 2] }}
typo: @query("SELEC 1")
refused: @http("GET", "http://169.254.169.254/latest")
endless: @query("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")

[rust]
own: @query("SELECT 'rust'")

all_fujsen = '''rust
#[fujsen]
fn add(name: String) -> Result<()> {{ sql::execute("main", "INSERT INTO users (name) VALUES (?)", params![name]).map(drop) }}

#[fujsen]
fn values() -> Result<Value> {{
    Ok(json!({{
        "own": config::get::<String>("own")?,
        "count": config::get::<i64>("values.count")?,
        "names": config::get::<Value>("values.names")?,
        "cached": config::get_or::<i64>("values.cached", -1)?,
        "visited": config::get::<i64>("values.visits")? > 0,
        "news": config::get::<Value>("values.news")?,
        "all": config::read::<Value>("values.all")?,
        "title": config::get::<String>("values.all.title")?,
        "none": config::find::<String>("values.nothing")?.is_none(),
    }}))
}}

#[fujsen]
fn fails(key: String) -> Result<Value> {{ config::get(&format!("values.{{key}}")) }}

#[fujsen]
fn handles(key: String) -> Result<Value> {{
    let error = config::get::<Value>(&format!("values.{{key}}")).err().expect("it fails");
    Ok(json!({{ "code": error.code(), "message": error.message() }}))
}}
'''

[assemblyscript]
own: @query("SELECT 'assemblyscript'")

all_fujsen = '''assemblyscript
export function add(name: string): void {{ sql.execute("main", "INSERT INTO users (name) VALUES (?)", [Value.of(name)]); }}

export function values(): Json {{
  return Json.object()
    .set("own", config.text("own"))
    .set("count", config.integer("values.count"))
    .set("names", config.json("values.names"))
    .set("cached", config.integerOr("values.cached", -1))
    .set("visited", config.integer("values.visits") > 0)
    .set("news", config.json("values.news"))
    .set("all", config.json("values.all"))
    .set("title", config.text("values.all.title"))
    .set("none", config.get("values.nothing") == null);
}}

export function fails(key: string): Json {{ return config.json("values." + key); }}

export function handles(key: string): Json {{
  const error = config.tryGet("values." + key).error!;
  return Json.object().set("code", error.code).set("message", error.message);
}}
'''

[typescript]
own: @query("SELECT 'typescript'")

all_fujsen = '''typescript
export function add(name: string): void {{ sql.execute("main", "INSERT INTO users (name) VALUES (?)", [name]); }}

export function values() {{
  return {{
    own: config.text("own"), count: config.integer("values.count"), names: config.get("values.names"),
    cached: config.get("values.cached", -1), visited: config.number("values.visits") > 0, news: config.get("values.news"),
    all: config.read("values.all"), title: config.text("values.all.title"), none: config.get("values.nothing") === undefined,
  }};
}}

export function fails(key: string): unknown {{ return config.read(`values.${{key}}`); }}

export function handles(key: string) {{
  try {{
    return config.get(`values.${{key}}`);
  }} catch (error) {{
    const {{ code, message }} = error as HttpError;
    return {{ code, message }};
  }}
}}
'''

[routes]
"POST /rust/add": rust.add
"GET /rust/values": rust.values
"GET /rust/fails/{{key}}": rust.fails
"GET /rust/handles/{{key}}": rust.handles
"POST /assemblyscript/add": assemblyscript.add
"GET /assemblyscript/values": assemblyscript.values
"GET /assemblyscript/fails/{{key}}": assemblyscript.fails
"GET /assemblyscript/handles/{{key}}": assemblyscript.handles
"POST /typescript/add": typescript.add
"GET /typescript/values": typescript.values
"GET /typescript/fails/{{key}}": typescript.fails
"GET /typescript/handles/{{key}}": typescript.handles
"#
    )
}

#[tokio::test]
async fn guests_read_what_the_world_says() {
    let (redis, upstream) = (Redis::start(), Upstream::json("{\"head\": [\"line\"]}").await);
    let text = service(&redis.url(), &upstream.url());
    let service = Service::start(&text).await;
    let mut names = Vec::new();
    for (language, count) in LANGUAGES.into_iter().zip(1..) {
        let added = service
            .post(&format!("/{language}/add"), json!({ "name": language }))
            .await;
        assert_eq!(added.status, 204, "{added:?}");
        names.push(json!({ "id": count, "name": language }));
        let answer = service.get(&format!("/{language}/values")).await;
        assert_eq!(answer.status, 200, "{answer:?}\n{}", service.log());
        let expected = json!({
            "own": language, "count": count, "names": names, "cached": 1, "visited": true,
            "news": { "head": ["line"] }, "all": { "title": "all", "count": count, "plain": [1, 2] },
            "title": "all", "none": true,
        });
        assert_eq!(answer.json(), expected, "{language}");
    }
    let request = upstream.requests().pop().unwrap();
    assert!(request.starts_with("GET /news HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("x-request-id: "), "{request}");

    // A save that leaves the text of a cached value alone leaves its result.
    service
        .folder
        .write("service.tsk", &text.replace("title: \"all\"", "title: \"changed\""));
    service.logged("swapped in").await;
    let values = service.get("/rust/values").await.json();
    assert_eq!((&values["title"], &values["cached"]), (&json!("changed"), &json!(1)));
}

#[tokio::test]
async fn guests_are_told_what_failed_and_where() {
    let (redis, upstream) = (
        Redis::start(),
        Upstream::start("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n").await,
    );
    let text = service(&redis.url(), &upstream.url());
    let service = Service::start(&text).await;
    let list = get(
        &Folder::new(&format!(
            "a: @redis(\"LPUSH\", \"visits\", 1)\n[redis]\nmain: \"{}\"",
            redis.url()
        )),
        &["--eval"],
    );
    assert_eq!(value(&list)["a"], 1);
    for language in LANGUAGES {
        for (key, code, says) in [
            ("typo", "syntax", "near \"SELEC\""),
            ("refused", "denied", "never reached"),
            ("visits", "wrong-type", "WRONGTYPE"),
            ("news", "status", "answered with status 404"),
        ] {
            let answer = service.get(&format!("/{language}/handles/{key}")).await.json();
            let line = 1 + text
                .lines()
                .position(|line| line.starts_with(&format!("{key}: ")))
                .unwrap();
            let message = answer["message"].as_str().unwrap();
            assert_eq!(answer["code"], code, "{language} {key}: {message}");
            assert!(
                message.starts_with(&format!("service.tsk:{line}:{}: `@", key.len() + 3)),
                "{message}"
            );
            assert!(message.contains(says), "{message}");
        }
        let answer = service.get(&format!("/{language}/fails/typo")).await;
        assert_eq!(answer.status, 500, "{answer:?}");
        assert!(!answer.text.contains("SELEC"), "{answer:?}");
        let logged = format!("{language}.fails");
        service.logged(&logged).await;
        let log = service.log();
        let line = log.lines().find(|line| line.contains(&logged)).unwrap();
        assert!(line.contains("service.tsk:") && line.contains("SELEC"), "{line}");
        assert_eq!(service.get(&format!("/{language}/fails/endless")).await.status, 504);
        assert_eq!(service.get(&format!("/{language}/fails/news")).await.status, 502);
    }
}

fn get(folder: &Folder, arguments: &[&str]) -> Output {
    tusk(folder.path(), &[&["get", "service.tsk"], arguments].concat())
}

fn value(output: &Output) -> Value {
    assert_eq!(output.code, Some(0), "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn get_evaluates_when_asked_to() {
    let (redis, upstream) = (Redis::start(), Upstream::json("7").await);
    let folder = Folder::new(&format!(
        r#"
token: @env.secure("NO_SUCH_SECRET", "geheim")
[redis]
main: "{redis}"
[databases]
main: {{ url: "sqlite:x.db", setup: "CREATE TABLE IF NOT EXISTS t (n)" }}
[page]
rows: @query("SELECT COUNT(*) FROM t")
cached: @cache("5m", @query("SELECT ? || 's'", "row"))
set: @redis("SET", "greeting", "hello")
said: @redis("GET", "greeting")
list: @redis("MGET", "greeting", "nothing")
news: @http("POST", "{upstream}/x", {{ headers: {{ authorization: token }}, body: {{ n: @query("SELECT 5") }}, timeout: "5s" }})
token: token
code_fujsen = '''rust
fn this is never compiled
'''
"#,
        redis = redis.url(),
        upstream = upstream.url(),
    ));
    let plain = value(&get(&folder, &["page"]));
    assert_eq!(plain["rows"], "@query(\"SELECT COUNT(*) FROM t\")");
    assert!(!folder.file("x.db").exists(), "without --eval nothing is opened");

    let page = value(&get(&folder, &["page", "--eval"]));
    let expected = json!({
        "rows": 0, "cached": "rows", "set": "OK", "said": "hello", "list": ["hello", null], "news": 7, "token": "***",
        "code_fujsen": "fn this is never compiled\n",
    });
    assert_eq!(page, expected);
    assert_eq!(value(&get(&folder, &["page.rows", "--eval"])), 0);
    assert_eq!(value(&get(&folder, &["--eval"]))["page"], expected);
    let request = upstream.requests().pop().unwrap();
    for part in [
        "POST /x HTTP/1.1\r\n",
        "authorization: geheim\r\n",
        "application/json",
        "{\"n\":5}",
    ] {
        assert!(request.contains(part), "`{part}` is not in:\n{request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn get_shows_the_line_that_failed() {
    let folder = |value: &str, rest: &str| Folder::new(&format!("[a]\nb: {value}\n{rest}"));
    let databases = "[databases]\nmain: \"sqlite::memory:\"\n[limits]\ndeadline: \"200ms\"\n";
    for (value, rest, expected) in [
        (
            "@query(\"SELEC 1\")",
            databases,
            &["service.tsk:2:4", "^^^", "`@query` fails", "near \"SELEC\""][..],
        ),
        (
            "@query(\"mian\", \"SELECT 1\")",
            databases,
            &["service.tsk:2:4", "did you mean `main`?"],
        ),
        (
            "@query(\"SELECT 1\")",
            "",
            &["service.tsk:2:4", "names no database", "[databases]"],
        ),
        (
            "@query(\"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n\")",
            databases,
            &["service.tsk:2:4", "the call's time is over"],
        ),
        (
            "@http(\"http://169.254.169.254/\")",
            "",
            &["service.tsk:2:4", "`@http` fails", "never reached"],
        ),
        (
            "@http(\"http://[::ffff:169.254.169.254]/\")",
            "",
            &["service.tsk:2:4", "never reached"],
        ),
        (
            "@redis(\"KEYS\", \"*\")",
            "[redis]\nmain: \"redis://127.0.0.1:1\"",
            &["service.tsk:2:4", "KEYS", "SCAN"],
        ),
        (
            "@redis(\"GET\", \"k\")",
            "[redis]\nmain: \"redis://127.0.0.1:1\"",
            &["`@redis` fails", "cannot be reached"],
        ),
        (
            "@metrics(\"tusk_requests\", 1)",
            "",
            &["service.tsk:2:4", "`@metrics` fails", "app_tusk_requests"],
        ),
        (
            "@cache(\"soon\", 1)",
            "",
            &["service.tsk:2:11", "a duration", "@cache(\"5m\""],
        ),
    ] {
        let output = get(&folder(value, rest), &["a.b", "--eval"]);
        assert_eq!(
            (output.code, output.stdout.as_str()),
            (Some(1), ""),
            "{value}: {output:?}"
        );
        for expected in expected {
            assert!(
                output.stderr.contains(expected),
                "`{expected}` is not in:\n{}",
                output.stderr
            );
        }
    }
}

/// The origins of a file's own values are granted; one that a redirect leads to is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_origin_shows_the_line_that_allows_it() {
    let upstream =
        Upstream::start("HTTP/1.1 302 Found\r\nlocation: http://other.example/\r\ncontent-length: 0\r\n\r\n").await;
    let folder = Folder::new(&format!("a: @http(\"{}/\")", upstream.url()));
    let output = get(&folder, &["a", "--eval"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    for expected in [
        "service.tsk:1:4",
        "does not grant http://other.example",
        "help: ",
        "http: [\"http://other.example\"]",
    ] {
        assert!(
            output.stderr.contains(expected),
            "`{expected}` is not in:\n{}",
            output.stderr
        );
    }
}
