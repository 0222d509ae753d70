//! Rust texts through the real compiler.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Mutex, PoisonError};

use fujsen::{Compiler, Component, Kind, PrebuiltError};
use support::{File, folder, rust, silent};
use tsk::Diagnostic;

fn compile(file: &File) -> Result<Component, Vec<Diagnostic>> {
    Compiler::new(folder("rust")).compile(&file.module("users", rust()), &silent)
}

/// `place` is `line:column` of the TSK file, `said` a part of the message.
#[track_caller]
fn refused(texts: &[(&str, &str)], place: &str, said: &str) -> Diagnostic {
    let file = File::new(texts);
    let errors = compile(&file).unwrap_err();
    let found = errors.iter().find(|error| error.message.contains(said));
    let error = found.unwrap_or_else(|| panic!("no `{said}` in {errors:#?}"));
    let position = file.sources.position(error.span.unwrap());
    assert_eq!(format!("{}:{}", position.line, position.column), place, "{errors:#?}");
    error.clone()
}

const CREATE: &str = r#"
/// POST /users
///
/// Adds one.
#[fujsen]
fn create(username: String, email: Option<String>) -> Result<Created<User>> {
    let row = sql::query_one("main", "INSERT INTO users (username, email) VALUES (?, ?) RETURNING id", params![username, email])?;
    let id = row.ok_or_else(|| Error::internal("no id"))?.get("id")?;
    Ok(Created(User { id, username }))
}

#[derive(Serialize)]
pub struct User { id: i64, username: String }
"#;

const LIST: &str = r#"use tusk::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Filter { name: Option<String> }

#[fujsen]
fn list(#[default(50)] limit: u8, rate: f64, #[default(-1)] from: i64, raw: Vec<u8>, on: bool, filter: Filter,
    #[default("a\"b".to_owned())] order: String, request: Request, tags: Option<Vec<String>>) -> Result<Vec<User>> {
    let _ = create(filter.name.unwrap_or(order), tags.and_then(|tags| tags.into_iter().next()))?;
    log::info("listed", tusk::fields! { limit: limit, path: request.path, raw: raw.len(), on: on, sum: rate + from as f64 });
    Ok(Vec::new())
}
"#;

#[test]
fn texts_become_one_component_and_describe_their_functions() {
    let component = compile(&File::new(&[("create_fujsen", CREATE), ("list_fujsen", LIST)])).unwrap();
    assert!(component.wasm.len() < 300_000, "{} bytes", component.wasm.len());
    let [create, list] = &component.functions[..] else {
        panic!("{:#?}", component.functions)
    };
    assert_eq!(create.name, "create");
    assert_eq!(create.doc.as_deref(), Some("POST /users\n\nAdds one."));
    assert_eq!(
        (create.file.as_deref(), create.line),
        (Some("create_fujsen.rs"), Some(6))
    );
    assert_eq!(create.result, "Result<Created<User>>");
    assert_eq!(create.params[1].source, "Option<String>");
    assert!(create.params[1].optional && !create.params[0].optional);
    assert_eq!((list.file.as_deref(), list.line), (Some("list_fujsen.rs"), Some(8)));
    let kinds: Vec<_> = list.params.iter().map(|parameter| parameter.kind).collect();
    use Kind::{Boolean, Bytes, Integer, Json, Real, Request, Text};
    assert_eq!(
        kinds,
        [Integer, Real, Integer, Bytes, Boolean, Json, Text, Request, Json]
    );
    assert_eq!((list.params[0].min, list.params[0].max), (Some(0), Some(255)));
    let defaults: Vec<_> = list
        .params
        .iter()
        .filter_map(|parameter| parameter.default.clone())
        .collect();
    assert_eq!(
        defaults,
        [serde_json::json!(50), serde_json::json!(-1), serde_json::json!("a\"b")]
    );
}

