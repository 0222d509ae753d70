//! `tusk-host up`: several services at once.

use std::net::TcpListener;

use crate::harness::{Folder, Up, client, eventually, free_ports, process_at, signal, tusk};

/// A service that answers `GET /` with its name, and says which other one it depends on.
fn service(name: &str, port: u16, needs: u16) -> String {
    format!(
        r#"
[service]
name: "{name}"
port: {port}
dependencies: {{ other: ["http://127.0.0.1:1", "http://127.0.0.1:{needs}"] }}

[home]
home_fujsen = '''rust
#[fujsen]
fn home() -> Result<String> {{ config::get("service.name") }}
'''

[routes]
"GET /": home.home
"#
    )
}

async fn name_at(port: u16) -> Option<String> {
    let client = client().build().unwrap();
    let answer = client.get(format!("http://127.0.0.1:{port}/")).send().await.ok()?;
    answer.text().await.ok()
}

#[tokio::test]
async fn services_start_in_order_come_back_and_stop_together() {
    let [first, second] = free_ports();
    let folder = Folder::new("# included by nobody, served by nobody\nword: \"one\"\n");
    // By name `a` would be the first, but it needs `b`.
    folder.write("a.tsk", &service("needy", first, second));
    folder.write("b.tsk", &service("base", second, 1));
    let mut up = Up::start(&folder, &[]);
    up.ready().await;
    let log = up.log();
    let (base, needy) = (
        log.find("base  | ready at").unwrap(),
        log.find("needy | ready at").unwrap(),
    );
    assert!(base < needy, "{log}");
    assert_eq!(name_at(first).await.as_deref(), Some("\"needy\""));
    assert_eq!(name_at(second).await.as_deref(), Some("\"base\""));

    let victim = process_at(&folder, "b.tsk").unwrap();
    signal(victim, "KILL");
    eventually("the restart", || async {
        (process_at(&folder, "b.tsk")? != victim).then_some(())?;
        name_at(second).await.filter(|name| name == "\"base\"")
    })
    .await;
    assert!(
        up.log()
            .contains("base  | ended (signal: 9 (SIGKILL)); starting it again in 1s"),
        "{}",
        up.log()
    );
    assert_eq!(
        name_at(first).await.as_deref(),
        Some("\"needy\""),
        "the other one did not notice"
    );

    signal(up.id(), "TERM");
    let status = up.ended().await;
    assert_eq!(status.code(), Some(0), "{}", up.log());
    assert!(process_at(&folder, "a.tsk").is_none() && process_at(&folder, "b.tsk").is_none());
}

#[tokio::test]
async fn a_json_log_of_several_services_is_json_in_every_line_and_names_them() {
    let [port] = free_ports();
    let folder = Folder::new(&service("lone", port, 1).replace(
        "config::get(\"service.name\")",
        "log::info(\"asked\", fields! { by: \"me\", times: 2 }); config::get(\"service.name\")",
    ));
    let mut up = Up::start_with(&folder, &[], "json");
    up.ready().await;
    assert_eq!(name_at(port).await.as_deref(), Some("\"lone\""));
    let victim = process_at(&folder, "service.tsk").unwrap();
    signal(victim, "KILL");
    eventually("the restart", || async {
        (process_at(&folder, "service.tsk")? != victim).then_some(())?;
        name_at(port).await
    })
    .await;
    signal(up.id(), "TERM");
    assert_eq!(up.ended().await.code(), Some(0), "{}", up.log());

    let said: serde_json::Value = serde_json::from_str(&up.said()).unwrap();
    assert_eq!(said["services"][0]["url"], format!("http://127.0.0.1:{port}"), "{said}");
    let log = up.log();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    let asked = lines
        .iter()
        .find(|line| line["message"] == "asked")
        .expect("the fujsen's line");
    assert_eq!(asked["fields"], serde_json::json!({"by": "me", "times": 2}), "{asked}");
    for (target, message) in [("up", "starting it again"), ("up", "ready at"), ("access", "")] {
        let is = |line: &&serde_json::Value| {
            line["target"] == target && line["message"].as_str().unwrap_or_default().contains(message)
        };
        let line = lines
            .iter()
            .find(is)
            .unwrap_or_else(|| panic!("no {target} {message}: {log}"));
        assert_eq!(line["service"], "lone", "{line}");
    }
}

#[tokio::test]
async fn services_end_with_a_killed_up() {
    let [port] = free_ports();
    let folder = Folder::new(&service("lone", port, 1));
    let up = Up::start(&folder, &[]);
    up.ready().await;
    signal(up.id(), "KILL");
    eventually("the end of the service", || async {
        process_at(&folder, "service.tsk").is_none().then_some(())
    })
    .await;
}

#[test]
fn refusals_name_the_file_and_the_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (files, expected) in [
        (
            vec![],
            vec!["there is no TSK file with a section [service]", "name the folder"],
        ),
        (
            vec![("a.tsk", service("a", 8400, 1)), ("b.tsk", service("b", 8400, 1))],
            vec!["a.tsk and ./b.tsk both want port 8400", "such as 8401"],
        ),
        (
            vec![("a.tsk", service("a", 0, 1))],
            vec!["takes any free port", "a `port` of its own"],
        ),
        (
            vec![("a.tsk", service("a", port, 1))],
            vec!["cannot listen on 127.0.0.1:", "stop what listens there"],
        ),
        (
            vec![
                ("a.tsk", "[service\n".to_owned()),
                ("b.tsk", "[service]\nport: \"x\"\n".to_owned()),
            ],
            vec!["a.tsk:1", "b.tsk:2"],
        ),
    ] {
        let folder = Folder::new("word: 1\n");
        for (name, text) in &files {
            folder.write(name, text);
        }
        let output = tusk(folder.path(), &["up", "."]);
        assert_eq!(output.code, Some(1), "{output:?}");
        for part in expected {
            assert!(output.stderr.contains(part), "`{part}` is not in:\n{}", output.stderr);
        }
    }
    let output = tusk(Folder::new("").path(), &["up"]);
    assert_eq!(output.code, Some(2), "{output:?}");
}
