//! Connections: how many, how long, and how they end.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use super::service::{Service, read_all, until};
use crate::base::limits;

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let service = Service::start().await;
    let get = |path: &str, last: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n{last}\r\n");
    let all = format!(
        "{}{}{}",
        get("/echo/first", ""),
        get("/echo/second", ""),
        get("/echo/third", "connection: close\r\n")
    );
    let text = service.raw(all).await;
    let places: Vec<_> = ["first", "second", "third"]
        .iter()
        .map(|body| text.find(&format!("\"{body}\"")))
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
}

#[tokio::test]
async fn http2_without_tls() {
    // Another test may have installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let service = Service::start().await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let url = |path: &str| format!("http://{}{path}", service.address);
    let answers = futures_util::future::join_all((0..3).map(|n| client.get(url(&format!("/echo/{n}"))).send())).await;
    for (n, answer) in answers.into_iter().enumerate() {
        let answer = answer.unwrap();
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        assert_eq!(answer.text().await.unwrap(), n.to_string());
    }
    let head = client.head(url("/echo/1")).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], "1");
    let large = client
        .post(url("/echo"))
        .body("x".repeat(100_000))
        .send()
        .await
        .unwrap();
    assert_eq!(large.status(), 413);
}

#[tokio::test(start_paused = true)]
async fn silent_and_slow_clients_are_cut() {
    let service = Service::start().await;
    for start in ["", "G", "GET / HTTP/1.1\r\nhost: x\r\nx-slow", "PRI * HT"] {
        let mut stream = service.connect().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        let answer = timeout(Duration::from_secs(30), read_all(&mut stream)).await;
        assert!(answer.is_ok(), "{start:?} holds its connection");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_answered_408() {
    let service = Service::start().await;
    let text = service
        .raw("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"value\":")
        .await;
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
}

#[tokio::test]
async fn hundreds_of_idle_connections_do_not_hinder_others() {
    let service = Service::start().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(service.connect().await);
    }
    assert_eq!(service.send("GET /echo/1", "", "").await.status, 200);
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_call() {
    let service = Service::start().await;
    for _ in 0..2 {
        let mut stream = service.connect().await;
        stream
            .write_all(b"GET /sleep/1900 HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        sleep(Duration::from_millis(50)).await;
        drop(stream);
    }
    let started = Instant::now();
    until(async || service.send("GET /echo/1", "", "").await.status == 200).await;
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "both places were free again at once"
    );
}

#[tokio::test]
async fn a_stop_lets_requests_finish() {
    let service = Service::start().await;
    let mut running = service.connect().await;
    running
        .write_all(b"GET /sleep/400 HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut idle = service.connect().await;
    idle.write_all(b"GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).await.unwrap();
    sleep(Duration::from_millis(100)).await;

    service.begin_stop();
    let text = read_all(&mut running).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("400"), "{text}");
    read_all(&mut idle).await;
    let address = service.address;
    timeout(Duration::from_secs(5), service.stopped()).await.unwrap();
    assert!(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
}

/// A request of HTTP/2 for a path, by a client whose windows have `window` bytes.
fn http2_request(window: u32, path: &str) -> Vec<u8> {
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        let mut frame = vec![0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream];
        frame.extend_from_slice(payload);
        frame
    };
    // GET and `http` are of the static table; path and authority are texts.
    let mut head = vec![0x82, 0x86, 0x04, path.len() as u8];
    head.extend_from_slice(path.as_bytes());
    head.extend_from_slice(b"\x01\x01x");
    let initial_window = [&[0, 4][..], &window.to_be_bytes()].concat();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    [preface, frame(4, 0, 0, &initial_window), frame(1, 5, 1, &head)].concat()
}

/// Answers each PING until the connection ends. What has come: the kind and the length of each frame.
async fn says_that_it_is_there(stream: &mut tokio::net::TcpStream) -> Vec<(u8, usize)> {
    let (mut frames, mut header) = (Vec::new(), [0; 9]);
    while stream.read_exact(&mut header).await.is_ok() {
        let mut payload = vec![0; usize::from(header[1]) << 8 | usize::from(header[2])];
        stream.read_exact(&mut payload).await.unwrap();
        frames.push((header[3], payload.len()));
        if (header[3], header[4]) == (6, 0) {
            header[4] = 1;
            stream.write_all(&[&header[..], &payload].concat()).await.unwrap();
        }
    }
    frames
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_of_http2_ends_as_others_do() {
    let service = Service::start().await;
    let mut stream = service.connect().await;
    stream.write_all(&http2_request(1000, "/echo/1")).await.unwrap();
    let ended = timeout(limits::KEEP_ALIVE * 2, says_that_it_is_there(&mut stream)).await;
    let frames = ended.expect("it does not hold its connection");
    let count = |kind: u8| frames.iter().filter(|(own, _)| *own == kind).count();
    assert!(count(0) >= 1 && count(6) >= 3, "an answer, and PING since: {frames:?}");
    assert!(count(7) >= 1, "GOAWAY tells it so: {frames:?}");
}

#[tokio::test(start_paused = true)]
async fn who_never_opens_a_window_is_cut_however_often_it_says_that_it_is_there() {
    let service = Service::start().await;
    for window in [0, 1] {
        let mut stream = service.connect().await;
        stream.write_all(&http2_request(window, "/echo/1234567")).await.unwrap();
        let ended = timeout(limits::OWED_TIME * 3, says_that_it_is_there(&mut stream)).await;
        let Ok(frames) = ended else {
            panic!("a window of {window} holds its connection")
        };
        let data: usize = frames
            .iter()
            .filter(|(kind, _)| *kind == 0)
            .map(|(_, length)| length)
            .sum();
        assert_eq!(data, window as usize, "{frames:?}");
        assert!(frames.iter().any(|(kind, _)| *kind == 1), "it was answered: {frames:?}");
    }
    assert_eq!(service.send("GET /echo/1", "", "").await.status, 200);
}
