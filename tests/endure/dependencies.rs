//! Dependencies that go and come: what needs them fails meanwhile, saying so, the others are served, and all is well soon
//! after their return. How soon is asserted in the long form only.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};

use super::{figure, size};
use crate::harness::{Folder, Moody, Postgres, Redis, Service, eventually};

/// All is well again this soon after a dependency is back.
const SOON: Duration = Duration::from_secs(5);

const LANGUAGES: [&str; 2] = ["rust", "assemblyscript"];

const TEXT: &str = r#"
[service]
name: "app"
dependencies: { upstream: @env("UPSTREAM", "http://127.0.0.1:1") }

[admin]
port: 0

[state]
url: @env("STATE", "sqlite:state.db")

[message_queue]
url: @env("QUEUE", "sqlite:queue.db")

[events]
noted: rust.noted

[redis]
main: @env("REDIS_URL", "redis://127.0.0.1:1")

[databases]
main: {
    url: @env("DB", "sqlite:main.db")
    setup: "CREATE TABLE IF NOT EXISTS notes (text TEXT)"
}

[rust]
all_fujsen = '''rust
#[fujsen]
fn fine() -> i64 { 7 }

#[fujsen]
fn noted() {}

#[fujsen]
fn redis_() -> Result<i64> { redis::server("main").incr("rust") }

#[fujsen]
fn write() -> Result<()> { sql::execute("main", "INSERT INTO notes VALUES (?)", params!["x".repeat(1000)]).map(drop) }

#[fujsen]
fn read() -> Result<i64> { sql::query_one("main", "SELECT count(*) FROM notes", &[])?.expect("a row").get(0) }

#[fujsen]
fn keep() -> Result<()> { state::set(&format!("key-{}", state::increment("count", 1)?), "x".repeat(10_000)) }

#[fujsen]
fn publish() -> Result<String> { events::publish("noted", json!({ "text": "x".repeat(10_000) }), events::Options::default()) }

#[fujsen]
fn fetch() -> Result<Value> { http::get("service://upstream/x").send()?.json() }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function fine(): i64 { return 7; }

export function redis_(): i64 { return redis.incr("main", "assemblyscript"); }

export function write(): void { sql.execute("main", "INSERT INTO notes VALUES (?)", [Value.of("x".repeat(1000))]); }

export function read(): i64 { return sql.queryOne("main", "SELECT count(*) FROM notes")!.at(0).asInteger(); }

export function keep(): void { state.set("key-" + state.increment("count").toString(), "x".repeat(10000)); }

export function publish(): string { return events.publish("noted", Json.object().set("text", "x".repeat(10000))); }

export function fetch(): Json { return http.request("GET", "service://upstream/x").send().json(); }
'''

[routes]
"GET /rust/fine": rust.fine
"GET /rust/redis": rust.redis_
"GET /rust/write": rust.write
"GET /rust/read": rust.read
"GET /rust/keep": rust.keep
"GET /rust/publish": rust.publish
"GET /rust/fetch": rust.fetch
"GET /assemblyscript/fine": assemblyscript.fine
"GET /assemblyscript/redis": assemblyscript.redis_
"GET /assemblyscript/write": assemblyscript.write
"GET /assemblyscript/read": assemblyscript.read
"GET /assemblyscript/keep": assemblyscript.keep
"GET /assemblyscript/publish": assemblyscript.publish
"GET /assemblyscript/fetch": assemblyscript.fetch
"#;

async fn served(service: &Service, what: &[&str]) {
    for language in LANGUAGES {
        for what in what {
            let answer = service.get(&format!("/{language}/{what}")).await;
            assert!(
                matches!(answer.status, 200 | 204),
                "{language} {what}: {answer:?}\n{}",
                service.log()
            );
        }
    }
}

/// They fail as calls do whose dependency is away, and the message says which.
async fn refused(service: &Service, what: &[&str], names: &str) {
    for language in LANGUAGES {
        for what in what {
            let answer = service.get(&format!("/{language}/{what}")).await;
            assert!(
                matches!(answer.status, 502..=504),
                "{language} {what}: {answer:?}\n{}",
                service.log()
            );
            let said = answer.text + &service.log();
            assert!(said.contains(names), "{language} {what}: {said}");
        }
    }
}

