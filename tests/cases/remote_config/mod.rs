//! Values from a configuration service that does all that one can do wrong, in services of all languages.

mod faults;
mod kept;
mod store;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use serde_json::{Value, json};

use self::store::{Says, Store, ok};
use crate::harness::{Folder, Service, Upstream, eventually, tusk};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

fn service(url: &str) -> String {
    format!(
        r#"
[service]
name: "shop"
host: "127.0.0.1"

[admin]
port: 0

[remote_config]
url: "{url}/config/shop?key=geheim"
every: "1s"
timeout: "1s"
at: "config"
headers: {{ authorization: @env.secure("NO_SUCH_TOKEN", "Bearer geheim") }}

[remote_config.schema]
"pair.left": {{ type: "integer", required: true, min: 0, max: 1000 }}
"pair.right": {{ type: "integer", required: true, min: 0 }}
"pair.words": {{ type: "array", items: {{ type: "string" }} }}
"rust.level": {{ type: "string", enum: ["debug", "info"] }}
"assemblyscript.level": {{ type: "string", enum: ["debug", "info"] }}
"typescript.level": {{ type: "string", enum: ["debug", "info"] }}
"links.other": {{ type: "string" }}

[pair]
left: 0
right: 0
name: "local"

[links]
other: "none"

[rust]
level: "info"

all_fujsen = '''rust
#[fujsen]
fn read() -> Result<Value> {{
    Ok(json!({{
        "left": config::get::<i64>("pair.left")?,
        "pair": config::get::<Value>("pair")?,
        "level": config::get::<String>("level")?,
        "other": config::get::<String>("links.other")?,
    }}))
}}

/// Two values with a pause in between, in two fujsens of two languages.
#[fujsen]
fn twice() -> Result<Value> {{
    let left: i64 = config::get("pair.left")?;
    time::sleep(Duration::from_millis(5));
    let right: i64 = fujsen::call("assemblyscript.right", &[])?;
    Ok(json!([left, right, config::get::<Value>("pair")?["right"]]))
}}

#[fujsen]
fn right() -> Result<i64> {{ config::get("pair.right") }}

#[fujsen]
fn reach() -> Result<Value> {{
    let error = http::get(config::get::<String>("links.other")?).send().err();
    Ok(json!({{ "error": error.map(|error| error.code().to_owned()) }}))
}}

#[fujsen]
fn check(config: Value, schema: Value) -> Result<Vec<String>> {{ config::validate_config(&config, &schema) }}

#[fujsen]
fn on_alert(data: Value) {{ log::info("an alert came", fields! {{ data: data.to_string() }}); }}
'''

[assemblyscript]
level: "info"

all_fujsen = '''assemblyscript
export function read(): Json {{
  return Json.object()
    .set("left", config.integer("pair.left"))
    .set("pair", config.json("pair"))
    .set("level", config.text("level"))
    .set("other", config.text("links.other"));
}}

export function twice(): Json {{
  const left = config.integer("pair.left");
  time.sleep(5);
  const right = fujsen.call("typescript.right", Json.object());
  return Json.array().push(left).push(right).push(config.json("pair").get("right"));
}}

export function right(): i64 {{ return config.integer("pair.right"); }}

export function reach(): Json {{
  const result = http.tryGet(config.text("links.other"));
  return Json.object().set("error", result.ok ? "none" : result.error!.code);
}}

function errorsOf(document: Json, schema: Json): string[] {{ return config.validate_config(document, schema); }}

export function check(config: Json, schema: Json): string[] {{ return errorsOf(config, schema); }}
'''

[typescript]
level: "info"

all_fujsen = '''typescript
import {{ config as values }} from "tusk";

export function read(): object {{
  return {{
    left: config.integer("pair.left"), pair: config.read("pair"), level: config.get("level"), other: config.text("links.other"),
  }};
}}

export function twice(): number[] {{
  const left = config.integer("pair.left");
  time.sleep(5);
  const right = fujsen.call<number>("rust.right");
  return [left, right, config.read("pair").right];
}}

export function right(): number {{ return config.read("pair.right"); }}

export async function reach(): Promise<object> {{
  const error = await fetch(config.text("links.other")).then(() => null, (error: HttpError) => error.code);
  return {{ error }};
}}

// The parameter hides what is in scope by that name.
export function check(config: unknown, schema: unknown): string[] {{ return values.validate_config(config, schema); }}
'''

[events]
alert: rust.on_alert

[routes]
"GET /rust/read": rust.read
"GET /rust/twice": rust.twice
"GET /rust/reach": rust.reach
"POST /rust/check": rust.check
"GET /assemblyscript/read": assemblyscript.read
"GET /assemblyscript/twice": assemblyscript.twice
"GET /assemblyscript/reach": assemblyscript.reach
"POST /assemblyscript/check": assemblyscript.check
"GET /typescript/read": typescript.read
"GET /typescript/twice": typescript.twice
"GET /typescript/reach": typescript.reach
"POST /typescript/check": typescript.check
"#
    )
}

fn pair(left: i64) -> Value {
    json!({ "config": { "pair": { "left": left, "right": left } } })
}

