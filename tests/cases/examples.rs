//! Each example, run as its README says.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::harness::{Folder, Service, root};

fn example(path: &str) -> String {
    std::fs::read_to_string(root().join("examples").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[tokio::test]
async fn the_user_service_and_its_notifications() {
    let notifications = Service::start(&example("user-service/notification.tsk")).await;
    let folder = Folder::new(&example("user-service/service.tsk"));
    let users = Service::start_in(folder, &[("NOTIFY_URL", &notifications.url)]).await;

    let health = users.get("/health").await;
    assert_eq!((health.status, health.json()["users"].clone()), (200, json!(0)));
    assert_eq!(
        users.get("/users").await.json(),
        json!({ "status": "success", "data": [], "service": "user-service" })
    );

    let answer = users
        .post("/users", json!({ "username": "ada", "email": "ada@example.com" }))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let ada = json!({ "id": 1, "username": "ada", "email": "ada@example.com" });
    assert_eq!(answer.json()["data"], ada);
    assert_eq!(users.get("/users").await.json()["data"], json!([ada]));
    assert_eq!(users.get("/users/1").await.json(), ada);
    assert_eq!(users.get("/users/2").await.status, 404);
    assert_eq!(users.get("/users/one").await.status, 400);
    assert_eq!(users.get("/users?limit=1").await.json()["data"], json!([ada]));
    assert_eq!(users.get("/users?limit=1.5").await.json()["argument"], "limit");
    assert_eq!(
        notifications.get("/notifications").await.json(),
        json!([{ "id": 1, "user_id": 1, "email": "ada@example.com", "type": "welcome" }])
    );

    let without = users.post("/users", json!({ "username": "bob" })).await;
    assert_eq!(
        (without.status, without.json()["argument"].clone()),
        (400, json!("email"))
    );
    assert_eq!(
        users
            .post("/users", json!({ "username": "ada", "email": "a@b.c" }))
            .await
            .status,
        409
    );

    drop(notifications);
    let answer = users
        .post("/users", json!({ "username": "bob", "email": "bob@example.com" }))
        .await;
    assert_eq!(
        answer.status, 201,
        "a failed notification does not fail the request: {answer:?}"
    );
    users.logged("notification failed").await;
    let health = users.get("/health").await;
    assert_eq!(health.status, 503);
    assert_eq!(health.json()["dependencies"]["database"]["status"], "healthy");
    assert_eq!(
        health.json()["dependencies"]["notification_service"]["status"],
        "unhealthy"
    );
}

/// The service in the project's README, as it stands there.
#[tokio::test]
async fn the_service_of_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```tsk\n").unwrap();
    let (text, _) = rest.split_once("\n```\n").unwrap();
    let service = Service::start(text).await;
    assert_eq!(
        service.get("/hello/Ada").await.json(),
        json!({ "message": "Hello, Ada! " })
    );
    assert_eq!(
        service.get("/twice?name=Bob").await.json(),
        json!({ "message": "Hello, Bob! Hello, Bob! " })
    );
    assert_eq!(service.get("/hello/Ada?times=10").await.status, 400);
}

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program).current_dir(folder).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Serves a built example from a folder of its own.
async fn serve(example: &str, text: &str, wasm: &str) -> Service {
    let place = Folder::new(text);
    std::fs::create_dir_all(place.file(wasm).parent().unwrap()).unwrap();
    std::fs::copy(root().join("examples").join(example).join(wasm), place.file(wasm)).unwrap();
    Service::start_in(place, &[]).await
}