/// How long it takes until all is served again.
async fn back(service: &Service, what: &[&str]) -> Duration {
    let since = Instant::now();
    for language in LANGUAGES {
        for what in what {
            eventually(&format!("{language} {what}"), || async {
                matches!(service.get(&format!("/{language}/{what}")).await.status, 200 | 204).then_some(())
            })
            .await;
        }
    }
    since.elapsed()
}

async fn redis(rounds: usize) -> Duration {
    let mut redis = Redis::start();
    let service = Service::start_in(Folder::new(TEXT), &[("REDIS_URL", &redis.url())]).await;
    let mut longest = Duration::ZERO;
    for _ in 0..rounds {
        served(&service, &["redis"]).await;
        redis.kill();
        refused(&service, &["redis"], &redis.port.to_string()).await;
        served(&service, &["fine", "write", "keep"]).await;
        redis.restart();
        longest = longest.max(back(&service, &["redis"]).await);
    }
    longest
}

async fn postgres(rounds: usize) -> Duration {
    let mut postgres = Postgres::start();
    let service = Service::start_in(Folder::new(TEXT), &[("DB", &postgres.url())]).await;
    let mut longest = Duration::ZERO;
    for _ in 0..rounds {
        served(&service, &["write", "read"]).await;
        postgres.stop();
        refused(&service, &["write", "read"], &postgres.port.to_string()).await;
        served(&service, &["fine", "keep"]).await;
        postgres.restart();
        longest = longest.max(back(&service, &["write", "read"]).await);
    }
    longest
}

async fn upstream(rounds: usize) -> Duration {
    let mut upstream = Moody::start("upstream").await;
    let service = Service::start_in(Folder::new(TEXT), &[("UPSTREAM", &upstream.url())]).await;
    let mut longest = Duration::ZERO;
    for _ in 0..rounds {
        served(&service, &["fetch"]).await;
        upstream.goes().await;
        refused(&service, &["fetch"], &upstream.address.port().to_string()).await;
        served(&service, &["fine", "write", "keep"]).await;
        upstream.comes_back();
        longest = longest.max(back(&service, &["fetch"]).await);
    }
    longest
}

/// What a registry answers, whatever it is asked, one request a connection.
fn registry(listener: TcpListener, instance: &str) -> JoinHandle<()> {
    let body = json!([{ "url": instance }]).to_string();
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
}

async fn registries(rounds: usize) -> Duration {
    let instances = [Moody::start("a").await, Moody::start("b").await];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut task = registry(listener, &instances[0].url());
    let discovery = format!("[discovery]\nregistry: \"http://{address}\"\nallow: [\"127.0.0.0/8\"]\n");
    let text = format!("{discovery}\n{}", TEXT.replace("service://upstream", "service://users"));
    let service = Service::start_in(Folder::new(&text), &[]).await;
    let mut longest = Duration::ZERO;
    for round in 1..=rounds {
        served(&service, &["fetch"]).await;
        task.abort();
        let _ = task.await;
        // What was known stays known.
        served(&service, &["fetch", "fine"]).await;
        let since = Instant::now();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).unwrap();
        let name = ["a", "b"][round % 2];
        task = registry(socket.listen(16).unwrap(), &instances[round % 2].url());
        eventually("what the registry says now", || async {
            (service.get("/rust/fetch").await.json()["from"] == name).then_some(())
        })
        .await;
        longest = longest.max(since.elapsed());
    }
    longest
}

/// A file system of 8 MiB, unmounted when dropped; none where this process may not mount.
struct Small(PathBuf);