#[test]
fn no_path_of_this_machine_is_in_the_component() {
    let component = compile(&File::new(&[("create_fujsen", CREATE)])).unwrap();
    let text = String::from_utf8_lossy(&component.wasm);
    let home = std::env::var("HOME").unwrap();
    for path in [home.as_str(), env!("CARGO_TARGET_TMPDIR")] {
        assert!(!text.contains(path), "{path}");
    }
}

#[test]
fn prebuilt_takes_what_was_compiled() {
    let component = compile(&File::new(&[("create_fujsen", CREATE)])).unwrap();
    assert_eq!(
        Component::prebuilt(&component.wasm).unwrap().functions,
        component.functions
    );
}

#[test]
fn prebuilt_says_what_is_wrong() {
    assert!(matches!(
        Component::prebuilt(b"hello").unwrap_err(),
        PrebuiltError::NotWasm(_)
    ));
    assert!(matches!(
        Component::prebuilt(b"\0asm\x01\0\0\0").unwrap_err(),
        PrebuiltError::NoCall
    ));
    // (module (import "env" "f" (func)))
    let imports = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x09\x01\x03env\x01f\0\0";
    let error = Component::prebuilt(imports).unwrap_err();
    assert_eq!(error.to_string(), "it imports env, which this host does not have");
}

#[test]
fn a_known_text_starts_no_compiler() {
    let file = File::new(&[("create_fujsen", CREATE)]);
    let module = file.module("users", rust());
    let compiled = compile(&file).unwrap();
    let said = Mutex::new(Vec::new());
    let progress = |line: &str| {
        said.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.to_owned())
    };
    let compiler = Compiler::new(folder("rust"));
    assert_eq!(compiler.cached(&module).unwrap().hash, compiled.hash);
    assert_eq!(compiler.compile(&module, &progress).unwrap().hash, compiled.hash);
    assert!(said.into_inner().unwrap().is_empty());
    let edited = File::new(&[("create_fujsen", &CREATE.replace("no id", "none"))]);
    assert!(
        Compiler::new(folder("rust-empty"))
            .cached(&edited.module("users", rust()))
            .is_none()
    );
}

#[test]
fn a_type_error_is_placed_in_its_line() {
    let error = refused(
        &[
            (
                "a",
                "\n#[fujsen]\nfn a() -> i64 {\n    let text: i64 = \"é\"; text\n}\n",
            ),
            ("b", CREATE),
        ],
        "5:21",
        "mismatched types (E0308)",
    );
    assert!(error.label.contains("expected `i64`"), "{error:#?}");
}

#[test]
fn an_error_after_wide_characters_has_its_column() {
    refused(
        &[("a", "#[fujsen]\nfn a() -> &'static str { let é = \"ü\"; nope(é) }\n")],
        "3:39",
        "cannot find function `nope`",
    );
}

#[test]
fn a_syntax_error_is_the_compilers() {
    refused(
        &[("a", "#[fujsen]\nfn a() -> i64 { 1 + }\n")],
        "3:21",
        "expected expression",
    );
}

#[test]
fn an_error_in_the_second_text_is_in_the_second_text() {
    refused(
        &[
            ("a", "#[fujsen]\nfn a() {}\n"),
            ("b", "#[fujsen]\nfn b() { missing() }\n"),
        ],
        "7:10",
        "missing",
    );
}

#[test]
fn a_result_that_cannot_be_sent_is_underlined() {
    refused(
        &[("a", "struct Own;\n#[fujsen]\nfn a() -> Own { Own }\n")],
        "4:11",
        "Own",
    );
}

#[test]
fn an_argument_that_cannot_be_read_is_underlined() {
    refused(&[("a", "struct Own;\n#[fujsen]\nfn a(own: Own) {}\n")], "4:11", "Own");
}

#[test]
fn the_attribute_explains_itself() {
    refused(
        &[("a", "#[fujsen]\nasync fn a() {}\n")],
        "3:1",
        "a fujsen is not `async`",
    );
    refused(
        &[("a", "#[fujsen]\nfn a(#[default(1)] n: Option<i64>) {}\n")],
        "3:16",
        "either an `Option` or has a default",
    );
}

