//! The commands beside serving.

use serde_json::{Value, json};

use crate::harness::{Folder, Service, tusk};

const SERVICE: &str = r#"
[service]
name: "cli"
port: 8123

[databases]
main: "sqlite::memory:"

[math]
double_fujsen = '''rust
/// Twice as much.
#[fujsen]
fn double(number: i64, #[default(2)] times: i64) -> Result<Value> {
    if number == 13 { return Err(Error::bad_request("13 is not doubled here")); }
    Ok(json!({ "result": number * times }))
}
'''

triple_fujsen = '''assemblyscript
export function triple(number: i64): i64 { return number * 3; }
'''

[routes]
"GET /double/{number}": math.double
"#;

#[test]
fn check_prints_routes_modules_and_grants() {
    let folder = Folder::new(SERVICE);
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let unused = "warning[unused-fujsen]: nothing uses the fujsen `math.triple`";
    assert!(output.stderr.contains(unused), "{}", output.stderr);
    for expected in [
        "GET",
        "/double/{number}",
        "math.double",
        "number: i64",
        "rust",
        "assemblyscript",
        "KB",
        "sql",
    ] {
        assert!(
            output.stdout.contains(expected),
            "`{expected}` is not in:\n{}",
            output.stdout
        );
    }
}

#[test]
fn check_has_a_form_for_programs() {
    let folder = Folder::new(SERVICE);
    let output = tusk(folder.path(), &["check", "service.tsk", "--format", "json"]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["ok"], true);
    assert_eq!(report["routes"][0]["fujsen"], "math.double");
    assert_eq!(report["diagnostics"][0]["code"], "unused-fujsen");
    let function = &report["modules"][0]["functions"][0];
    assert_eq!(function["doc"], "Twice as much.");
    assert_eq!(function["params"][1]["default"], 2);

    folder.write("service.tsk", "[a\n");
    let output = tusk(folder.path(), &["check", "service.tsk", "--format", "json"]);
    assert_eq!(output.code, Some(1));
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["diagnostics"][0]["line"], 1);
    assert!(report["diagnostics"][0]["code"].is_string());
}

#[test]
fn get_prints_values_as_json() {
    let folder = Folder::new(SERVICE);
    let get = |key: &str| tusk(folder.path(), &["get", "service.tsk", key]);
    assert_eq!(get("service.port").stdout.trim(), "8123");
    assert_eq!(get("service.name").stdout.trim(), "\"cli\"");
    let whole = tusk(folder.path(), &["get", "service.tsk"]);
    let whole: Value = serde_json::from_str(&whole.stdout).unwrap();
    assert_eq!(whole["service"], json!({ "name": "cli", "port": 8123 }));
    let missing = get("service.prot");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("service.port"), "{}", missing.stderr);
}

#[test]
fn get_looks_at_a_file_away_from_its_place() {
    let folder = Folder::new("a: @learn(\"x\", 1)\nb: @env(\"NOWHERE_SET\")\nc: @file(\"gone.txt\")\nd: 1 + 1\n");
    assert_eq!(tusk(folder.path(), &["get", "service.tsk"]).code, Some(1));
    let looked = tusk(folder.path(), &["get", "--lenient", "service.tsk"]);
    assert_eq!(looked.code, Some(0), "{looked:?}");
    assert_eq!(
        serde_json::from_str::<Value>(&looked.stdout).unwrap(),
        json!({ "a": "@learn(\"x\", 1)", "b": "@env(\"NOWHERE_SET\")", "c": "@file(\"gone.txt\")", "d": 2 })
    );
    for expected in ["warning[unset-variable]", "warning[unreadable-file]"] {
        assert!(looked.stderr.contains(expected), "{}", looked.stderr);
    }
    assert_eq!(
        tusk(folder.path(), &["get", "--lenient", "service.tsk", "d"])
            .stdout
            .trim(),
        "2"
    );
}

#[test]
fn call_runs_one_fujsen() {
    let folder = Folder::new(SERVICE);
    let call = |fujsen: &str, arguments: &str| tusk(folder.path(), &["call", "service.tsk", fujsen, arguments]);
    let output = call("math.double", "{\"number\": 21}");
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(
        serde_json::from_str::<Value>(&output.stdout).unwrap(),
        json!({ "result": 42 })
    );
    assert_eq!(call("math.triple", "{\"number\": 5}").stdout.trim(), "15");
    for (fujsen, arguments, expected) in [
        ("math.double", "{\"number\": 13}", "13 is not doubled here"),
        ("math.double", "{}", "number"),
        ("math.double", "{\"number\": \"x\"}", "number"),
        ("math.dubble", "{}", "math.double"),
        ("math.double", "[1]", "JSON object"),
    ] {
        let output = call(fujsen, arguments);
        assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""), "{output:?}");
        assert!(
            output.stderr.contains(expected),
            "`{expected}` is not in:\n{}",
            output.stderr
        );
    }
}

#[tokio::test]
async fn new_makes_a_service_that_runs_in_each_language() {
    for lang in ["rust", "assemblyscript"] {
        let place = Folder::new("");
        let output = tusk(place.path(), &["new", "hello", "--lang", lang]);
        assert_eq!(output.code, Some(0), "{output:?}");
        let again = tusk(place.path(), &["new", "hello", "--lang", lang]);
        assert_eq!(again.code, Some(1));
        let text = std::fs::read_to_string(place.file("hello/service.tsk")).unwrap();
        let service = Service::start(&text).await;
        assert_eq!(
            service.get("/hello/Ada").await.json(),
            json!({ "message": "Hello, Ada!" }),
            "{lang}"
        );
        assert_eq!(
            service.get("/").await.json(),
            json!({ "message": "Hello, world!" }),
            "{lang}"
        );
        assert_eq!(service.get("/hello/%20").await.status, 400, "{lang}");
    }
}

#[test]
fn fmt_rewrites_the_layout_and_nothing_else() {
    let folder = Folder::new("[a]\n# a comment\nb   =   1\n");
    let before = tusk(folder.path(), &["get", "service.tsk"]).stdout;
    assert_eq!(tusk(folder.path(), &["fmt", "--check", "service.tsk"]).code, Some(1));
    assert_eq!(tusk(folder.path(), &["fmt", "service.tsk"]).code, Some(0));
    assert_eq!(tusk(folder.path(), &["fmt", "--check", "service.tsk"]).code, Some(0));
    let text = std::fs::read_to_string(folder.file("service.tsk")).unwrap();
    assert!(text.contains("# a comment") && !text.contains("   "), "{text}");
    assert_eq!(tusk(folder.path(), &["get", "service.tsk"]).stdout, before);
}

#[test]
fn help_teaches_and_wrong_usage_is_2() {
    let place = Folder::new("");
    let help = tusk(place.path(), &["--help"]);
    assert_eq!(help.code, Some(0));
    for expected in ["check", "call", "new", "--no-watch", "Exit codes"] {
        assert!(
            help.stdout.contains(expected),
            "`{expected}` is not in:\n{}",
            help.stdout
        );
    }
    assert_eq!(tusk(place.path(), &[]).code, Some(2));
    assert_eq!(tusk(place.path(), &["service.tsk", "--prot", "1"]).code, Some(2));
}

#[tokio::test]
async fn the_banner_says_what_is_served() {
    let service = Service::start(SERVICE).await;
    for expected in [
        "cli",
        "/double/{number}",
        "math.double",
        "curl ",
        "rust",
        "assemblyscript",
        "sqlite::memory:",
    ] {
        assert!(
            service.banner.contains(expected),
            "`{expected}` is not in:\n{}",
            service.banner
        );
    }
}
