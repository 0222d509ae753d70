//! `tusk-host up`: several services at once.

use std::{
    net::TcpListener,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::sleep;

use crate::harness::{Folder, Running, client, collect, command, eventually, tusk};

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A service that answers `GET /` with its name, and says which other one it depends on.
fn service(name: &str, port: u16, needs: u16) -> String {
    format!(
        r#"
[service]
name: "{name}"
port: {port}
dependencies: {{ other: "http://127.0.0.1:{needs}" }}

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

struct Up {
    child: Running,
    out: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
}

impl Up {
    fn start(folder: &Folder) -> Self {
        let child = command(folder.path())
            .args(["up", "."])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut child = Running(child);
        Self {
            out: collect(child.0.stdout.take().unwrap()),
            log: collect(child.0.stderr.take().unwrap()),
            child,
        }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The first compile may take longer than what tests wait for otherwise.
    async fn ready(&self) {
        for _ in 0..2400 {
            if self.out.lock().unwrap().contains("All are ready") {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("not ready:\n{}", self.log());
    }
}

async fn name_at(port: u16) -> Option<String> {
    let client = client().build().unwrap();
    let answer = client.get(format!("http://127.0.0.1:{port}/")).send().await.ok()?;
    answer.text().await.ok()
}

/// The process that serves a file of the folder.
fn process_at(folder: &Folder, file: &str) -> Option<i32> {
    std::fs::read_dir("/proc").unwrap().find_map(|entry| {
        let entry = entry.ok()?;
        let line = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let is_there = std::fs::read_link(entry.path().join("cwd")).ok()? == folder.path().canonicalize().ok()?;
        (is_there && line.trim_end_matches('\0').ends_with(file))
            .then(|| entry.file_name().to_str()?.parse().ok())
            .flatten()
    })
}

fn signal(process: i32, name: &str) {
    let status = std::process::Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn services_start_in_order_come_back_and_stop_together() {
    let (first, second) = (free_port(), free_port());
    let folder = Folder::new("# included by nobody, served by nobody\nword: \"one\"\n");
    // By name `a` would be the first, but it needs `b`.
    folder.write("a.tsk", &service("needy", first, second));
    folder.write("b.tsk", &service("base", second, 1));
    let mut up = Up::start(&folder);
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

    signal(up.child.0.id() as i32, "TERM");
    let status = eventually("the end", || {
        let ended = up.child.0.try_wait().unwrap();
        async move { ended }
    })
    .await;
    assert_eq!(status.code(), Some(0), "{}", up.log());
    assert!(process_at(&folder, "a.tsk").is_none() && process_at(&folder, "b.tsk").is_none());
}

#[tokio::test]
async fn services_end_with_a_killed_up() {
    let port = free_port();
    let folder = Folder::new(&service("lone", port, 1));
    let up = Up::start(&folder);
    up.ready().await;
    signal(up.child.0.id() as i32, "KILL");
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
