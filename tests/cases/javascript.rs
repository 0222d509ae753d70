//! What JavaScript and TypeScript have that the other languages do not: promises, the globals of the web, code that runs
//! once when a save is compiled.

use serde_json::{Value, json};

use crate::harness::{Folder, Service, Upstream, tusk};

const SERVICE: &str = r#"
[service]
name: "scripts"

[web]
upstream: @env("UPSTREAM", "http://127.0.0.1:9")

globals_fujsen = '''typescript
export async function fetched(): Promise<object> {
  const url = new URL("/answer?x=1", config.text("upstream"));
  url.searchParams.append("y", "ü ");
  const response = await fetch(url, { method: "POST", headers: new Headers({ "X-One": "1" }), body: "é" });
  return { status: response.status, ok: response.ok, type: response.headers.get("content-type"), json: await response.json() };
}

export async function elsewhere() {
  try {
    await fetch("http://example.com/");
  } catch (error) {
    return { name: error.name, status: error.status, code: error.code };
  }
}

export function globals() {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  const map = structuredClone(new Map([["a", { at: new Date(0), list: [1, 2n] }]]));
  return {
    text: new TextDecoder().decode(new TextEncoder().encode("é😀")),
    base64: [btoa("hi"), atob("aGk=")],
    cloned: [map.get("a")!.at.getTime(), map.get("a")!.list[1] === 2n],
    bytes: bytes.length,
    uuid: crypto.randomUUID().length,
    intl: typeof Intl,
    params: [...new URLSearchParams("a=1&b=2&a=3")].length,
    clock: performance.now() > 0 && Math.abs(Date.now() - time.now()) < 1000,
  };
}
'''

[calls]
calls_fujsen = '''typescript
const born = Object.freeze({ seen: [] as string[] });
let count = 0;

/** What a call leaves behind, the next one does not find. */
export function remembers(name: string) {
  count += 1;
  born.seen.push(name);
  (globalThis as any).leaked = ((globalThis as any).leaked ?? 0) + 1;
  return { count, seen: born.seen, leaked: (globalThis as any).leaked };
}

/** Neither is that of the moment in which the text was compiled. */
export function chance() {
  return { random: [Math.random(), Math.random()], id: crypto.randomUUID(), now: Date.now(), year: new Date().getFullYear() };
}

export async function settles() {
  const order: string[] = [];
  setTimeout(() => order.push("late"), 30);
  queueMicrotask(() => order.push("micro"));
  const [a, b] = await Promise.all([1, new Promise<number>((done) => setTimeout(() => done(2), 10))]);
  order.push(`${a}${b}`);
  await new Promise((done) => setTimeout(done, 40));
  return order;
}

export function never() { return new Promise(() => {}); }

export async function rejects() { await null; throw new TypeError("rejected on purpose"); }

export async function forgets() {
  Promise.reject(new Error("nobody asks"));
  return "answered";
}

export function status() { throw new HttpError(418, "short and stout", "teapot"); }

export function text(code: string) { return { sum: eval(code), made: new Function("return 7")() }; }
'''

[allowed]
eval: true
calls_fujsen = '''javascript
export function text(code) { return { sum: eval(code), made: new Function("return 7")() }; }

/**
 * @param {number} n how often
 * @param {"a" | "b"} kind
 * @param {{ name: string, tags?: string[] }} [item]
 */
export function described(n, kind, item) { return { n, kind, item }; }
'''

[routes]
"GET /fetched": web.fetched
"GET /elsewhere": web.elsewhere
"GET /globals": web.globals
"GET /remembers/{name}": calls.remembers
"GET /chance": calls.chance
"GET /settles": calls.settles
"GET /never": calls.never
"GET /rejects": calls.rejects
"GET /forgets": calls.forgets
"GET /status": calls.status
"GET /refused": calls.text
"GET /allowed": allowed.text
"POST /described": allowed.described
"#;

