//! What the file keeps secret stays inside, and what guests say steers nothing: in answers, the log, dead letters, spans, metrics
//! and the command line.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Collector, Folder, Service, Upstream, command, eventually, tusk_with};

const KEY: &str = "sk-live/4f9a+Zz=81";
const PASSWORD: &str = "pw-0815-geheim";

const LEAKS: &str = r#"
[service]
name: "leaks"

[admin]
port: 0

[databases]
main: { url: "sqlite::memory:", setup: "CREATE TABLE users (email TEXT UNIQUE); INSERT INTO users VALUES ('a')" }
other: @env("OTHER_DB")

[redis]
down: @env.secure("REDIS_URL")

[message_queue]
attempts: 1

[traces]
endpoint: @env("COLLECTOR")

[r]
upstream: @env("UPSTREAM")
key: @env.secure("API_KEY")
all_fujsen = '''rust
fn url() -> Result<String> {
    let (url, key): (String, String) = (config::get("upstream")?, config::get("key")?);
    let key = key.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    Ok(format!("{url}/v1/things?api_key={key}"))
}
#[fujsen]
fn check() -> Result<String> { Ok(http::get(url()?).send()?.check()?.text()?.to_owned()) }
#[fujsen]
fn wrong() -> Result<Value> { http::get(url()?).send()?.json::<Value>() }
#[fujsen]
fn gone() -> Result<String> {
    let gone: String = config::get("r.upstream")?;
    Ok(http::get(url()?.replace(&gone, "http://127.0.0.1:9")).send()?.text()?.to_owned())
}
#[fujsen]
fn redis_down() -> Result<()> { redis::server("down").get::<String>("k")?; Ok(()) }
#[fujsen]
fn says() -> Result<()> {
    let key: String = config::get("key")?;
    Err(Error::unavailable(format!("try later: {key} at http://10.0.0.7:99/x?k={key}")))
}
#[fujsen]
fn logs() -> Result<()> {
    let key: String = config::get("key")?;
    log::info(format!("it is {key}"), fields! {});
    log::info(format!("as a request has it: {}", url()?), fields! {});
    log::info("with fields", fields! { key: &key, nested: json!({ key.as_str(): [&key] }) });
    metrics::counter("told_total", 1, fields! { key: &key })
}
#[fujsen]
fn panics() -> Result<()> { let key: String = config::get("key")?; panic!("with {key}\n2026-01-01T00:00:00Z ERROR forged: \u{1b}[2J\u{202e}gnirts\u{2028}end") }
#[fujsen]
fn floods() -> Result<()> { panic!("{}", "long ".repeat(600_000)) }
#[fujsen]
fn reads(path: String) -> Result<Value> { config::read(&path) }
#[fujsen]
fn happened() -> Result<()> { let key: String = config::get("key")?; Err(Error::internal(format!("a\u{1b}[31mb {key}"))) }
#[fujsen]
fn publish() -> Result<()> { events::publish("happened", json!({}), events::Options::default())?; Ok(()) }
'''

[a]
upstream: @env("UPSTREAM")
key: @env.secure("API_KEY")
all_fujsen = '''assemblyscript
function url(): string { return config.text("upstream") + "/v1/things?api_key=" + encodeURIComponent(config.text("key")); }
export function check(): string { return http.get(url()).check().text(); }
export function gone(): string { return http.get(url().replace(config.text("upstream"), "http://127.0.0.1:9")).text(); }
export function redis_down(): void { redis.get("down", "k"); }
export function says(): void { throw new Failure(503, "try later: " + config.text("key") + " at http://10.0.0.7:99/x?k=" + config.text("key")); }
export function logs(): void {
  log.info("it is " + config.text("key"));
  log.info("as a request has it: " + url());
  log.info("with fields", Json.object().set("key", config.text("key")));
}
export function panics(): void { throw new Error("with " + config.text("key") + "\n2026-01-01T00:00:00Z ERROR forged: \x1b[2J\u202egnirts\u2028end"); }
export function floods(): void { throw new Error("long ".repeat(600000)); }
export function reads(path: string): Json { return config.json(path); }
'''

[granted]
nobody: "http://127.0.0.1:9"

[events]
happened: r.happened

[routes]
"GET /r/check": r.check
"GET /r/wrong": r.wrong
"GET /r/gone": r.gone
"GET /r/redis": r.redis_down
"GET /r/says": r.says
"GET /r/logs": r.logs
"GET /r/panics": r.panics
"GET /r/floods": r.floods
"GET /r/reads": r.reads
"GET /r/publish": r.publish
"GET /a/check": a.check
"GET /a/gone": a.gone
"GET /a/redis": a.redis_down
"GET /a/says": a.says
"GET /a/logs": a.logs
"GET /a/panics": a.panics
"GET /a/floods": a.floods
"GET /a/reads": a.reads
"#;

/// The service, whom it asks, and who collects its spans.
async fn leaks() -> (Service, Upstream, Collector) {
    let upstream = Upstream::start("HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno").await;
    let collector = Collector::start().await;
    let variables = variables(&upstream, &collector);
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let service = Service::start_in(Folder::new(LEAKS), &variables).await;
    (service, upstream, collector)
}

fn variables(upstream: &Upstream, collector: &Collector) -> Vec<(&'static str, String)> {
    vec![
        ("UPSTREAM", upstream.url().replace("http://", "http://user:in-the-url@")),
        ("API_KEY", KEY.to_owned()),
        ("REDIS_URL", format!("redis://:{PASSWORD}@127.0.0.1:9/0")),
        ("OTHER_DB", format!("postgres://app:{PASSWORD}@127.0.0.1:9/x")),
        ("COLLECTOR", collector.url()),
    ]
}

