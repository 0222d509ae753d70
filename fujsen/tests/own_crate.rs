//! examples/own-crate, built as its README says, is a module for both targets.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, path::Path, process::Command};

use fujsen::Component;

fn built(target: &str) -> Component {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/own-crate");
    let folder = support::folder("own-crate");
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--target", target, "--target-dir"])
        .arg(&folder)
        .current_dir(example)
        .status()
        .unwrap();
    assert!(status.success());
    let wasm = folder.join(target).join("release/own_crate.wasm");
    Component::prebuilt(&fs::read(wasm).unwrap()).unwrap()
}

#[test]
fn both_targets_give_the_same_functions() {
    let [core, component] = ["wasm32-unknown-unknown", "wasm32-wasip2"].map(built);
    assert_eq!(core.functions, component.functions);
    let names: Vec<_> = core.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["render", "outline"]);
    assert_eq!(core.functions[0].file.as_deref(), Some("src/lib.rs"));
}
