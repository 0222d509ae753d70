//! Each mistake of an author has one clear message, with the place and the remedy.

use crate::harness::{Folder, Output, tusk};

fn check(text: &str) -> Output {
    tusk(Folder::new(text).path(), &["check", "service.tsk"])
}

/// Checks that a text is refused with exit code 1, and that stderr has all of these.
fn refused(text: &str, expected: &[&str]) {
    let output = check(text);
    assert_eq!(output.code, Some(1), "{text}\n{output:?}");
    for one in expected {
        assert!(output.stderr.contains(one), "`{one}` is not in:\n{}", output.stderr);
    }
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
}

const GOOD: &str = "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> i64 { 1 }\n'''\n";

#[test]
fn syntax_errors_are_placed() {
    refused("[a\nx: 1\n", &["service.tsk:1:"]);
    refused("[a]\nx: \"open\n", &["service.tsk:2:"]);
}

#[test]
fn all_errors_of_a_file_are_reported_in_one_run() {
    refused(
        &format!("{GOOD}\n[routes]\n\"GET /f\": a.g\n\"FETCH /f\": a.f\n\"GET /x\": b.f\n"),
        &["service.tsk:8:", "a.f", "service.tsk:9:", "FETCH", "service.tsk:10:"],
    );
}

#[test]
fn an_unset_variable_is_named() {
    refused(
        "[a]\nx: @env(\"TUSK_TEST_UNSET\")\n",
        &["service.tsk:2:", "TUSK_TEST_UNSET"],
    );
}

#[test]
fn compile_errors_are_shown_at_their_lines_in_both_languages_at_once() {
    refused(
        "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> i64 {\n    \"text\"\n}\n'''\n\n[b]\ng_fujsen = '''assemblyscript\nexport function g(): i32 {\n  return \"text\";\n}\n'''\n",
        &[
            "service.tsk:5:5",
            "mismatched types",
            "service.tsk:12:10",
            "not assignable",
        ],
    );
}

#[test]
fn a_fujsen_without_a_mark_is_explained() {
    refused(
        "[a]\nf_fujsen = '''rust\nfn f() -> i64 { 1 }\n'''\n",
        &["service.tsk:", "#[fujsen]"],
    );
    refused(
        "[a]\nf_fujsen = '''assemblyscript\nfunction f(): i32 { return 1; }\n'''\n",
        &["service.tsk:", "export"],
    );
}

#[test]
fn a_database_that_cannot_be_opened_is_placed() {
    let folder = Folder::new(&format!(
        "{GOOD}\n[databases]\nmain: \"sqlite:missing/folder/users.db\"\n"
    ));
    let output = tusk(folder.path(), &["call", "service.tsk", "a.f"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("service.tsk:8:7"), "{}", output.stderr);
    assert!(output.stderr.contains("missing/folder"), "{}", output.stderr);
}

#[test]
fn a_setup_that_fails_is_placed() {
    let folder = Folder::new(&format!(
        "{GOOD}\n[databases]\nmain: {{\n    url: \"sqlite::memory:\"\n    setup: \"CREATE TABEL t (i)\"\n}}\n"
    ));
    let output = tusk(folder.path(), &["call", "service.tsk", "a.f"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("service.tsk:10:12"), "{}", output.stderr);
    assert!(output.stderr.contains("TABEL"), "{}", output.stderr);
}

#[test]
fn a_port_in_use_is_explained() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = tusk(Folder::new(GOOD).path(), &["service.tsk", "--port", &port]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(
        output.stderr.contains(&port) && output.stderr.contains("--port"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_bad_limit_is_explained() {
    refused(
        &format!("{GOOD}\n[limits]\ndeadlin: \"1s\"\nmemory: \"1TB\"\n"),
        &["service.tsk:8:", "deadline", "service.tsk:9:"],
    );
}

#[test]
fn a_prebuilt_module_is_checked() {
    refused(
        "[a]\nm_fujsen = @wasm(\"missing.wasm\")\n",
        &["service.tsk:2:", "missing.wasm"],
    );
    let folder = Folder::new("[a]\nm_fujsen = @wasm(\"m.wasm\")\n");
    folder.write("m.wasm", "not wasm at all");
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("not WebAssembly"), "{}", output.stderr);
}

#[test]
fn a_missing_compiler_is_one_message_with_the_command_that_installs_it() {
    let folder = Folder::new(
        "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> i64 { 77001 }\n'''\n[b]\ng_fujsen = '''assemblyscript\nexport function g(): i32 { return 77002; }\n'''\n",
    );
    let empty = tempfile::TempDir::new().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tusk-host"))
        .current_dir(folder.path())
        .args(["check", "service.tsk"])
        .env_clear()
        .env("PATH", empty.path())
        .env("HOME", empty.path())
        .env("TUSK_CACHE", empty.path().join("cache"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for expected in [
        "rustup",
        "service.tsk:2:1",
        "node",
        "service.tsk:7:1",
        "needed for this fujsen",
    ] {
        assert!(
            stderr.to_lowercase().contains(expected),
            "`{expected}` is not in:\n{stderr}"
        );
    }
}

#[test]
fn a_missing_file_is_explained() {
    let output = tusk(Folder::new("").path(), &["check", "nowhere.tsk"]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("nowhere.tsk") && output.stderr.contains("tusk-host new"),
        "{}",
        output.stderr
    );
}
