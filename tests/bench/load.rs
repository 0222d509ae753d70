//! A load generator that costs little: it shares the cores with the server.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What a load saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    /// How long each took.
    took: Vec<Duration>,
}

impl Seen {
    /// 99 of 100 requests took no longer.
    pub(crate) fn p99(mut self) -> Duration {
        self.took.sort_unstable();
        self.took[self.took.len() * 99 / 100]
    }

    pub(crate) fn longest(&self) -> Duration {
        self.took.iter().copied().max().unwrap_or_default()
    }
}

/// Keeps `connections` busy with one request after the other for a while.
pub(crate) async fn run(address: SocketAddr, path: &str, connections: usize, time: Duration) -> Seen {
    run_at(address, path, connections, time, Duration::ZERO).await
}

/// As [`run`], with a pause of each connection after each answer.
pub(crate) async fn run_at(
    address: SocketAddr,
    path: &str,
    connections: usize,
    time: Duration,
    pause: Duration,
) -> Seen {
    let body = r#"{"name": "Ada Lovelace", "id": 41, "text": "the engine weaves algebraic patterns, as looms weave"}"#;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(connection(address, request.clone(), end, pause)))
        .collect();
    let mut all = Seen::default();
    for task in tasks {
        let seen = task.await.unwrap();
        all.requests += seen.requests;
        all.failed += seen.failed;
        all.took.extend(seen.took);
    }
    all
}

async fn connection(address: SocketAddr, request: String, end: Instant, pause: Duration) -> Seen {
    let mut seen = Seen::default();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 8192];
    while Instant::now() < end {
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        seen.requests += 1;
        if !answered(&mut stream, &mut buffer).await {
            seen.failed += 1;
            stream = TcpStream::connect(address).await.unwrap();
        }
        seen.took.push(sent.elapsed());
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    seen
}

/// Reads one answer; whether it was a 200.
async fn answered(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]).await {
            Ok(0) | Err(_) => return false,
            Ok(read) => filled += read,
        }
        if let Some(length) = length(&buffer[..filled])
            && filled >= length
        {
            return buffer.starts_with(b"HTTP/1.1 200");
        }
    }
}

/// The length of head and body, once the head is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    Some(end + length.unwrap_or(0))
}
