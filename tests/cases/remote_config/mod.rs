//! Values from a configuration service that does all that one can do wrong, in services of both languages.

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

const LANGUAGES: [&str; 2] = ["rust", "assemblyscript"];

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
  const right = fujsen.call("rust.right", Json.object());
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
    let names = "changed are: pair.left, pair.words, rust.level, assemblyscript.level, links.other";
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

#[tokio::test]
async fn what_is_wrong_leaves_the_last_good_values_and_is_told_once() {
    // A service that never answers: the file's values serve, after no more than the timeout.
    let store = Store::start(Says::Nothing).await;
    let service = Service::start(&service(&store.url())).await;
    left(&service, 0).await;
    degraded(&service, "the values of the file serve: ").await;
    store.say(Says::Document("1", pair(5)));
    left(&service, 5).await;
    good(&service).await;
    service.logged("Remote configuration is good again").await;

    let half = ok("", &pair(6).to_string());
    let wrong = json!({ "config": { "pair": { "left": "six", "right": -1 }, "rust": { "level": "loud" } } });
    let large = format!(
        "{{\"config\": {{\"pair\": {{\"left\": 6}}}}, \"x\": \"{}\"}}",
        "x".repeat(1 << 20)
    );
    let status = |status: &str| {
        Says::Bytes(format!(
            "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ))
    };
    let problems = [
        (
            Says::Bytes(ok("", "<html>oops</html>")),
            "the answer is no JSON",
            "refused",
        ),
        (
            Says::Bytes(half[..half.len() - 9].to_owned()),
            "broke off within its answer",
            "unreachable",
        ),
        (
            Says::Document("2", wrong),
            "Configuration validation failed: Config pair.left must be of type integer; Config pair.right must be at least 0; \
             Config rust.level must be one of debug, info",
            "refused",
        ),
        (
            Says::Document("3", json!({ "config": [6] })),
            "the values are no object",
            "refused",
        ),
        (
            Says::Document("4", json!({ "pair": 6 })),
            "the answer has nothing at `config`",
            "refused",
        ),
        (Says::Bytes(ok("", &large)), "the answer is over 1 MiB", "refused"),
        (status("500 Internal Server Error"), "it answered 500", "refused"),
        (status("404 Not Found"), "it answered 404", "refused"),
        (
            Says::Bytes("SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
            "broke off",
            "unreachable",
        ),
        (Says::Nothing, "did not answer within 1s", "unreachable"),
    ];
    let before = told(&service, "ERROR").len();
    for (at, (says, reason, result)) in problems.iter().enumerate() {
        let count = updates(&service, result).await;
        store.say(says.clone());
        degraded(&service, reason).await;
        degraded(&service, "the last good values stay: ").await;
        store.is_asked(1).await;
        left(&service, 5).await;
        assert!(updates(&service, result).await > count, "{reason}");
        let errors = told(&service, "ERROR");
        assert!(errors.last().unwrap().contains(reason), "{errors:?}");
        assert_eq!(errors.len(), before + at + 1, "one for each: {errors:#?}");
    }
    assert_eq!(
        service
            .metrics()
            .await
            .get("alert_firing", &[("alert", "remote_config_refused")]),
        Some(1.0)
    );
    // Back to what it said before: the tag of the last good values, not that of what was refused.
    store.say(Says::Document("1", pair(5)));
    good(&service).await;
    assert!(store.asked().last().unwrap().contains("if-none-match: \"1\"\r\n"));
    assert_eq!(
        service
            .metrics()
            .await
            .get("alert_firing", &[("alert", "remote_config_refused")]),
        Some(0.0)
    );
    let handled = || {
        let log = service.log();
        let lines = log.lines().filter(|line| line.contains("an alert came"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    // Two for the time without an answer at the start, two for all that came after.
    eventually("four events", || async { (handled().len() >= 4).then_some(()) }).await;
    store.is_asked(1).await;
    let events = handled();
    assert_eq!(events.len(), 4, "{events:#?}");
    for (event, firing) in events.iter().zip([true, false, true, false]) {
        assert!(
            event.contains("remote_config_refused") && event.contains("warning"),
            "{event}"
        );
        assert!(event.contains(&format!(r#"\"firing\\\":{firing}"#)), "{event}");
    }
    // A tag that no header may have is not sent back.
    store.say(Says::Bytes(ok("etag: \"é\"\r\n", &pair(11).to_string())));
    left(&service, 11).await;
    store.is_asked(2).await;
    good(&service).await;
    assert!(
        events[2].contains("the last good values stay: the answer is no JSON"),
        "{events:#?}"
    );
    assert!(!service.log().contains("geheim"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_sees_one_version_of_the_configuration() {
    let store = Store::start(Says::Counting(|count| pair(count as i64))).await;
    let service = Arc::new(Service::start(&service(&store.url())).await);
    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..8)
        .map(|at| {
            let (service, stop, calls) = (service.clone(), stop.clone(), calls.clone());
            tokio::spawn(async move {
                let mut seen = std::collections::BTreeSet::new();
                while !stop.load(Relaxed) {
                    let answer = service.get(&format!("/{}/twice", LANGUAGES[at % 2])).await.json();
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

#[tokio::test]
async fn a_restart_serves_the_last_good_values() {
    let mut store = Store::start(Says::Document("1", pair(9))).await;
    let text = service(&store.url());
    let service = Service::start(&text).await;
    left(&service, 9).await;
    store.stop().await;
    degraded(&service, "cannot be reached").await;
    left(&service, 9).await;
    assert!(updates(&service, "unreachable").await >= 1.0);

    let folder = service.into_folder();
    let service = Service::start_in(folder, &[]).await;
    assert_eq!(service.get("/rust/read").await.json()["left"], 9);
    degraded(&service, "the last good values stay: ").await;
    let call = tusk(service.folder.path(), &["call", "service.tsk", "assemblyscript.read"]);
    assert!(call.stdout.contains("\"left\": 9"), "{call:?}");

    // Another URL is another configuration.
    service
        .folder
        .write("service.tsk", &text.replace("/config/shop", "/config/other"));
    left(&service, 0).await;
    degraded(&service, "the values of the file serve: ").await;
    store.say(Says::Document("1", pair(10)));
    store.restart().await;
    left(&service, 10).await;
    good(&service).await;
}

#[tokio::test]
async fn a_swap_checks_the_last_good_values_by_its_own_rules() {
    let store = Store::start(Says::Document("1", pair(60))).await;
    let text = service(&store.url());
    let service = Service::start(&text).await;
    left(&service, 60).await;
    service
        .folder
        .write("service.tsk", &text.replace("name: \"local\"", "name: \"saved\""));
    eventually("the save", || async {
        let pair = service.get("/rust/read").await.json()["pair"].clone();
        assert_eq!(pair["left"], 60, "values from elsewhere stay over a swap");
        (pair["name"] == "saved").then_some(())
    })
    .await;

    let narrow = text.replace("min: 0, max: 1000", "min: 0, max: 50");
    service.folder.write("service.tsk", &narrow);
    left(&service, 0).await;
    degraded(
        &service,
        "the values of the file serve: Configuration validation failed: Config pair.left must be at most 50",
    )
    .await;
    store.say(Says::Document("2", pair(40)));
    left(&service, 40).await;
    good(&service).await;

    // A file that breaks its own rules is refused, and the version before it keeps serving.
    service
        .folder
        .write("service.tsk", &narrow.replace("left: 0\nright", "left: 51\nright"));
    service.logged("keeps serving").await;
    assert!(
        service.log().contains("Config pair.left must be at most 50"),
        "{}",
        service.log()
    );
    left(&service, 40).await;

    let (start, end) = (text.find("[remote_config]").unwrap(), text.find("[pair]").unwrap());
    service
        .folder
        .write("service.tsk", &format!("{}{}", &text[..start], &text[end..]));
    left(&service, 0).await;
    good(&service).await;
    let asked = store.asked().len();
    // Twice as long as it would take to be asked again.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(store.asked().len(), asked, "nobody is asked any more");
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