impl Small {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs"])
            .arg(at)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then(|| Self(at.to_owned()))
    }

    fn fill(&self) {
        let mut file = fs::File::create(self.0.join("filler")).unwrap();
        for length in [1 << 16, 512, 1] {
            while file.write_all(&vec![0; length]).is_ok() {}
        }
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn disk(rounds: usize) -> Option<Duration> {
    let folder = Folder::new(TEXT);
    let Some(small) = Small::mount(&folder.file("small")) else {
        eprintln!("left out: this user may not mount a small file system");
        return None;
    };
    let variables = [
        ("DB", "sqlite:small/main.db"),
        ("STATE", "sqlite:small/state.db"),
        ("QUEUE", "sqlite:small/queue.db"),
    ];
    let service = Service::start_in(folder, &variables).await;
    let all = ["write", "read", "keep", "publish"];
    let mut longest = Duration::ZERO;
    for _ in 0..rounds {
        served(&service, &all).await;
        small.fill();
        // What is in the log file already may be written over for a while.
        for what in ["write", "keep", "publish"] {
            for language in LANGUAGES {
                eventually(&format!("{what} fails"), || async {
                    let status = service.get(&format!("/{language}/{what}")).await.status;
                    (!matches!(status, 200 | 204)).then_some(())
                })
                .await;
            }
            refused(&service, &[what], "full").await;
        }
        served(&service, &["fine", "read"]).await;
        small.empty();
        longest = longest.max(back(&service, &all).await);
    }
    Some(longest)
}

async fn descriptors(rounds: usize) -> Duration {
    let service = Service::start_in(Folder::new(TEXT), &[]).await;
    let address = service.url.strip_prefix("http://").unwrap().to_owned();
    served(&service, &["fine", "write", "keep"]).await;
    let open = fs::read_dir(format!("/proc/{}/fd", service.id())).unwrap().count() as u64;
    let limit = Rlimit {
        current: Some(open + 10),
        maximum: Some(open + 10),
    };
    prlimit(Pid::from_raw(service.id() as i32), Resource::Nofile, limit).unwrap();
    let mut longest = Duration::ZERO;
    for _ in 0..rounds {
        // They say something, so that they are no newcomers, and stay.
        let mut idle = Vec::new();
        for _ in 0..30 {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            let _ = stream.write_all(b"GET /rust/fine HTTP/1.1\r\nhost: test\r\n\r\n").await;
            idle.push(stream);
        }
        // The connection that was there is served.
        served(&service, &["fine", "read"]).await;
        drop(idle);
        let since = Instant::now();
        let fresh = crate::harness::client().build().unwrap();
        eventually("a new client is served", || async {
            let answer = fresh
                .get(format!("{}/rust/fine", service.url))
                .timeout(Duration::from_secs(1))
                .send()
                .await;
            answer.is_ok_and(|answer| answer.status() == 200).then_some(())
        })
        .await;
        longest = longest.max(since.elapsed());
    }
    longest
}

#[tokio::test]
async fn redis_goes_and_comes() {
    redis(1).await;
}

#[tokio::test]
async fn postgres_goes_and_comes() {
    postgres(1).await;
}

#[tokio::test]
async fn an_upstream_goes_and_comes() {
    upstream(1).await;
}

#[tokio::test]
async fn a_registry_goes_and_comes() {
    registries(1).await;
}

#[tokio::test]
async fn a_disk_fills_up_and_has_room_again() {
    disk(1).await;
}

#[tokio::test]
async fn descriptors_run_out_and_are_there_again() {
    descriptors(1).await;
}

#[tokio::test]
#[ignore = "some minutes"]
async fn endure_dependencies_go_and_come() {
    let rounds = size("ENDURE_ROUNDS", 20);
    let times = [
        ("Redis", Some(redis(rounds).await)),
        ("PostgreSQL", Some(postgres(rounds).await)),
        ("an upstream", Some(upstream(rounds).await)),
        ("a registry", Some(registries(rounds).await)),
        ("a full disk", disk(rounds).await),
        ("descriptors", Some(descriptors(rounds).await)),
    ];
    for (what, longest) in times {
        match longest {
            Some(longest) => figure(format!(
                "{what}: all was well {longest:.2?} after the return, at the longest of {rounds}"
            )),
            None => figure(format!("{what}: left out")),
        }
    }
    for (what, longest) in times {
        assert!(longest.is_none_or(|longest| longest <= SOON), "{what}: {longest:?}");
    }
}
