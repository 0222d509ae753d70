//! `service://name/path`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{LANGUAGES, ask, caller, dependencies, file};
use crate::harness::{Folder, Mood, Moody, Service, eventually};

/// How many of `calls` each instance answered.
async fn spread(service: &Service, calls: usize) -> BTreeMap<String, usize> {
    let mut spread = BTreeMap::new();
    for call in 0..calls {
        let (status, from) = ask(service, LANGUAGES[call % LANGUAGES.len()]).await;
        assert_eq!(status, 200);
        *spread.entry(from).or_default() += 1;
    }
    spread
}

fn even(names: &[&str], each: usize) -> BTreeMap<String, usize> {
    names.iter().map(|name| ((*name).to_owned(), each)).collect()
}

#[tokio::test]
async fn instances_of_the_file_take_turns_and_one_that_dies_is_left_out_until_it_is_back() {
    let (a, mut b) = (Moody::start("a").await, Moody::start("b").await);
    let service = caller(dependencies(&[&a, &b]), "").await;
    assert_eq!(spread(&service, 10).await, even(&["a", "b"], 5));
    b.goes().await;
    assert_eq!(spread(&service, 10).await, even(&["a"], 10), "no call fails");
    service.logged("is left out until it answers again").await;
    b.comes_back();
    let back = || async { (ask(&service, "rust").await.1 == "b").then_some(()) };
    eventually("b is back", back).await;
    assert_eq!(spread(&service, 10).await, even(&["a", "b"], 5));
}

#[tokio::test]
async fn an_instance_that_answers_5xx_is_left_out_too() {
    let (a, b) = (Moody::start("a").await, Moody::start("b").await);
    let service = caller(dependencies(&[&a, &b]), "[resilience]\nusers: { backoff: \"1ms\" }").await;
    b.becomes(Mood::Fails);
    // Each failure is made good by a retry at the other instance.
    assert_eq!(spread(&service, 20).await, even(&["a"], 20));
    assert!((1..=6).contains(&b.requests()), "{}", b.requests());
}

#[tokio::test]
async fn values_are_fetched_from_instances_too() {
    let (a, mut b) = (Moody::start("a").await, Moody::start("b").await);
    let settings = r#"
[values]
user: @http("service://users/x")
rust_fujsen = '''rust
#[fujsen]
fn rust() -> Result<Value> { config::get("user") }
'''
assemblyscript_fujsen = '''assemblyscript
export function assemblyscript(): Json { return config.json("user"); }
'''
typescript_fujsen = '''typescript
export function typescript(): object { return config.read("user"); }
'''
"#;
    let text = format!(
        "{}\n\"GET /value/rust\": values.rust\n\"GET /value/assemblyscript\": values.assemblyscript\n\
         \"GET /value/typescript\": values.typescript\n",
        file(&dependencies(&[&a, &b]), settings)
    );
    let service = Service::start_in(Folder::new(&text), &[]).await;
    b.goes().await;
    for language in LANGUAGES {
        for _ in 0..2 {
            let value = service.get(&format!("/value/{language}")).await;
            assert_eq!(value.json()["from"], "a", "{value:?}\n{}", service.log());
        }
    }
}

/// A registry as the project's source page has it, and with a list of instances.
const REGISTRY: &str = r#"
[service]
name: "registry"

[registry]
all_fujsen = '''assemblyscript
export function set(body: Json): void { state.set("instances", body); }

export function instances(name: string): Json {
  if (name != "users") throw notFound("there is no service " + name);
  return state.get("instances").asJson();
}
'''

[routes]
"PUT /instances": registry.set
"GET /services/{name}/instances": registry.instances
"#;

async fn register(registry: &Service, instances: Value) {
    let request = registry.client.put(format!("{}/instances", registry.url));
    let request = request
        .header("content-type", "application/json")
        .body(instances.to_string());
    assert_eq!(registry.send(request).await.status, 204);
}

#[tokio::test]
async fn a_registry_says_where_instances_are() {
    let (a, b) = (Moody::start("a").await, Moody::start("b").await);
    let registry = Service::start(REGISTRY).await;
    register(&registry, json!([{ "url": a.url() }])).await;
    let settings = format!(
        "[discovery]\nregistry: \"{}\"\nrefresh: \"100ms\"\nallow: [\"127.0.0.0/8\"]",
        registry.url
    );
    let service = caller(json!({}), &settings).await;
    assert_eq!(spread(&service, 4).await, even(&["a"], 4));

    register(&registry, json!([{ "url": a.url() }, { "url": b.url() }])).await;
    let joined = || async { (ask(&service, "rust").await.1 == "b").then_some(()) };
    eventually("b joins", joined).await;
    register(
        &registry,
        json!([{ "url": a.url(), "health_status": "unreachable" }, { "url": b.url(), "health_status": "healthy" }]),
    )
    .await;
    let left =
        || async { (ask(&service, "rust").await.1 == "b" && ask(&service, "rust").await.1 == "b").then_some(()) };
    eventually("a is left out", left).await;

    let unknown = service.ask("/rust", &[("url", "service://nobody/")]).await;
    assert_eq!(unknown.status, 503);
    assert!(
        unknown.text.contains("no instance of `nobody` is registered"),
        "{}",
        unknown.text
    );
    let direct = service.ask("/rust", &[("url", &format!("{}/x", a.url()))]).await;
    assert_eq!(direct.status, 500, "an instance is reached as one only");
    service.logged("does not grant").await;

    // What was known stays known.
    drop(registry);
    assert_eq!(spread(&service, 6).await, even(&["b"], 6));
}

#[tokio::test]
async fn instances_are_where_the_file_allows_them() {
    let a = Moody::start("a").await;
    let registry = Service::start(REGISTRY).await;
    register(&registry, json!([{ "url": a.url() }])).await;
    let service = caller(json!({}), &format!("[discovery]\nregistry: \"{}\"", registry.url)).await;
    let refused = service.ask("/assemblyscript", &[("url", "service://users/x")]).await;
    assert_eq!((refused.status, a.requests()), (500, 0));
    service.logged("allow: [\\\"127.0.0.1\\\"]").await;
}

#[tokio::test]
async fn an_unknown_service_is_named_with_the_line_to_write() {
    let a = Moody::start("a").await;
    let service = caller(dependencies(&[&a]), "").await;
    for language in LANGUAGES {
        let answer = service
            .ask(&format!("/{language}"), &[("url", "service://user/x")])
            .await;
        assert_eq!(answer.status, 500);
    }
    service.logged("did you mean `users`?").await;
    let with_port = service.ask("/rust", &[("url", "service://users:80/x")]).await;
    assert_eq!(with_port.status, 500);
    service.logged("a service has a name and a path").await;
}

#[tokio::test]
async fn wrong_settings_are_said_with_their_place() {
    let folder =
        Folder::new("[discovery]\nregistry: \"nowhere\"\nbalance: \"fair\"\n[resilience]\nusers: { retrys: 1 }\n");
    let output = crate::harness::tusk(folder.path(), &["check", "service.tsk"]);
    for line in [
        "service.tsk:2:11",
        "`discovery.registry` must be an http or https URL",
        "`discovery.balance` must be \"round_robin\", \"random\" or \"least_connections\"",
        "did you mean `retries`?",
    ] {
        assert!(
            output.stderr.contains(line) || output.stdout.contains(line),
            "{line}\n{}\n{}",
            output.stdout,
            output.stderr
        );
    }
}
