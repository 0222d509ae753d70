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
fn compile_errors_are_shown_at_their_lines_in_all_languages_at_once() {
    // Types of TypeScript are erased, not checked: what is wrong with it is its syntax.
    refused(
        "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> i64 {\n    \"text\"\n}\n'''\n\n[b]\ng_fujsen = '''assemblyscript\nexport function g(): i32 {\n  return \"text\";\n}\n'''\n\n[c]\nh_fujsen = '''typescript\nexport function h(): number {\n  return 1 +;\n}\n'''\n",
        &[
            "service.tsk:5:5",
            "mismatched types",
            "service.tsk:12:10",
            "not assignable",
            "service.tsk:19:13",
            "Unexpected token",
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
    refused(
        "[a]\nf_fujsen = '''typescript\nfunction f(): number { return 1; }\n'''\n",
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
        "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> i64 { 77001 }\n'''\n[b]\ng_fujsen = '''assemblyscript\nexport function g(): i32 { return 77002; }\n'''\n[c]\nh_fujsen = '''typescript\nexport function h(): number { return 77003; }\n'''\n",
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
    assert!(!stderr.contains("service.tsk:11:"), "JavaScript needs none:\n{stderr}");
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

/// How much of what is wrong is shown: a person reads the first of it.
const SHOWN: usize = 100 << 10;

#[test]
fn a_flood_of_mistakes_is_shown_in_part() {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    for (section, count, line) in [
        (
            "routes",
            4_900,
            &(|n| format!("\"GET /{n}\": a.none{n}\n")) as &dyn Fn(usize) -> String,
        ),
        ("routes", 4_900, &|n| format!("\"FETCH {n}\": a.f\n")),
        ("routes", 4_900, &|n| format!("\"GET /x/{{a{n}}}\": a.f\n")),
        ("events", 4_900, &|n| format!("\"e.{n}\": a.none\n")),
        ("schedules", 4_900, &|n| format!("\"evry {n}s\": a.f\n")),
        ("databases", 4_900, &|n| format!("d{n}: \"sqlit:x\"\n")),
        ("limits", 4_900, &|n| format!("dead{n}: 1\n")),
        ("other", 20_000, &|n| format!("a{n}: \"${{nothing{n}}}\"\n")),
        ("other", 20_000, &|n| format!("a{n}: @nothing{n}(1)\n")),
    ] {
        let output = check(&format!("{GOOD}[{section}]\n{}", lines(count, line)));
        assert_eq!(output.code, Some(1), "{section}");
        assert!(
            output.stderr.contains(" more errors are not shown"),
            "{section}: {}",
            output.stderr
        );
        assert!(output.stderr.len() < SHOWN, "{section}: {} bytes", output.stderr.len());
    }
    for (section, line) in [
        (
            "routes",
            &(|n| format!("\"GET /{n}\": a.none{n}\n")) as &dyn Fn(usize) -> String,
        ),
        ("routes", &|n| format!("\"GET /{n}\": a.f\n")),
        ("events", &|n| format!("\"e.{n}\": a.f\n")),
        ("schedules", &|n| format!("\"every {}s\": a.f\n", n + 1)),
        ("x.dependencies", &|n| format!("d{n}: \"http://h{n}\"\n")),
        ("service.dependencies", &|n| format!("d{n}: \"http://h{n}\"\n")),
    ] {
        let output = check(&format!("{GOOD}[{section}]\n{}", lines(20_000, line)));
        let told = format!("`{section}` has 20000 entries; the host takes 5000");
        assert!(output.code == Some(1) && output.stderr.contains(&told), "{output:?}");
    }
    let twice = check(&format!(
        "{GOOD}[x]\n{}[routes]\n\"GET /\": a.f\n",
        "a: 1\n".repeat(190_000)
    ));
    assert_eq!(twice.code, Some(0), "{}", twice.stderr);
    assert!(
        twice.stderr.contains(" more warnings are not shown"),
        "{}",
        twice.stderr
    );
    assert!(twice.stderr.len() < SHOWN, "{} bytes", twice.stderr.len());
}

#[test]
fn what_is_misspelt_is_told_with_its_line_and_the_word() {
    let output = check(&format!(
        "{GOOD}[service]\nprot: 80\n[rotes]\n\"GET /f\": a.f\n[schedule]\n\"every 5m\": a.f\n"
    ));
    assert_eq!(output.code, Some(0), "{output:?}");
    for told in [
        "service.tsk:7:1",
        "write `port`",
        "service.tsk:8:",
        "write `[routes]`",
        "service.tsk:10:",
        "write `[schedules]`",
    ] {
        assert!(output.stderr.contains(told), "{told}: {}", output.stderr);
    }
}
