//! State, from guests in both languages, in SQLite and in Redis.

use serde_json::json;

use crate::harness::{Redis, Service};

const LANGUAGES: [&str; 2] = ["rust", "assemblyscript"];

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

[routes]
"GET /rust/uses": rust.uses
"GET /rust/count": rust.count
"GET /assemblyscript/uses": assemblyscript.uses
"GET /assemblyscript/count": assemblyscript.count
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
        assert_eq!(service.get("/rust/count").await.text, "1");
        assert_eq!(
            service.get("/assemblyscript/count").await.text,
            "2",
            "both see one value"
        );
        service
            .folder
            .write("service.tsk", &text.replace("word: \"one\"", "word: \"two\""));
        service.logged("swapped in").await;
        assert_eq!(service.get("/rust/count").await.text, "3", "after a swap, on {url:?}");
        let folder = service.into_folder();
        assert_eq!(folder.path().join(".tusk/service.db").exists(), url.is_none());
        let service = Service::start_in(folder, &[]).await;
        assert_eq!(
            service.get("/rust/count").await.text,
            "4",
            "after a restart, on {url:?}"
        );
    }
}
