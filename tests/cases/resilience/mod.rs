//! What the host does for calls of dependencies that fail, and where it finds them.

mod by_hand;
mod circuit;
mod discovery;

use serde_json::{Value, json};

use crate::harness::{Folder, Moody, Service};

/// Fujsens in all languages that fetch a URL, and one that depends on nobody. `{settings}` and the dependencies are put in.
const GUESTS: &str = r#"
[rust]
fetch_fujsen = '''rust
#[fujsen]
fn fetch(url: String, #[default("GET")] method: String) -> Result<Value> {
    let answer = http::request(method, url).send()?;
    Ok(json!({ "status": answer.status(), "body": answer.json::<Value>().unwrap_or_default() }))
}

#[fujsen]
fn other() -> Result<Value> {
    Ok(json!({ "fine": true }))
}

#[fujsen]
fn dependencies() -> Result<Value> {
    Ok(json!(get_dependency_status()))
}
'''

[assemblyscript]
fetch_fujsen = '''assemblyscript
export function fetch(url: string, method: string = "GET"): Json {
  const answer = http.request(method, url).send();
  return Json.object().set("status", answer.status).set("body", answer.json());
}

export function dependencies(): Json { return get_dependency_status(); }
'''

[typescript]
get_fujsen = '''typescript
export async function get(url: string, method: string = "GET"): Promise<object> {
  const answer = await fetch(url, { method });
  return { status: answer.status, body: answer.ok ? await answer.json() : null };
}

export function dependencies(): tusk.DependencyStatus[] { return get_dependency_status(); }
'''

[routes]
"GET /rust": rust.fetch
"GET /assemblyscript": assemblyscript.fetch
"GET /typescript": typescript.get
"GET /other": rust.other
"GET /dependencies/rust": rust.dependencies
"GET /dependencies/assemblyscript": assemblyscript.dependencies
"GET /dependencies/typescript": typescript.dependencies
"#;

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

fn file(dependencies: &Value, settings: &str) -> String {
    format!("[service]\nname: \"caller\"\ndependencies: {dependencies}\n[admin]\nport: 0\n{settings}\n{GUESTS}")
}

async fn caller(dependencies: Value, settings: &str) -> Service {
    Service::start_in(Folder::new(&file(&dependencies, settings)), &[]).await
}

/// Who answered `service://users/…`, and with which status.
async fn ask(service: &Service, language: &str) -> (u16, String) {
    let answer = service
        .ask(&format!("/{language}"), &[("url", "service://users/x")])
        .await;
    let from = answer.json()["body"]["from"].as_str().unwrap_or_default().to_owned();
    (answer.status, from)
}

fn dependencies(upstreams: &[&Moody]) -> Value {
    let urls: Vec<_> = upstreams.iter().map(|one| one.url()).collect();
    json!({ "users": urls })
}