async fn renders(service: &Service) {
    let answer = service
        .post("/render", json!({ "markdown": "# One\n*two*", "title": "T" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer.text.contains("<h1>One</h1>") && answer.text.contains("<em>two</em>"),
        "{answer:?}"
    );
    let answer = service
        .post("/outline", json!({ "markdown": "# One\n## Two", "depth": 1 }))
        .await;
    assert_eq!(answer.json(), json!([{ "level": 1, "text": "One" }]));
}

#[tokio::test]
async fn a_crate_of_ones_own() {
    run(
        &root().join("examples/own-crate"),
        "cargo",
        &["build", "--release", "--target", "wasm32-unknown-unknown"],
    );
    let wasm = "target/wasm32-unknown-unknown/release/own_crate.wasm";
    let service = serve("own-crate", &example("own-crate/service.tsk"), wasm).await;
    renders(&service).await;

    // A new build is taken while the service runs; a half-written one is not.
    let target = service.folder.file(wasm);
    let bytes = std::fs::read(&target).unwrap();
    std::fs::write(&target, &bytes[..bytes.len() / 2]).unwrap();
    service.logged("keeps serving").await;
    renders(&service).await;
    std::fs::write(&target, &bytes).unwrap();
    service.logged("swapped in").await;
    renders(&service).await;
}

#[tokio::test]
async fn a_crate_of_ones_own_as_a_wasi_component() {
    run(
        &root().join("examples/own-crate"),
        "cargo",
        &["build", "--release", "--target", "wasm32-wasip2"],
    );
    let text = example("own-crate/service.tsk").replace("wasm32-unknown-unknown", "wasm32-wasip2");
    renders(&serve("own-crate", &text, "target/wasm32-wasip2/release/own_crate.wasm").await).await;
}

const PRINTS: &str = r#"
use tusk::prelude::*;

fn help(n: i64) -> i64 { println!("helped with {n}"); n }

#[fujsen]
fn prints(n: i64) -> i64 {
    println!("printed {n}");
    eprintln!("to stderr");
    dbg!(help(n) + 1)
}

tusk::export!(prints);
"#;

/// With the SDK's macros in the whole crate, and with those of `std` behind a fujsen, which WASI has a place for.
#[tokio::test]
async fn what_a_crate_of_ones_own_prints_is_logged() {
    let target = root().join("target/guests");
    let crate_ = target.join("prints");
    std::fs::create_dir_all(crate_.join("src")).unwrap();
    let manifest = example("own-crate/Cargo.toml");
    let sdk = root().join("guest-sdk/rust");
    let manifest = manifest.replace("../../guest-sdk/rust", sdk.to_str().unwrap());
    std::fs::write(crate_.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(crate_.join("Cargo.lock"), example("own-crate/Cargo.lock")).unwrap();
    for (platform, head) in [
        ("wasm32-unknown-unknown", "#[macro_use]\nextern crate tusk;\n"),
        ("wasm32-wasip2", ""),
    ] {
        std::fs::write(crate_.join("src/lib.rs"), format!("{head}{PRINTS}")).unwrap();
        let arguments = ["build", "--release", "--locked", "--target", platform, "--target-dir"];
        run(
            &crate_,
            "cargo",
            &[&arguments[..], &[target.to_str().unwrap()]].concat(),
        );
        let folder = Folder::new("[a]\nmodule: @wasm(\"a.wasm\")\n[routes]\n\"GET /prints\": a.prints\n");
        let built = target.join(platform).join("release/own_crate.wasm");
        std::fs::copy(built, folder.file("a.wasm")).unwrap();
        let service = Service::start_in(folder, &[]).await;
        assert_eq!(service.get("/prints?n=40").await.text, "41", "{platform}");
        for text in ["printed 40", "to stderr", "helped with 40", "help(n) + 1 = 41"] {
            service.logged(text).await;
            let log = service.log();
            let line = log.lines().find(|line| line.contains(text)).unwrap();
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["fujsen"], "a.prints", "{platform}: {line}");
        }
    }
}

#[tokio::test]
async fn an_assemblyscript_project_of_ones_own() {
    let folder = root().join("examples/own-assemblyscript");
    run(&folder, "npm", &["ci", "--no-audit", "--no-fund"]);
    run(&folder, "npx", &["asc"]);
    let text = example("own-assemblyscript/service.tsk");
    let service = serve("own-assemblyscript", &text, "build/module.wasm").await;
    assert_eq!(
        service.get("/greet/Ada").await.json(),
        json!({ "message": "Hello Ada" })
    );
    assert_eq!(service.get("/greet/Ada?times=11").await.status, 400);
    let words = service.post("/count", json!({ "text": "b a b" })).await;
    assert_eq!(words.status, 200, "{words:?}");
}
