//! Toolchains of Rust that are missing, or too old.
#![allow(clippy::unwrap_used)]
use tsk::{Source, Span};

use super::*;
use crate::Text;

fn module() -> ModuleSource {
    let text = "#[fujsen]\nfn hello() {}\n";
    ModuleSource {
        eval: false,
        section: String::new(),
        language: LANGUAGE.known,
        texts: vec![Text {
            key: "hello_fujsen".to_owned(),
            key_span: Span::default(),
            source: Source {
                language: LANGUAGE.known,
                text: text.into(),
                span: Span::default(),
            },
        }],
    }
}

fn errors(path: &std::path::Path, home: &std::path::Path) -> Vec<Diagnostic> {
    let variables = [("PATH", path), ("HOME", home)];
    let environment = Environment::of(variables.map(|(name, value)| (name.into(), value.into())));
    let rust = Rust::with_environment(home.join("cache"), environment);
    rust.build(&module(), &|_| {}).unwrap_err()
}

#[test]
fn a_missing_toolchain_is_one_message_with_the_command_that_installs_it() {
    let folder = tempfile::tempdir().unwrap();
    let errors = errors(folder.path(), folder.path());
    let [error] = &errors[..] else { panic!("{errors:#?}") };
    assert!(error.message.contains("need `cargo`"), "{error:#?}");
    assert!(
        error.span.is_some() && error.help.as_deref().unwrap().contains("https://sh.rustup.rs"),
        "{error:#?}"
    );
}

/// A program that does what `lines` say.
#[cfg(unix)]
fn program(folder: &std::path::Path, name: &str, lines: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn hosts_that_start_at_once_add_the_target_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let home = path.display();
    program(path, "cargo", "");
    program(path, "rustc", &format!("echo {home}"));
    let adds = format!(
        "cd {home}; echo once >> added
/bin/mkdir busy || exit 1
/bin/sleep 0.3
/bin/mkdir -p lib/rustlib/wasm32-unknown-unknown/lib; /bin/rmdir busy"
    );
    program(path, "rustup", &adds);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let errors = errors(path, path);
                // This compiler has no version. It is asked for that once the target is there.
                assert!(errors[0].message.contains("need rustc 1.88 or newer"), "{errors:#?}");
            });
        }
    });
    assert_eq!(std::fs::read_to_string(path.join("added")).unwrap(), "once\n");
}

#[cfg(unix)]
#[test]
fn a_missing_target_without_rustup_is_one_message() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cargo", "rustc"] {
        program(folder.path(), name, "echo /nowhere");
    }
    let errors = errors(folder.path(), folder.path());
    let [error] = &errors[..] else { panic!("{errors:#?}") };
    assert!(
        error.message.contains("lacks the target wasm32-unknown-unknown"),
        "{error:#?}"
    );
}
