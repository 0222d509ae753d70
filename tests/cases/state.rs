//! State and schedules, from guests in all languages, in SQLite and in Redis.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::harness::{Folder, Redis, Service, eventually, tusk};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

const GUESTS: &str = r#"
[service]
name: "keeper"
word: "one"

[rust]
all_fujsen = '''rust
#[fujsen]
fn uses() -> Result<Value> {
    state::set("text", "é😀")?;
    state::set("real", 0.5)?;
    state::set("json", json!({"a": [1]}))?;
    state::set("bytes", vec![1u8, 2])?;
    state::set_for("soon", true, Duration::from_millis(50))?;
    state::increment("count", 40)?;
    let swapped = state::compare_and_set("json", json!({"a": [1]}), Datum::Null)?;
    let lock = state::compare_and_set_for("lock", Datum::Null, 7, Duration::from_secs(60))?;
    let again = state::compare_and_set("lock", Datum::Null, 8)?;
    time::sleep(Duration::from_millis(80));
    Ok(json!({
        "text": state::get::<String>("text")?,
        "real": state::get::<f64>("real")?,
        "json": state::get::<Value>("json")?,
        "bytes": state::get::<Vec<u8>>("bytes")?,
        "soon": state::get::<bool>("soon")?.is_none(),
        "count": state::increment_for("count", 2, Duration::from_secs(1))?,
        "swaps": [swapped, lock, again],
        "timed": [state::expires_in("lock")?.is_some(), state::expires_in("count")?.is_some()],
        "expire": [state::expire("lock", None)?, state::expires_in("lock")?.is_some(), state::expire("none", Duration::from_secs(1))?],
        "delete": [state::delete("lock")?, state::delete("lock")?, state::delete("count")?],
        "refused": state::set(&"k".repeat(513), 1).err().map(|error| error.code().to_owned()),
        "type": state::increment("text", 1).err().map(|error| error.code().to_owned()),
    }))
}

#[fujsen]
fn count() -> Result<i64> { state::increment("calls", 1) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function uses(): Json {
  const bytes = new Uint8Array(2);
  bytes[0] = 1;
  bytes[1] = 2;
  state.set("text", "é😀");
  state.set("real", 0.5);
  state.set("json", Json.object().set("a", [1]));
  state.set("bytes", bytes);
  state.set("soon", true, 50);
  state.increment("count", 40);
  const swapped = state.compareAndSet("json", Json.object().set("a", [1]), Value.nil());
  const lock = state.compareAndSet("lock", Value.nil(), 7, 60_000);
  const again = state.compareAndSet("lock", Value.nil(), 8);
  time.sleep(80);
  const kept = state.get("bytes").asBytes();
  return Json.object()
    .set("text", state.get("text").asText())
    .set("real", state.get("real").asReal())
    .set("json", state.get("json").asJson())
    .set("bytes", Json.array().push(kept[0]).push(kept[1]))
    .set("soon", state.get("soon").isNull)
    .set("count", state.increment("count", 2, 1000))
    .set("swaps", Json.array().push(swapped).push(lock).push(again))
    .set("timed", Json.array().push(state.expiresIn("lock") > 0).push(state.expiresIn("count") > 0))
    .set("expire", Json.array().push(state.expire("lock", 0)).push(state.expiresIn("lock") > 0).push(state.expire("none", 1000)))
    .set("delete", Json.array().push(state.delete("lock")).push(state.delete("lock")).push(state.delete("count")))
    .set("refused", state.trySet("k".repeat(513), 1).error!.code)
    .set("type", state.tryIncrement("text").error!.code);
}

export function count(): i64 { return state.increment("calls"); }
'''