/// No spelling of a secret.
fn clean(text: &str, what: &str) {
    let encoded = "sk-live%2F4f9a%2BZz%3D81";
    for secret in [KEY, encoded, PASSWORD, "in-the-url"] {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
    let steers = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{2028}'..='\u{202e}');
    assert!(!text.contains(steers), "{what} steers: {text:?}");
}

fn no_address(text: &str, upstream: &Upstream) {
    for told in [
        "127.0.0.1",
        "10.0.0.7",
        &upstream.address.port().to_string(),
        "http://",
        "/v1/things",
    ] {
        assert!(!text.contains(told), "a client is told {told}: {text}");
    }
}

#[tokio::test]
async fn what_is_secret_stays_inside() {
    let (service, upstream, collector) = leaks().await;
    for (path, status) in [
        ("/r/check", 502),
        ("/r/wrong", 502),
        ("/r/gone", 502),
        ("/r/redis", 503),
        ("/r/says", 503),
        ("/r/logs", 204),
        ("/r/panics", 500),
        ("/r/floods", 500),
        ("/r/publish", 204),
        ("/a/check", 502),
        ("/a/gone", 502),
        ("/a/redis", 503),
        ("/a/says", 503),
        ("/a/logs", 204),
        ("/a/panics", 500),
        ("/a/floods", 500),
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        clean(&answer.text, path);
        no_address(&answer.text, &upstream);
        if path.ends_with("/says") {
            assert_eq!(
                answer.json()["message"],
                "try later: *** at …",
                "{path}: its own words are for clients"
            );
        }
    }
    assert_eq!(upstream.requests().len(), 3);
    assert!(
        upstream
            .requests()
            .iter()
            .all(|request| request.contains("api_key=sk-live%2F4f9a%2BZz%3D81"))
    );

    service.logged("an event was given up").await;
    let shown = format!("http://{}/v1/things answered status 500", upstream.address);
    assert_eq!(
        service.log().matches(&shown).count(),
        2,
        "the log says where: {}",
        service.log()
    );
    assert!(service.log().contains("it is ***"));
    assert!(
        service.log().matches("\"message\":\"as a request has it").count() == 2,
        "{}",
        service.log()
    );
    clean(&service.log(), "the log");
    let longest = service.log().lines().map(str::len).max();
    assert!(longest.is_some_and(|longest| longest < 32 << 10), "{longest:?}");
    for line in service.log().lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_ne!(line["target"], "forged");
    }

    let (metrics, ready) = (service.admin("/metrics").await, service.admin("/health/ready").await);
    assert!(metrics.text.contains("told_total{key=\"***\"}"), "{}", metrics.text);
    clean(&metrics.text, "/metrics");
    clean(&ready.text, "/health/ready");
    clean(&service.banner, "the banner");
    let spans = eventually("spans of the calls", async || {
        let spans = collector.spans();
        (spans.iter().filter(|span| span.name.contains("GET")).count() >= 8).then_some(spans)
    })
    .await;
    clean(&format!("{spans:?}"), "a span");

    let dead = tusk_with(
        service.folder.path(),
        &["events", "service.tsk", "list-dead"],
        &[
            ("UPSTREAM", "http://u"),
            ("API_KEY", "x"),
            ("REDIS_URL", "redis://r"),
            ("OTHER_DB", "sqlite::memory:"),
            ("COLLECTOR", "http://c"),
        ],
    );
    assert!(
        dead.stdout.contains("happened") && dead.stdout.contains("***"),
        "{dead:?}"
    );
    clean(&dead.stdout, "list-dead");
}

#[tokio::test]
async fn what_the_host_alone_needs_no_fujsen_reads() {
    let (service, _upstream, _collector) = leaks().await;
    for language in ["r", "a"] {
        for path in [
            "databases",
            "databases.other",
            "redis",
            "redis.down",
            "traces",
            "traces.headers",
            "message_queue",
            "state",
            "tls.key",
        ] {
            let answer = service.ask(&format!("/{language}/reads"), &[("path", path)]).await;
            assert_eq!(answer.status, 500, "{language} {path}: {answer:?}");
            service.logged(&format!("no fujsen reads `{path}`")).await;
        }
        let answer = service.ask(&format!("/{language}/reads"), &[("path", "service")]).await;
        assert_eq!(answer.json(), json!({"name": "leaks"}), "{language}");
    }
    clean(&service.log(), "the log");
}

#[tokio::test]
async fn the_command_line_tells_no_secret_and_stays_one_line() {
    let upstream = Upstream::start("HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno").await;
    let collector = Collector::start().await;
    let folder = Folder::new(LEAKS);
    let variables = variables(&upstream, &collector);
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for arguments in [
        ["call", "service.tsk", "r.panics"].as_slice(),
        &["call", "service.tsk", "a.panics"],
        &["call", "service.tsk", "r.check"],
        &["call", "service.tsk", "r.redis_down"],
        &["check", "service.tsk"],
        &["check", "service.tsk", "--format", "json"],
        &["get", "service.tsk"],
    ] {
        let output = command(folder.path())
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .expect("the binary starts");
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it is text"));
        assert!(!told.concat().is_empty(), "{arguments:?}");
        if arguments[0] != "get" {
            clean(&told.concat(), &format!("{arguments:?}"));
        }
        assert!(!told.concat().contains(KEY), "{arguments:?}: {told:?}");
        let forged = told.iter().any(|text| {
            text.lines()
                .any(|line| line.starts_with("2026-01-01T00:00:00Z ERROR forged"))
        });
        assert!(!forged, "{told:?}");
    }
}
