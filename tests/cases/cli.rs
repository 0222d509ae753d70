//! The commands beside serving.

use std::{
    fs::{File, Permissions},
    io::Read,
    os::{
        fd::{FromRawFd, OwnedFd},
        unix::fs::{PermissionsExt, symlink},
    },
    process::Stdio,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use crate::harness::{Folder, Running, Service, client, command, eventually, root, tusk, tusk_with};

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

quadruple_fujsen = '''typescript
export function quadruple(number: bigint): bigint { return number * 4n; }
'''

[routes]
"GET /double/{number}": math.double
"#;

#[test]
fn check_prints_routes_modules_and_grants() {
    let folder = Folder::new(SERVICE);
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    for name in ["triple", "quadruple"] {
        let unused = format!("warning[unused-fujsen]: nothing uses the fujsen `math.{name}`");
        assert!(output.stderr.contains(&unused), "{}", output.stderr);
    }
    for expected in [
        "GET",
        "/double/{number}",
        "math.double",
        "number: i64",
        "rust",
        "assemblyscript",
        "javascript",
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
    assert_eq!(call("math.quadruple", "{\"number\": 5}").stdout.trim(), "20");
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
    const BEGUN: [&str; 4] = ["rust", "assemblyscript", "javascript", "typescript"];
    for language in fujsen::LANGUAGES {
        let lang = language.name();
        assert_eq!(!language.templates().is_empty(), BEGUN.contains(&lang), "{lang}");
        if language.templates().is_empty() {
            let place = Folder::new("");
            let refused = tusk(place.path(), &["new", "hello", "--lang", lang]);
            assert_eq!(refused.code, Some(2));
            assert!(BEGUN.iter().all(|lang| refused.stderr.contains(lang)), "{refused:?}");
        }
    }
    for lang in BEGUN {
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
fn what_a_variable_gives_is_told_by_the_variable() {
    let refused = |line: &str, port: &str| {
        let folder = Folder::new(&format!("[service]\n{line}\n"));
        let output = command(folder.path())
            .args(["check", "service.tsk"])
            .env("PORT", port)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{line} {port}");
        String::from_utf8(output.stderr).unwrap()
    };
    let range = "an integer from 0 to 65535";
    let read = format!(
        "it comes from the environment variable PORT: set that to {range}, and write a default, which says how it is read: \
         `port: @env(\"PORT\", 8000)`"
    );
    for (line, port, said) in [
        (
            "port: @env(\"PORT\", 8080)",
            "abc",
            &[
                "the environment variable `PORT` must be an integer",
                "set PORT to an integer, as in PORT=8080",
            ][..],
        ),
        (
            "port: @env(\"PORT\", 8080)",
            "99999",
            &["`service.port` must be", &read],
        ),
        ("port: @env(\"PORT\")", "abc", &["`service.port` must be", &read]),
        ("port: @env.PORT", "8080", &["`service.port` must be", &read]),
        (
            "port: 99999",
            "",
            &["`service.port` must be", "write, for example, `port: 8000`"],
        ),
    ] {
        let stderr = refused(line, port);
        for part in said {
            assert!(stderr.contains(part), "{line} {port}: `{part}` is not in:\n{stderr}");
        }
    }
}

#[test]
fn fmt_takes_several_files_and_tells_of_each() {
    let folder = Folder::new("a:1\n");
    folder.write("sound.tsk", "a: 1\n");
    folder.write("broken.tsk", "a: [1,\n");
    folder.write("other.tsk", "b:2\n");
    let files = ["service.tsk", "sound.tsk", "broken.tsk", "none.tsk", "other.tsk"];
    let checked = tusk(folder.path(), &[&["fmt", "--check"], &files[..]].concat());
    assert_eq!(checked.code, Some(1));
    for said in [
        "service.tsk is not formatted",
        "broken.tsk:",
        "none.tsk",
        "other.tsk is not formatted",
    ] {
        assert!(checked.stderr.contains(said), "`{said}` is not in:\n{}", checked.stderr);
    }
    assert!(!checked.stderr.contains("sound.tsk"), "{}", checked.stderr);
    assert_eq!(tusk(folder.path(), &[&["fmt"], &files[..]].concat()).code, Some(1));
    let sound = ["service.tsk", "sound.tsk", "other.tsk"];
    assert_eq!(
        tusk(folder.path(), &[&["fmt", "--check"], &sound[..]].concat()).code,
        Some(0)
    );
    assert_eq!(std::fs::read_to_string(folder.file("other.tsk")).unwrap(), "b: 2\n");
    assert_eq!(tusk(folder.path(), &["fmt"]).code, Some(2));
}

#[test]
fn fmt_writes_what_a_link_leads_to_and_keeps_the_link_and_the_mode() {
    let folder = Folder::new("");
    std::fs::create_dir(folder.file("real")).unwrap();
    std::fs::write(folder.file("real/text.tsk"), "a   =   1\n").unwrap();
    std::fs::set_permissions(folder.file("real/text.tsk"), Permissions::from_mode(0o640)).unwrap();
    symlink("real/text.tsk", folder.file("link.tsk")).unwrap();
    symlink("link.tsk", folder.file("second.tsk")).unwrap();
    let output = tusk(folder.path(), &["fmt", "second.tsk"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let target = |name: &str| std::fs::read_link(folder.file(name)).unwrap();
    assert_eq!(target("link.tsk").to_str(), Some("real/text.tsk"));
    assert_eq!(target("second.tsk").to_str(), Some("link.tsk"));
    assert_eq!(
        std::fs::read_to_string(folder.file("real/text.tsk")).unwrap(),
        "a = 1\n"
    );
    let about = std::fs::metadata(folder.file("real/text.tsk")).unwrap();
    assert_eq!(about.permissions().mode() & 0o7777, 0o640);
    let left: Vec<_> = std::fs::read_dir(folder.file("real")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn fmt_keeps_the_ends_of_lines() {
    let folder = Folder::new("[a]\r\nb   =   1\r\n\r\n\r\ntext: \"\"\"\r\nx\r\n\"\"\"\r\n");
    let before = tusk(folder.path(), &["get", "service.tsk"]).stdout;
    assert_eq!(tusk(folder.path(), &["fmt", "service.tsk"]).code, Some(0));
    assert_eq!(
        std::fs::read_to_string(folder.file("service.tsk")).unwrap(),
        "[a]\r\nb = 1\r\n\r\ntext: \"\"\"\r\nx\r\n\"\"\"\r\n"
    );
    assert_eq!(tusk(folder.path(), &["fmt", "--check", "service.tsk"]).code, Some(0));
    assert_eq!(tusk(folder.path(), &["get", "service.tsk"]).stdout, before);
}

#[test]
fn fmt_takes_regular_files_only_and_waits_for_none() {
    let folder = Folder::new("");
    let made = std::process::Command::new("mkfifo")
        .arg(folder.file("pipe.tsk"))
        .status();
    assert!(made.unwrap().success());
    let _listens = std::os::unix::net::UnixListener::bind(folder.file("socket.tsk")).unwrap();
    std::fs::create_dir(folder.file("folder.tsk")).unwrap();
    symlink("pipe.tsk", folder.file("to-pipe.tsk")).unwrap();
    for name in ["pipe.tsk", "socket.tsk", "folder.tsk", "to-pipe.tsk", "/dev/zero"] {
        for arguments in [&["fmt", name][..], &["fmt", "--check", name]] {
            let output = tusk(folder.path(), arguments);
            assert_eq!(output.code, Some(1), "{output:?}");
            let told = format!("cannot read {name}: it is a folder, a pipe, a socket or a device");
            assert!(output.stderr.contains(&told), "{}", output.stderr);
        }
    }
    let missing = tusk(folder.path(), &["fmt", "nowhere.tsk"]);
    assert!(
        missing.code == Some(1) && missing.stderr.contains("tusk-host new"),
        "{missing:?}"
    );
    std::fs::write(folder.file("latin.tsk"), b"a: 1\nb: \xe4\n").unwrap();
    let latin = tusk(folder.path(), &["fmt", "latin.tsk"]);
    assert!(
        latin.code == Some(1) && latin.stderr.contains("latin.tsk:2 is not UTF-8"),
        "{latin:?}"
    );
    std::fs::File::create(folder.file("long.tsk"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let long = tusk(folder.path(), &["fmt", "long.tsk"]);
    assert!(
        long.code == Some(1) && long.stderr.contains("has more than 1048576 bytes"),
        "{long:?}"
    );
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
    let service = Service::start_with(Folder::new(SERVICE), &[], "text").await;
    for expected in [
        "cli",
        "/double/{number}",
        "math.double",
        "curl ",
        "rust",
        "assemblyscript",
        "javascript",
        "sqlite::memory:",
    ] {
        assert!(
            service.banner.contains(expected),
            "`{expected}` is not in:\n{}",
            service.banner
        );
    }
}

/// Each line of a text, which is JSON with what every line of the log has.
fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["timestamp", "level", "target"] {
            assert!(line[field].is_string(), "{line}");
        }
        line
    });
    lines.collect()
}

#[tokio::test]
async fn with_a_json_log_every_line_is_json() {
    let service = Service::start(SERVICE).await;
    assert_eq!(service.get("/double/2").await.status, 200);
    let broken = SERVICE.replace("math.double\n", "math.duoble\n");
    std::fs::write(service.folder.file("service.tsk"), broken).unwrap();
    service.logged("was not applied").await;
    std::fs::write(service.folder.file("service.tsk"), SERVICE.replace("8123", "8124")).unwrap();
    service.logged("swapped in").await;

    let banner = json_lines(&service.banner);
    assert_eq!((banner.len(), &banner[0]["target"]), (1, &json!("start")));
    assert_eq!(banner[0]["url"], service.url);
    assert_eq!(
        banner[0]["routes"],
        json!([{ "method": "GET", "path": "/double/{number}", "fujsen": "math.double" }])
    );
    let log = json_lines(&service.log());
    let diagnostic = |level| {
        let is = |line: &&Value| line["target"] == "diagnostic" && line["level"] == level;
        log.iter().find(is).unwrap_or_else(|| panic!("no {level}: {log:#?}"))
    };
    let refused = diagnostic("ERROR");
    assert!(refused["file"].as_str().unwrap().ends_with("service.tsk"), "{refused}");
    assert!(refused["line"].is_u64() && refused["column"].is_u64(), "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("duoble"), "{refused}");
    assert!(diagnostic("WARN")["message"].as_str().unwrap().contains("math.triple"));
    assert!(log.iter().any(|line| line["target"] == "access"), "requests: {log:#?}");
}

#[test]
fn with_a_json_log_what_keeps_a_service_from_starting_is_json() {
    let place = Folder::new("a: [1,\n");
    for arguments in [
        &["service.tsk", "--log-format", "json"][..],
        &["none.tsk", "--log-format", "json"],
        &["--log-format", "json", "--host", "192.0.2.1", "service.tsk"],
    ] {
        if arguments.contains(&"--host") {
            std::fs::write(place.file("service.tsk"), "a: 1\n").unwrap();
        }
        let output = tusk(place.path(), arguments);
        assert_eq!((output.code, output.stdout.as_str()), (Some(1), ""));
        let lines = json_lines(&output.stderr);
        let error = lines.iter().find(|line| line["level"] == "ERROR");
        assert_eq!(error.unwrap()["target"], "diagnostic", "{lines:#?}");
    }
}

/// What a process writes to a terminal.
#[expect(unsafe_code, reason = "std makes no terminals")]
fn terminal() -> (OwnedFd, Arc<Mutex<String>>) {
    let (mut main, mut user) = (-1, -1);
    let (name, modes, size) = (std::ptr::null_mut(), std::ptr::null(), std::ptr::null());
    // SAFETY: the call writes two descriptors, which nobody else has; the rest may be null.
    let (main, user) = unsafe {
        assert_eq!(libc::openpty(&mut main, &mut user, name, modes, size), 0);
        (OwnedFd::from_raw_fd(main), OwnedFd::from_raw_fd(user))
    };
    let (text, mut main) = (Arc::new(Mutex::new(String::new())), File::from(main));
    let own = text.clone();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = main.read(&mut bytes) {
            own.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    });
    (user, text)
}

#[tokio::test]
async fn on_a_terminal_a_request_is_a_short_line() {
    for (no_color, expected) in [
        ("", "\u{1b}[1mGET\u{1b}[0m /double/2 \u{1b}[32m200\u{1b}[0m \u{1b}[2m"),
        ("1", "GET /double/2 200 "),
    ] {
        let place = Folder::new(SERVICE);
        let (user, text) = terminal();
        let child = command(place.path())
            .args(["service.tsk", "--port", "0"])
            .env("NO_COLOR", no_color)
            .stdout(Stdio::from(user.try_clone().unwrap()))
            .stderr(Stdio::from(user))
            .spawn()
            .unwrap();
        let _child = Running(child);
        let shown = || text.lock().unwrap().clone();
        let url = eventually("the address on the terminal", async || {
            let text = shown();
            let at = text
                .find("http://127.0.0.1:")
                .filter(|_| text.contains("Ctrl-C stops."))?;
            let is_end = |c: char| c.is_whitespace() || c == '\u{1b}';
            text[at..].split(is_end).next().map(str::to_owned)
        })
        .await;
        let request = client().build().unwrap().get(format!("{url}/double/2"));
        assert_eq!(request.send().await.unwrap().status(), 200);
        let line = eventually("the request on the terminal", async || {
            let text = shown();
            text.lines().find(|line| line.contains("/double/2 ")).map(str::to_owned)
        })
        .await;
        assert!(line.starts_with(expected), "{line:?}");
        assert!(line.contains(" ms") && line.len() < 80, "{line:?}");
    }
}

/// Compiled anew each time, in all languages.
fn fresh(number: u128) -> String {
    let number = number % 1_000_000_007;
    format!(
        "[a]\nr_fujsen = '''rust\n#[fujsen]\nfn r() -> i64 {{ {number} }}\n'''\n[b]\ns_fujsen = '''assemblyscript\nexport function s(): i64 {{ return {number}; }}\n'''\n[c]\nt_fujsen = '''typescript\nexport function t(): number {{ return {number}; }}\n'''\n"
    )
}

#[test]
fn compilers_work_wherever_the_cache_is() {
    // Kept between runs, so that only the first compiles the SDK.
    let place = root().join("target/tests-caches");
    for folder in [".cache", "temporary"] {
        std::fs::create_dir_all(place.join(folder)).unwrap();
    }
    let inside = place.join(".cache");
    let (caches, temporary) = (inside.to_str().unwrap(), place.join("temporary"));
    // A relative folder; an empty variable, which is none, as a home is; neither a cache nor a home.
    let settings: [(&str, &[(&str, &str)]); 4] = [
        ("relative", &[("TUSK_CACHE", ".cache/tusk-host")]),
        ("empty", &[("TUSK_CACHE", ""), ("XDG_CACHE_HOME", caches)]),
        ("no home", &[("TUSK_CACHE", ".cache/tusk-host"), ("HOME", "")]),
        (
            "nothing",
            &[
                ("TUSK_CACHE", ""),
                ("XDG_CACHE_HOME", ""),
                ("HOME", ""),
                ("TMPDIR", temporary.to_str().unwrap()),
            ],
        ),
    ];
    for (name, variables) in settings {
        let number = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        std::fs::write(place.join("service.tsk"), fresh(number)).unwrap();
        for fujsen in ["a.r", "b.s", "c.t"] {
            let output = tusk_with(&place, &["call", "service.tsk", fujsen], variables);
            assert_eq!(output.code, Some(0), "{name}: {output:?}");
            assert_eq!(output.stdout.trim(), (number % 1_000_000_007).to_string(), "{name}");
        }
    }
    assert!(inside.join("tusk-host/fujsen").is_dir());
    let left = std::fs::read_dir(&temporary).unwrap().count();
    assert_eq!(left, 1, "one folder of this user's own");
}

#[test]
fn names_that_mean_two_things_are_warned_of() {
    let folder = Folder::new(
        r#"
[shop]
list: "shop.other"
limit: 5
limit_fujsen = '''rust
#[fujsen]
fn limit() -> i64 { 1 }
'''
all_fujsen = '''rust
#[fujsen]
fn list() -> i64 { 2 }
#[fujsen]
fn other() -> i64 { 3 }
#[fujsen]
fn hidden() -> i64 { 4 }
'''
hidden_fujsen = '''rust
#[fujsen]
fn unrelated() -> i64 { 5 }
'''

[copy]
limit: shop.limit
quoted: "shop.limit"

[routes]
"GET /a": shop.list
"GET /b": shop.limit
"GET /c": shop.hidden
"GET /d": shop.all
"#,
    );
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let warnings: Vec<&str> = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("warning["))
        .collect();
    assert_eq!(
        warnings,
        [
            "warning[hidden-fujsen]: `shop.hidden` is a function of another key, and not what `hidden_fujsen` defines",
            "warning[ambiguous-name]: `shop.limit` means the fujsen here, not the value of that name",
            "warning[ambiguous-name]: `shop.list` is a fujsen, and a value that names another one, `shop.other`: the fujsen \
             counts",
        ],
        "{}",
        output.stderr
    );
}
