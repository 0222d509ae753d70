//! Node.js and npm that are missing, too old, or break off.

use std::{collections::HashMap, path::Path};

use tsk::{Source, SourceMap};

use super::{AssemblyScript, LANGUAGE, node::major};
use crate::{ModuleSource, Text, process::Environment, toolchain::Toolchain};

fn module(code: &str) -> ModuleSource {
    let mut sources = SourceMap::default();
    let file = sources.add("service.tsk", code);
    let span = tsk::Span {
        file,
        start: 0,
        end: code.len() as u32,
    };
    ModuleSource {
        eval: false,
        section: "users".into(),
        language: LANGUAGE.known,
        texts: vec![Text {
            key: "list_fujsen".into(),
            source: Source {
                language: LANGUAGE.known,
                text: code.into(),
                span,
            },
            key_span: span,
        }],
    }
}

/// What a build says when PATH holds only these scripts.
#[allow(clippy::unwrap_used)]
fn complaint(scripts: &HashMap<&str, &str>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for (name, text) in scripts {
        script(&bin.join(name), text);
    }
    let path = [("PATH".into(), bin.into_os_string())];
    let toolchain = AssemblyScript::with_environment(folder.path().join("cache"), Environment::of(path));
    let problems = toolchain
        .build(&module("export function list(): void {}"), &|_| {})
        .unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].span.is_some());
    (
        problems[0].message.clone(),
        problems[0].help.clone().unwrap_or_default(),
    )
}

#[allow(clippy::unwrap_used)]
fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_missing_node_is_one_message() {
    let (message, help) = complaint(&HashMap::new());
    assert!(message.contains("there is no `node` on PATH"), "{message}");
    assert!(help.contains("apt-get install nodejs npm"), "{help}");
}

#[test]
fn an_old_node_is_one_message() {
    let (message, _) = complaint(&HashMap::from([("node", "echo v18.19.0")]));
    assert!(
        message.contains("need Node.js 20 or newer") && message.contains("is v18.19.0"),
        "{message}"
    );
}

#[test]
fn a_missing_npm_is_one_message() {
    let (message, _) = complaint(&HashMap::from([("node", "echo v22.0.0")]));
    assert!(message.contains("no `npm` on PATH"), "{message}");
}

#[test]
fn an_install_that_fails_says_what_npm_said() {
    let scripts = HashMap::from([
        ("node", "echo v22.0.0"),
        ("npm", "echo 'npm error network down' >&2; exit 1"),
    ]);
    let (message, help) = complaint(&scripts);
    assert!(message.contains("npm error network down"), "{message}");
    assert!(help.contains("HTTPS_PROXY"), "{help}");
}

/// The real Node.js with a compiler that answers once and ends, and an npm that counts its runs.
#[allow(clippy::unwrap_used)]
fn stand_ins(folder: &Path) -> AssemblyScript {
    let bin = folder.join("bin");
    std::fs::create_dir(&bin).unwrap();
    let compiler = "export default { async main(files, options) { \
        options.writeFile('module.wasm', new Uint8Array([0, 97, 115, 109])); \
        setTimeout(() => process.reallyExit(0), 1); return {}; } };";
    let npm = format!(
        "echo run >> ../runs; mkdir -p node_modules/assemblyscript/dist
echo '{{\"type\": \"module\"}}' > node_modules/assemblyscript/package.json
cat > node_modules/assemblyscript/dist/asc.js <<'END'\n{compiler}\nEND"
    );
    script(&bin.join("npm"), &npm);
    let mut path = bin.into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    AssemblyScript::with_environment(folder.join("cache"), Environment::of([("PATH".into(), path)]))
}

#[test]
#[allow(clippy::unwrap_used)]
fn a_compiler_that_ended_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let toolchain = stand_ins(folder.path());
    for _ in 0..3 {
        assert_eq!(
            toolchain
                .build(&module("export function list(): void {}"), &|_| {})
                .unwrap(),
            b"\0asm"
        );
    }
    assert_eq!(
        std::fs::read_to_string(folder.path().join("cache/runs")).unwrap(),
        "run\n"
    );
}

#[test]
#[allow(clippy::unwrap_used)]
fn an_install_that_was_killed_is_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let toolchain = stand_ins(folder.path());
    let name = super::sdk::packages();
    for half in [name.clone(), format!("{name}.unfinished")] {
        std::fs::create_dir_all(folder.path().join("cache").join(half).join("node_modules/half")).unwrap();
    }
    toolchain
        .build(&module("export function list(): void {}"), &|_| {})
        .unwrap();
    let packages = folder.path().join("cache").join(name).join("node_modules");
    assert!(packages.join("assemblyscript").is_dir() && !packages.join("half").exists());
}

#[test]
fn versions_are_read() {
    assert_eq!(major("v20.20.2"), Some(20));
    assert_eq!(major("20"), None);
    assert_eq!(major(""), None);
}