/// The line of the file that has a text.
fn line_of(text: &str) -> usize {
    SERVICE.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[tokio::test]
async fn the_globals_of_the_web_are_there() {
    let upstream = Upstream::json(r#"{"a": 7}"#).await;
    let service = Service::start_in(Folder::new(SERVICE), &[("UPSTREAM", &upstream.url())]).await;
    let fetched = service.get("/fetched").await.json();
    let expected = json!({ "status": 200, "ok": true, "type": "application/json", "json": { "a": 7 } });
    assert_eq!(fetched, expected);
    let elsewhere = service.get("/elsewhere").await.json();
    assert_eq!(elsewhere["code"], "denied", "{elsewhere}");
    let expected = json!({
        "text": "é😀", "base64": ["aGk=", "hi"], "cloned": [0, true], "bytes": 4, "uuid": 36, "intl": "undefined", "params": 3,
        "clock": true,
    });
    assert_eq!(service.get("/globals").await.json(), expected);
}

#[tokio::test]
async fn no_call_sees_what_another_left_and_no_two_instances_are_alike() {
    let service = Service::start(SERVICE).await;
    for name in ["one", "two"] {
        let found = service.get(&format!("/remembers/{name}")).await.json();
        assert_eq!(found, json!({ "count": 1, "seen": [name], "leaked": 1 }));
    }
    let (one, other) = (service.get("/chance").await.json(), service.get("/chance").await.json());
    for chance in [&one, &other] {
        let random = chance["random"].as_array().unwrap();
        assert!(
            random
                .iter()
                .all(|number| (0.0..1.0).contains(&number.as_f64().unwrap())),
            "{chance}"
        );
        assert_ne!(random[0], random[1]);
        assert!(chance["year"].as_i64().unwrap() > 2025, "{chance}");
    }
    assert_ne!(one["random"], other["random"]);
    assert_ne!(one["id"], other["id"]);
    assert!(one["now"].as_i64().unwrap() <= other["now"].as_i64().unwrap());
}

#[tokio::test]
async fn promises_are_waited_for_and_what_becomes_of_them_is_told() {
    let service = Service::start(SERVICE).await;
    assert_eq!(service.get("/settles").await.json(), json!(["micro", "12", "late"]));
    for (path, told) in [
        ("/never", "never settles".to_owned()),
        (
            "/rejects",
            format!(
                "service.tsk:{}:",
                line_of("throw new TypeError(\"rejected on purpose\")")
            ),
        ),
    ] {
        assert_eq!(service.get(path).await.status, 500);
        service.logged(&told).await;
    }
    assert!(service.log().contains("TypeError: rejected on purpose"));
    assert_eq!(service.get("/forgets").await.json(), "answered");
    service
        .logged("a promise was rejected, and nothing handles it: Error: nobody asks")
        .await;
    let teapot = service.get("/status").await;
    assert_eq!(
        (teapot.status, &teapot.json()["message"]),
        (418, &json!("short and stout"))
    );
}

#[tokio::test]
async fn code_that_is_made_of_text_runs_only_where_the_section_says_so() {
    let service = Service::start(SERVICE).await;
    let query = [("code", "1 + 1")];
    assert_eq!(service.ask("/refused", &query).await.status, 500);
    service.logged("`eval: true` in the section of the fujsen allows").await;
    assert_eq!(
        service.ask("/allowed", &query).await.json(),
        json!({ "sum": 2, "made": 7 })
    );
    let wrong = Folder::new(&SERVICE.replace("eval: true", "eval: \"yes\""));
    let checked = tusk(wrong.path(), &["check", "service.tsk"]);
    assert!(
        checked.stderr.contains("`allowed.eval` must be true or false"),
        "{checked:?}"
    );
}

#[tokio::test]
async fn comments_say_how_arguments_of_javascript_bind() {
    let service = Service::start(SERVICE).await;
    let post = async |body: Value| service.post("/described", body).await;
    let good = post(json!({ "n": 1.5, "kind": "b", "item": { "name": "x" } })).await;
    assert_eq!(good.json(), json!({ "n": 1.5, "kind": "b", "item": { "name": "x" } }));
    assert_eq!(
        post(json!({ "n": 1, "kind": "a" })).await.json(),
        json!({ "n": 1, "kind": "a" })
    );
    for (body, argument) in [
        (json!({ "n": "1", "kind": "a" }), "n"),
        (json!({ "kind": "a" }), "n"),
        (json!({ "n": 1, "kind": "c" }), "kind"),
        (json!({ "n": 1, "kind": "a", "item": { "name": 1 } }), "item.name"),
        (
            json!({ "n": 1, "kind": "a", "item": { "name": "x", "tags": [2] } }),
            "item.tags[0]",
        ),
    ] {
        let refused = post(body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.text.contains(argument), "{refused:?}");
    }
}

#[test]
fn what_fails_at_the_start_stands_at_its_line() {
    for (code, line, message) in [
        (
            "const a = 1;\nconst b = a.b.c;\nexport function f() {}",
            3,
            "cannot read property",
        ),
        (
            "export function f() {}\nsql.query(\"main\", \"SELECT 1\");",
            3,
            "may not call the host while it starts",
        ),
        ("export function f() {}\nthrow new Error(\"no\");", 3, "Error: no"),
        (
            "const now = Date.now();\nexport function f() { return now; }",
            1,
            "the clock is read while the module starts",
        ),
        ("export function f() {}\nfor (;;) {}", 1, "is not ready after"),
        (
            "const all = [];\nexport function f() {}\nfor (;;) all.push(new Array(1000).fill(all.length));",
            4,
            "out of memory",
        ),
    ] {
        let folder = Folder::new(&format!("f_fujsen = '''typescript\n{code}\n'''\n"));
        let checked = tusk(folder.path(), &["check", "service.tsk"]);
        assert_eq!(checked.code, Some(1), "{code}: {checked:?}");
        assert!(checked.stderr.contains(message), "{code}: {checked:?}");
        assert!(
            checked.stderr.contains(&format!("service.tsk:{line}:")),
            "{code}: {checked:?}"
        );
    }
}

#[test]
fn nothing_has_to_be_installed() {
    let folder =
        Folder::new("f_fujsen = '''typescript\nexport function f(name: string): string { return name; }\n'''\n");
    let cache = tempfile::TempDir::new().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tusk-host"))
        .args(["call", "service.tsk", "f", r#"{"name": "Ada"}"#])
        .current_dir(folder.path())
        .env_clear()
        .env("TUSK_CACHE", cache.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "\"Ada\"", "{output:?}");
}
