//! Saving a file changes what runs, and loses no request.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use serde_json::Value;

use crate::harness::{Service, eventually};

fn rust(answer: &str) -> String {
    format!(
        "[a]\nword: \"one\"\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> String {{ \"{answer}\".to_owned() }}\n'''\n\n[routes]\n\"GET /f\": a.f\n"
    )
}

fn assemblyscript(answer: &str) -> String {
    format!(
        "[a]\nword: \"one\"\nf_fujsen = '''assemblyscript\nexport function f(): string {{ return \"{answer}\"; }}\n'''\n\n[routes]\n\"GET /f\": a.f\n"
    )
}

fn typescript(answer: &str) -> String {
    assemblyscript(answer).replace("'''assemblyscript", "'''typescript")
}

const READS_CONFIG: &str = r#"
[a]
word: "one"

f_fujsen = '''rust
#[fujsen]
fn f() -> Result<String> { config::get("word") }
'''

[routes]
"GET /f": a.f
"#;

async fn answers(service: &Service, expected: &str) {
    eventually(&format!("the answer {expected}"), || async {
        (service.get("/f").await.text == format!("\"{expected}\"")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_edited_fujsen_runs_in_all_languages() {
    for text in [rust, assemblyscript, typescript] {
        let service = Service::start(&text("before")).await;
        assert_eq!(service.get("/f").await.text, "\"before\"");
        service.folder.write("service.tsk", &text("after"));
        answers(&service, "after").await;
        service.logged("swapped in").await;
    }
}

#[tokio::test]
async fn a_value_changes_without_a_compile() {
    let service = Service::start(READS_CONFIG).await;
    answers(&service, "one").await;
    service.folder.write("service.tsk", &READS_CONFIG.replace("one", "two"));
    answers(&service, "two").await;
    service.logged("values only").await;
}

#[tokio::test]
async fn a_broken_file_leaves_the_old_one_serving_and_is_explained() {
    let service = Service::start(&rust("good")).await;
    service
        .folder
        .write("service.tsk", &rust("good").replace("\"good\".to_owned()", "5"));
    service.logged("keeps serving").await;
    let log = service.log();
    assert!(
        log.contains(r#""file":"service.tsk","line":5"#),
        "the line of the TSK file is named: {log}"
    );
    assert!(
        log.contains("mismatched types"),
        "the compiler's own words are shown: {log}"
    );
    assert_eq!(service.get("/f").await.text, "\"good\"");

    service.folder.write("service.tsk", "[a\n");
    eventually("the syntax error", || async {
        service.log().contains(r#""file":"service.tsk","line":1"#).then_some(())
    })
    .await;
    assert_eq!(service.get("/f").await.text, "\"good\"");

    service.folder.write("service.tsk", &rust("mended"));
    answers(&service, "mended").await;
}

/// A file with a body of a function in each language; the one with the text to look at comes first.
fn deep(language: &str, body: &str) -> String {
    match language {
        "tsk" => format!("[x]\n\n\n\nx: {body}\n{}", rust("good")),
        "rust" => rust("good").replace("\"good\".to_owned()", &format!("\n{body}\n\"good\".to_owned()")),
        "typescript" => typescript("good").replace("return", &format!("\n{body}\nreturn")),
        _ => assemblyscript("good").replace("return", &format!("\n{body}\nreturn")),
    }
}

#[tokio::test]
async fn nesting_without_end_leaves_the_old_version_serving_and_is_placed() {
    const LEVELS: usize = 100_000;
    let nested =
        |open: &str, inside: &str, close: &str| format!("{}{inside}{}", open.repeat(LEVELS), close.repeat(LEVELS));
    for first in [rust("good"), assemblyscript("good"), typescript("good")] {
        let service = Service::start(&first).await;
        for (language, body) in [
            ("rust", format!("let x = {};", nested("(", "1", ")"))),
            ("rust", nested("{", "", "}")),
            ("rust", format!("type T = {};", nested("W<", "u8", ">"))),
            ("rust", format!("let x = {};", nested("!", "true", ""))),
            ("assemblyscript", format!("let x = {};", nested("(", "1", ")"))),
            ("assemblyscript", nested("{", "", "}")),
            ("assemblyscript", format!("let x: {};", nested("W<", "u8", ">"))),
            ("typescript", format!("let x = {};", nested("(", "1", ")"))),
            ("typescript", nested("{", "", "}")),
            ("typescript", format!("let x: {};", nested("W<", "any", ">"))),
            ("typescript", format!("let x = {};", nested("`${", "1", "}`"))),
            ("tsk", nested("[", "1", "]")),
            ("tsk", nested("{a:", "1", "}")),
            ("tsk", nested("(", "1", ")")),
        ] {
            let start = service.log().len();
            service.folder.write("service.tsk", &deep(language, &body));
            let about = &body[..body.len().min(20)];
            eventually(&format!("the refusal of {language} {about}"), || async {
                service.log()[start..].contains("keeps serving").then_some(())
            })
            .await;
            let log = service.log();
            let told = &log[start..];
            let lines = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let error = lines.into_iter().find(|line| line["severity"] == "error").unwrap();
            let place = (&error["file"], error["line"].as_u64());
            assert!(
                matches!(place.1, Some(5 | 6)) && place.0 == "service.tsk",
                "{language} {about}: {error}"
            );
            assert!(told.len() < 20_000, "{language} {about}: {} bytes are told", told.len());
            assert_eq!(service.get("/f").await.text, "\"good\"");
        }
        service.folder.write("service.tsk", &rust("mended"));
        answers(&service, "mended").await;
    }
}

#[tokio::test]
async fn no_request_is_lost_while_versions_change() {
    let service = Arc::new(Service::start(&rust("v0")).await);
    let (stop, failed, served) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
        Arc::new(AtomicU32::new(0)),
    );
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (service, stop, failed, served) = (service.clone(), stop.clone(), failed.clone(), served.clone());
            tokio::spawn(async move {
                while !stop.load(Relaxed) {
                    let answer = service.get("/f").await;
                    let counter = if answer.status == 200 { &served } else { &failed };
                    counter.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    for version in 1..=10 {
        // Two texts only: after the first round both are in the cache.
        let answer = format!("v{}", version % 2);
        service.folder.write("service.tsk", &rust(&answer));
        answers(&service, &answer).await;
    }
    stop.store(true, Relaxed);
    for task in load {
        task.await.unwrap();
    }
    assert_eq!(failed.load(Relaxed), 0);
    assert!(served.load(Relaxed) > 100, "there was load: {}", served.load(Relaxed));
}

#[tokio::test]
async fn requests_in_flight_finish_on_the_version_they_started_with() {
    let text = |answer: &str| {
        format!(
            "[admin]\nport: 0\n[a]\nf_fujsen = '''rust\n#[fujsen]\nfn f() -> String {{ time::sleep(Duration::from_millis(1500)); \"{answer}\".to_owned() }}\n#[fujsen]\nfn g() -> String {{ \"{answer}\".to_owned() }}\n'''\n[routes]\n\"GET /slow\": a.f\n\"GET /f\": a.g\n"
        )
    };
    let service = Arc::new(Service::start(&text("old")).await);
    let slow = {
        let service = service.clone();
        tokio::spawn(async move { service.get("/slow").await.text })
    };
    eventually("the slow request", || async {
        let running = service.metrics().await.get("tusk_http_requests_in_flight", &[]);
        running.filter(|running| *running > 0.0)
    })
    .await;
    service.folder.write("service.tsk", &text("new"));
    answers(&service, "new").await;
    assert_eq!(slow.await.unwrap(), "\"old\"");
}

/// A compiler that is warm takes a fraction of the time.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_compiler_of_assemblyscript_stays_for_the_next_save() {
    // What is in the cache starts no compiler.
    let answer = |number: usize| format!("{}.{number}", std::process::id());
    let service = Service::start(&assemblyscript(&answer(0))).await;
    let mut seen = std::collections::BTreeSet::new();
    for number in 1..4 {
        service.folder.write("service.tsk", &assemblyscript(&answer(number)));
        answers(&service, &answer(number)).await;
        seen.extend(children(service.id()));
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

/// The processes that a process has started.
#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{process}/task")).unwrap() {
        // A thread may end meanwhile.
        let text = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
        found.extend(text.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    found
}