async fn left(service: &Service, expected: i64) {
    for language in LANGUAGES {
        let path = format!("/{language}/read");
        eventually(&format!("{expected} in {path}"), || async {
            (service.get(&path).await.json()["left"] == expected).then_some(())
        })
        .await;
    }
}

/// `ready` or `degraded`, and the reasons that concern remote configuration.
async fn ready(service: &Service) -> (String, Vec<String>) {
    let answer = service.admin("/health/ready").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let report = answer.json();
    let faults = report["degraded"].as_array().unwrap().iter();
    let reasons = faults
        .filter(|fault| fault["kind"] == "remote_config")
        .map(|fault| fault["reason"].as_str().unwrap().to_owned())
        .collect();
    (report["status"].as_str().unwrap().to_owned(), reasons)
}

async fn degraded(service: &Service, says: &str) {
    eventually(&format!("`{says}` in the report"), || async {
        let (status, reasons) = ready(service).await;
        (status == "degraded" && reasons.len() == 1 && reasons[0].contains(says)).then_some(())
    })
    .await;
}

async fn good(service: &Service) {
    eventually("a report without faults", || async {
        (ready(service).await == ("ready".to_owned(), Vec::new())).then_some(())
    })
    .await;
}

async fn updates(service: &Service, result: &str) -> f64 {
    let metrics = service.metrics().await;
    metrics
        .get("tusk_remote_config_updates_total", &[("result", result)])
        .unwrap()
}

