#![allow(clippy::unwrap_used)]
use tsk::{Language, Source, Span};

use super::*;
use crate::Text;

fn module() -> ModuleSource {
    let text = "#[fujsen]\nfn hello() {}\n";
    ModuleSource {
        section: String::new(),
        language: Language::Rust,
        texts: vec![Text {
            key: "hello_fujsen".to_owned(),
            key_span: Span::default(),
            source: Source {
                language: Language::Rust,
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

#[cfg(unix)]
#[test]
fn a_missing_target_without_rustup_is_one_message() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    for name in ["cargo", "rustc"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "#!/bin/sh\necho /nowhere\n").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let errors = errors(folder.path(), folder.path());
    let [error] = &errors[..] else { panic!("{errors:#?}") };
    assert!(
        error.message.contains("lacks the target wasm32-unknown-unknown"),
        "{error:#?}"
    );
}

#[test]
fn compilers_see_nothing_of_the_service() {
    let variables = [
        ("PATH", "/bin"),
        ("DATABASE_URL", "secret"),
        ("RUSTUP_HOME", "/r"),
        ("https_proxy", "p"),
    ];
    let environment = Environment::of(variables.map(|(name, value)| (name.into(), value.into())));
    let command = environment.command(std::path::Path::new("true"), std::path::Path::new("/"));
    let names: Vec<_> = command.get_envs().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["PATH", "RUSTUP_HOME", "https_proxy"]);
}