#[test]
fn a_text_without_a_fujsen_is_told_what_to_write() {
    let error = refused(&[("a", "fn a() {}\n")], "2:1", "`a` has no fujsen");
    assert_eq!(
        error.help.as_deref(),
        Some("write `#[fujsen]` on the line before `fn a`")
    );
}

#[test]
fn a_name_is_given_once() {
    let error = refused(
        &[("a", "#[fujsen]\nfn x() {}\n"), ("b", "#[fujsen]\nfn x() {}\n")],
        "7:4",
        "two fujsens",
    );
    assert_eq!(error.related.len(), 1);
}

#[test]
fn compiling_reads_no_files() {
    refused(
        &[(
            "a",
            "#[fujsen]\nfn a() -> &'static str { include_str!(\"/etc/hosts\") }\n",
        )],
        "3:26",
        "include_str",
    );
    refused(
        &[(
            "a",
            "use std::include_bytes as read;\n#[fujsen]\nfn a() { read!(\"/etc/hosts\"); }\n",
        )],
        "2:10",
        "include_bytes",
    );
}

#[test]
fn static_data_larger_than_the_memory_compiles() {
    let text = "static TABLE: [u8; 500_000] = [7; 500_000];\n#[fujsen]\nfn a(index: usize) -> u8 { TABLE[index] }\n";
    compile(&File::new(&[("a", text)])).unwrap();
}

#[test]
fn what_a_fujsen_does_not_have_is_told_where_it_stands() {
    for (code, place, said, instead) in [
        (
            "fn a() { std::process::exit(1) }",
            "3:10",
            "`std::process::exit`",
            "`Error`",
        ),
        (
            "use std::process::exit;\nfn b() { exit(1) }",
            "3:19",
            "`std::process::exit`",
            "`Error`",
        ),
        (
            "fn a() -> String { std::env::var(\"A\").unwrap_or_default() }",
            "3:20",
            "`std::env::var`",
            "@env",
        ),
        (
            "use std::env;\nfn b() { env::vars(); }",
            "4:10",
            "`std::env::vars`",
            "config::get",
        ),
        (
            "use std::{fmt, fs::{self, File}};\nfn b() {}",
            "3:16",
            "`std::fs`",
            "`sql`",
        ),
        (
            "fn a() { let _ = std::fs::read(\"a\"); }",
            "3:18",
            "`std::fs::read`",
            "`state`",
        ),
        (
            "fn a() { let _ = std::net::TcpStream::connect(\"a:1\"); }",
            "3:18",
            "`std::net::TcpStream`",
            "`http`",
        ),
        (
            "fn a() { let _ = std::time::SystemTime::now(); }",
            "3:18",
            "`std::time::SystemTime::now`",
            "time::now()",
        ),
        (
            "use std::time::Instant as Clock;\nfn b() {\n  Clock::now(); }",
            "5:3",
            "`std::time::Instant::now`",
            "time::monotonic()",
        ),
        (
            "fn a() {\n  std::thread::sleep(Duration::from_millis(1)) }",
            "4:3",
            "`std::thread::sleep`",
            "time::sleep",
        ),
        (
            "use std::thread;\nfn b() { thread::spawn(|| 1); }",
            "4:10",
            "`std::thread::spawn`",
            "events::publish",
        ),
    ] {
        let error = refused(&[("a", &format!("#[fujsen]\n{code}\n"))], place, said);
        assert!(
            error.help.as_deref().is_some_and(|help| help.contains(instead)),
            "{error:#?}"
        );
    }
    let fine = "use std::{env::consts, net::IpAddr, time::{Duration, SystemTime}};\nstruct Own;\nimpl Own { fn exit(&self) {} fn now() {} }\n\
        #[fujsen]\nfn a(at: String) -> Result<bool> {\n  let own = Own; own.exit(); Own::now(); let _: Option<SystemTime> = None;\n  \
        let _ = (consts::OS, Duration::from_secs(1), time::now());\n  Ok(at.parse::<IpAddr>().is_ok()) }\n";
    compile(&File::new(&[("a", fine)])).unwrap();
}