/// Log lines of a level that the host wrote about remote configuration.
fn told(service: &Service, level: &str) -> Vec<String> {
    let log = service.log();
    let lines = log
        .lines()
        .filter(|line| line.contains("\"remote_config\"") && line.contains(&format!("\"level\":\"{level}\"")));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn values_come_from_elsewhere_as_plain_text_and_over_those_of_the_file() {
    let other = Upstream::json("{}").await;
    let first = json!({ "service": "shop", "config": {
        "pair": { "left": 7, "words": ["@query(\"SELECT 1\")", "${HOME}"], "stranger": 1 },
        "rust.level": "debug",
        "assemblyscript": { "level": "debug", "all_fujsen": "fn f() {}" },
        "typescript": { "level": "debug" },
        "links": { "other": other.url() },
        "service": { "port": 1 },
    }});
    let store = Store::start(Says::Document("1", first)).await;
    let text = service(&store.url());
    let service = Service::start(&text).await;
    for language in LANGUAGES {
        let expected = json!({
            "left": 7,
            "pair": { "left": 7, "right": 0, "name": "local", "words": ["@query(\"SELECT 1\")", "${HOME}"] },
            "level": "debug",
            "other": other.url(),
        });
        // From the first request on.
        assert_eq!(
            service.get(&format!("/{language}/read")).await.json(),
            expected,
            "{language}"
        );
        let reached = service.get(&format!("/{language}/reach")).await.json();
        assert_eq!(
            reached,
            json!({ "error": "denied" }),
            "a value from elsewhere grants nothing"
        );
    }
    assert!(other.requests().is_empty());
    good(&service).await;
    store.is_asked(2).await;
    let asked = store.asked();
    assert!(
        asked[0].starts_with("GET /config/shop?key=geheim HTTP/1.1\r\n"),
        "{}",
        asked[0]
    );
    assert!(asked[0].contains("authorization: Bearer geheim\r\n"), "{}", asked[0]);
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    assert!(asked[1].contains("if-none-match: \"1\"\r\n"), "{}", asked[1]);
    assert_eq!(
        (updates(&service, "applied").await, updates(&service, "refused").await),
        (1.0, 0.0)
    );
    assert!(updates(&service, "unchanged").await >= 1.0);

    let changed = told(&service, "INFO");
    assert_eq!(changed.len(), 1, "{changed:?}");
    let names = "changed are: pair.left, pair.words, rust.level, assemblyscript.level, typescript.level, links.other";
    assert!(changed[0].contains(names), "{changed:?}");
    let ignored = told(&service, "WARN");
    assert_eq!(ignored.len(), 1, "named once: {ignored:?}");
    assert!(
        ignored[0].contains("`pair.stranger`, `assemblyscript.all_fujsen`, `service`"),
        "{ignored:?}"
    );
    assert!(!service.log().contains("geheim") && !service.log().contains("SELECT"));

    // Without a word from us.
    store.say(Says::Document("2", pair(8)));
    left(&service, 8).await;
    let back = service.get("/rust/read").await.json();
    assert_eq!(
        (&back["level"], &back["other"]),
        (&json!("info"), &json!("none")),
        "what is left out is the file's again"
    );

    let local = tusk(service.folder.path(), &["get", "service.tsk", "pair.left"]);
    assert_eq!(local.stdout.trim(), "0", "`get` prints the file's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_sees_one_version_of_the_configuration() {
    let store = Store::start(Says::Counting(|count| pair(count as i64))).await;
    let service = Arc::new(Service::start(&service(&store.url())).await);
    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..8)
        .map(|at| {
            let (service, stop, calls) = (service.clone(), stop.clone(), calls.clone());
            let path = format!("/{}/twice", LANGUAGES[at % LANGUAGES.len()]);
            tokio::spawn(async move {
                let mut seen = std::collections::BTreeSet::new();
                while !stop.load(Relaxed) {
                    let answer = service.get(&path).await.json();
                    let [left, right, inner] = &answer.as_array().unwrap()[..] else {
                        panic!("{answer}")
                    };
                    assert!(left == right && right == inner, "of two versions: {answer}");
                    calls.fetch_add(1, Relaxed);
                    seen.insert(left.as_i64());
                }
                seen.len()
            })
        })
        .collect();
    store.is_asked(5).await;
    stop.store(true, Relaxed);
    for task in load {
        assert!(task.await.unwrap() >= 4, "the values have changed meanwhile");
    }
    assert!(calls.load(Relaxed) > 100);
}

#[test]
fn only_plain_configuration_may_come_from_elsewhere() {
    let check = |rules: &str| {
        let text = format!(
            r#"
[service]
name: "shop"

[remote_config]
url: "http://127.0.0.1:1/config"

[remote_config.schema]
{rules}

[shop]
limit: 7

sell_fujsen = '''assemblyscript
export function sell(): void {{}}
'''

[routes]
"GET /sell": shop.sell
"#
        );
        let output = tusk(Folder::new(&text).path(), &["check", "service.tsk"]);
        assert_eq!(output.code, Some(1), "{output:?}");
        output.stderr
    };
    for (rule, says) in [
        (
            r#""service.port": { type: "integer" }"#,
            "`service.port` cannot come from elsewhere: [service] is read by the host itself, from the file alone",
        ),
        (
            r#""grants.http": { type: "array" }"#,
            "`grants.http` cannot come from elsewhere: [grants] is read by the host itself, from the file alone",
        ),
        (
            r#""shop": { type: "object" }"#,
            "`shop` cannot come from elsewhere: `shop` holds code, which comes from the file alone; name its values",
        ),
        (
            r#""shop.sell_fujsen": { type: "string" }"#,
            "`shop.sell_fujsen` is a fujsen, and its value is no code",
        ),
        (
            r#""shop.reuse": { type: "integer" }"#,
            "`shop.reuse` cannot come from elsewhere: `reuse` is read by the host itself, from the file alone",
        ),
        (
            r#"cache: { ttl: { type: "integer" } }"#,
            "help: a path is one key, with dots: write `\"cache.ttl\": { … }` in the schema",
        ),
    ] {
        let told = check(rule);
        assert!(
            told.contains(says) && told.contains("service.tsk:9:"),
            "{says}:\n{told}"
        );
    }
    let two = check("\"routes.x\": {}\n\"shop.limit\": { type: \"integer\", max: 5 }");
    assert!(two.contains("[routes] is read by the host itself"), "{two}");
    assert!(
        two.contains("Config shop.limit must be at most 5") && two.contains("service.tsk:13:8"),
        "the value: {two}"
    );
    assert!(two.contains("the rule"), "{two}");
}

#[tokio::test]
async fn fujsens_check_configurations_by_schemas_of_their_own() {
    let store = Store::start(Says::Document("1", pair(1))).await;
    let service = Service::start(&service(&store.url())).await;
    let schema = json!({
        "security.token_lifetime": { "type": "integer", "required": true, "min": 1, "max": 86400 },
        "logging.level": { "type": "string", "enum": ["debug", "info", "warn"] },
        "api.prefix": { "type": "string", "pattern": "^/[a-z]+$", "max_length": 5 },
        "name": { "required": true },
    });
    let bad = json!({
        "security": { "token_lifetime": 0 }, "logging": { "level": "loud" }, "api": { "prefix": "/é😀 long" },
    });
    for language in LANGUAGES {
        let check = |config: Value, schema: Value| {
            let (service, path) = (&service, format!("/{language}/check"));
            async move { service.post(&path, json!({ "config": config, "schema": schema })).await }
        };
        let good = json!({ "security": { "token_lifetime": 60 }, "name": "é😀", "api": { "prefix": "/api" } });
        assert_eq!(check(good, schema.clone()).await.json(), json!([]), "{language}");
        let expected = json!([
            "Config security.token_lifetime must be at least 1",
            "Config logging.level must be one of debug, info, warn",
            "Config api.prefix must have at most 5 characters",
            "Config api.prefix must match ^/[a-z]+$",
            "Missing required config: name",
        ]);
        assert_eq!(check(bad.clone(), schema.clone()).await.json(), expected, "{language}");
        let wrong = check(json!({}), json!({ "a": { "type": "text" } })).await;
        let message = "`type` of `a` is no type; write `type: \"string\"`";
        assert_eq!(
            (wrong.status, &wrong.json()["message"]),
            (400, &json!(message)),
            "{language}"
        );
        let large = check(json!({ "a": "x".repeat(300 << 10) }), json!({})).await;
        assert_eq!(
            (large.status, large.text.contains("the configuration is over 256 KiB")),
            (400, true)
        );
    }
}
