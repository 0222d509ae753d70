//! The binary's start: cold, and with everything in the cache.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command},
    time::Instant,
};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{LANGUAGES, report::Report, root, serve::listening, service};

pub(crate) fn measure(_runtime: &Runtime, report: &mut Report) {
    for language in LANGUAGES {
        let cache = TempDir::new().unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("service.tsk"), only(language)).unwrap();
        let started = Instant::now();
        let (mut child, _) = start(folder.path(), cache.path());
        let seconds = started.elapsed().as_secs_f64();
        child.kill().unwrap();
        child.wait().unwrap();
        report.add(
            format!("the very first compile, {language}"),
            format!("{seconds:.1} s"),
            "≤ 30 s",
            seconds <= 30.0,
        );
    }
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("service.tsk"), service(1)).unwrap();
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let started = Instant::now();
            let (mut child, address) = start(folder.path(), &root().join("target/bench-cache"));
            ask(address, "/rust").unwrap();
            let elapsed = started.elapsed().as_secs_f64() * 1e3;
            child.kill().unwrap();
            child.wait().unwrap();
            elapsed
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    report.add(
        "restart with a warm cache → first response",
        format!("{median:.0} ms"),
        "≤ 100 ms",
        median <= 100.0,
    );
}

/// The service with the fujsens of one language only.
fn only(language: &str) -> String {
    let mut text = service(1);
    for other in LANGUAGES.into_iter().filter(|one| *one != language) {
        let from = text.find(&format!("[{other}]")).unwrap();
        let next = text[from + 1..].find("\n[").unwrap() + from + 1;
        text.replace_range(from..next, "");
        text = text.replace(&format!("\"POST /{other}\": {other}.greet\n"), "");
    }
    text
}

/// Starts the binary on a free port and waits until it listens.
pub(crate) fn start(folder: &Path, cache: &Path) -> (Child, SocketAddr) {
    let mut command = command(folder, cache);
    command.env("TUSK_LOG", "error");
    let (child, addresses) = listening(command, 1);
    (child, addresses[0])
}

/// The binary on a free port.
pub(crate) fn command(folder: &Path, cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tusk-host"));
    command
        .current_dir(folder)
        .args(["service.tsk", "--port", "0"])
        .env("TUSK_CACHE", cache);
    command
}

/// A POST over a connection of its own.
pub(crate) fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let body = r#"{"name": "Ada", "id": 1, "text": "t"}"#;
    let length = body.len();
    send(
        address,
        &format!("POST {path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {length}"),
        body,
    )
}

/// A GET over a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    send(address, &format!("GET {path} HTTP/1.1"), "")
}

fn send(address: SocketAddr, head: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "{head}\r\nhost: {address}\r\nconnection: close\r\n\r\n{body}")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