[typescript]
all_fujsen = '''typescript
function codeOf(work: () => void): string | undefined {
  try { work(); } catch (error) { return (error as HttpError).code; }
}

export async function uses() {
  state.set("text", "é😀");
  state.set("real", 0.5);
  state.set("json", { a: [1] });
  state.set("bytes", new Uint8Array([1, 2]));
  state.set("soon", true, 50);
  state.increment("count", 40);
  const swapped = state.compareAndSet("json", { a: [1] }, null);
  const lock = state.compareAndSet("lock", null, 7, 60_000);
  const again = state.compareAndSet("lock", null, 8);
  await new Promise((done) => setTimeout(done, 80));
  return {
    text: state.get("text"), real: state.get("real"), json: state.get("json"), bytes: [...state.get<Uint8Array>("bytes")!],
    soon: state.get("soon") === null,
    count: state.increment("count", 2, 1000),
    swaps: [swapped, lock, again],
    timed: [state.expiresIn("lock") !== null, state.expiresIn("count") !== null],
    expire: [state.expire("lock"), state.expiresIn("lock") !== null, state.expire("none", 1000)],
    delete: [state.delete("lock"), state.delete("lock"), state.delete("count")],
    refused: codeOf(() => state.set("k".repeat(513), 1)),
    type: codeOf(() => state.increment("text")),
  };
}

export function count(): number { return state.increment("calls"); }
'''

[routes]
"GET /rust/uses": rust.uses
"GET /rust/count": rust.count
"GET /assemblyscript/uses": assemblyscript.uses
"GET /assemblyscript/count": assemblyscript.count
"GET /typescript/uses": typescript.uses
"GET /typescript/count": typescript.count
"#;

fn on(url: Option<&str>) -> String {
    url.map_or_else(
        || GUESTS.to_owned(),
        |url| format!("{GUESTS}\n[state]\nurl: \"{url}\"\n"),
    )
}

#[tokio::test]
async fn state_is_used_and_survives_swaps_and_restarts() {
    let redis = Redis::start();
    for url in [None, Some(redis.url())] {
        let text = on(url.as_deref());
        let service = Service::start(&text).await;
        for language in LANGUAGES {
            let answer = service.get(&format!("/{language}/uses")).await;
            let expected = json!({
                "text": "é😀", "real": 0.5, "json": null, "bytes": [1, 2], "soon": true, "count": 42,
                "swaps": [true, true, false], "timed": [true, false], "expire": [true, false, false],
                "delete": [true, false, true], "refused": "bad-argument", "type": "wrong-type",
            });
            assert_eq!(answer.json(), expected, "{language} on {url:?}");
        }
        count(&service, 1).await;
        service
            .folder
            .write("service.tsk", &text.replace("word: \"one\"", "word: \"two\""));
        service.logged("swapped in").await;
        // After a swap.
        count(&service, 4).await;
        let folder = service.into_folder();
        assert_eq!(folder.path().join(".tusk/service.db").exists(), url.is_none());
        let service = Service::start_in(folder, &[]).await;
        // After a restart.
        count(&service, 7).await;
    }
}

/// One call of each language, all of which see one value: the first call is number `next`.
async fn count(service: &Service, next: u32) {
    for (language, call) in LANGUAGES.into_iter().zip(next..) {
        let counted = service.get(&format!("/{language}/count")).await;
        assert_eq!(counted.text, call.to_string(), "{language}");
    }
}

const SCHEDULED: &str = r#"
[service]
name: "timed"
word: "one"

[rust]
tick_fujsen = '''rust
#[fujsen]
fn tick() -> Result<()> { state::increment("rust", 1).map(drop) }

#[fujsen]
fn breaks() -> Result<()> { Err(Error::new(418, "short and stout")) }

fn ticks(language: &str) -> Result<i64> { Ok(state::get(language)?.unwrap_or(0)) }

#[fujsen]
fn seen() -> Result<Value> {
    Ok(json!([ticks("rust")?, ticks("assemblyscript")?, ticks("typescript")?]))
}
'''

[assemblyscript]
tick_fujsen = '''assemblyscript
export function tick(): void { state.increment("assemblyscript"); }

export function slow(): void {
  state.increment("begun");
  time.sleep(2500);
  state.increment("ended");
}

export function runs(): Json {
  return Json.array().push(state.get("begun")).push(state.get("ended"));
}
'''

[typescript]
tick_fujsen = '''typescript
export async function tick(): Promise<void> { state.increment("typescript"); }
'''

[schedules]
"every 1s": [rust.tick, assemblyscript.tick, typescript.tick]
"every 2s": rust.breaks
"every 1000ms": assemblyscript.slow
"0 3 * * *": rust.breaks

