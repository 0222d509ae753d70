//! A component that imports WASI finds nothing granted, and what it prints is logged.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Folder, Service, eventually, root};

const SERVICE: &str = r#"
[service]
name: "wasi"

[guest]
reuse: 10
module: @wasm("guest.wasm")

[routes]
"GET /look": guest.look
"#;

#[tokio::test]
async fn wasi_has_nothing_granted_and_prints_to_the_log() {
    let target = root().join("target/guests");
    let built = Command::new("cargo")
        .current_dir(root().join("tests/guests/wasi"))
        .args(["build", "--quiet", "--locked", "--release", "--target", "wasm32-wasip2"])
        .env("CARGO_TARGET_DIR", &target)
        .status();
    assert!(built.unwrap().success());
    let folder = Folder::new(SERVICE);
    std::fs::copy(
        target.join("wasm32-wasip2/release/wasi_guest.wasm"),
        folder.file("guest.wasm"),
    )
    .unwrap();
    let service = Service::start_in(folder, &[]).await;
    for _ in 0..2 {
        let seen = json!({ "files": false, "variables": 0, "arguments": 0, "sockets": false, "clock": true });
        assert_eq!(service.get("/look").await.json(), seen);
    }
    // The log comes by a pipe, after the answers.
    let both = || async { (service.log().matches("a complaint").count() == 2).then_some(()) };
    eventually("both calls' output", both).await;
    let log = service.log();
    let lines = |text: &str| log.lines().filter(|line| line.contains(text)).collect::<Vec<_>>();
    assert_eq!(lines("by a guest").len(), 2, "each call's output is logged once: {log}");
    let line: Value = serde_json::from_str(lines("by a guest")[0]).unwrap();
    assert_eq!(
        (&line["level"], &line["fujsen"]),
        (&json!("INFO"), &json!("guest.look"))
    );
}