[routes]
"GET /seen": rust.seen
"GET /runs": assemblyscript.runs
"#;

/// How often the fujsens of all languages have run, on all hosts.
async fn ticks(service: &Service) -> [i64; 3] {
    serde_json::from_value(service.get("/seen").await.json()).expect("three counts")
}

/// Until each of them has run so many times more.
async fn more_ticks(service: &Service, what: &str, more: i64) {
    let before = ticks(service).await;
    eventually(what, || async {
        let now = ticks(service).await;
        let mut pairs = now.into_iter().zip(before);
        pairs.all(|(now, before)| now >= before + more).then_some(())
    })
    .await;
}

fn second() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    since.as_secs() as i64
}

#[tokio::test]
async fn two_hosts_run_each_slot_once() {
    let redis = Redis::start();
    for url in [redis.url(), "sqlite:shared.db".to_owned()] {
        let folder = Folder::new(&format!("{SCHEDULED}\n[state]\nurl: \"{url}\"\n"));
        let begun = second();
        let one = Service::start_in(folder, &[]).await;
        assert!(
            one.banner.contains("every 1s") && one.banner.contains("T03:00:00Z"),
            "{}",
            one.banner
        );
        let url_of_other = match url.strip_prefix("sqlite:") {
            Some(name) => format!("sqlite:{}", one.folder.path().join(name).display()),
            None => url.clone(),
        };
        let other = Service::start(&format!("{SCHEDULED}\n[state]\nurl: \"{url_of_other}\"\n")).await;
        more_ticks(&other, "slots on both hosts", 6).await;
        // A save while slots come.
        let text = format!("{SCHEDULED}\n[state]\nurl: \"{url}\"\n").replace("word: \"one\"", "word: \"two\"");
        one.folder.write("service.tsk", &text);
        one.logged("swapped in").await;
        more_ticks(&one, "slots after the swap", 3).await;
        let (ticks, slots) = (ticks(&other).await, second() - begun);
        assert!(
            ticks.iter().all(|ticks| *ticks <= slots),
            "{ticks:?} of {slots} slots on {url}"
        );
        let log = eventually("a failed run and a skipped slot", || async {
            let log = [one.log(), other.log()].concat();
            (log.contains("rust.breaks failed") && log.contains("the run before has not ended")).then_some(log)
        })
        .await;
        assert!(
            log.contains("short and stout") && log.contains("\"next\":\"20"),
            "{log}"
        );
    }
}

#[tokio::test]
async fn a_stop_lets_a_run_end() {
    let mut service = Service::start(SCHEDULED).await;
    let runs = async |service: &Service| -> [Option<i64>; 2] {
        serde_json::from_value(service.get("/runs").await.json()).expect("two counts")
    };
    let begun = eventually("a run that goes on", || async {
        let [begun, ended] = runs(&service).await;
        (begun > ended).then_some(begun)
    })
    .await;
    crate::harness::signal(service.id() as i32, "TERM");
    assert!(service.ended().await.success(), "{}", service.log());
    let service = Service::start_in(service.into_folder(), &[]).await;
    let [_, ended] = runs(&service).await;
    assert!(ended >= begun, "{ended:?} of {begun:?} runs ended");
}

#[tokio::test]
async fn check_lists_schedules_with_their_next_time() {
    let folder = Folder::new(SCHEDULED);
    let checked = tusk(folder.path(), &["check", "service.tsk", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&checked.stdout).expect("JSON");
    let schedules = found["schedules"].as_array().expect("a list");
    assert_eq!(schedules.len(), 6, "{found:#}");
    assert_eq!(schedules[5]["schedule"], "0 3 * * *");
    assert!(
        schedules[5]["next"]
            .as_str()
            .is_some_and(|next| next.ends_with("T03:00:00Z")),
        "{found:#}"
    );
    assert!(!folder.path().join(".tusk").exists(), "checking makes nothing");

    let folder = Folder::new(&SCHEDULED.replace("rust.breaks", "rust.brakes"));
    let checked = tusk(folder.path(), &["check", "service.tsk"]);
    assert!(checked.stderr.contains("did you mean `rust.breaks`?"), "{checked:?}");
}
