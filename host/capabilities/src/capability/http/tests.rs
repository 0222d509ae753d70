//! Requests of fujsens: grants, limits, redirects, and upstreams that misbehave.
#![allow(clippy::unwrap_used)]

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::base::explain::Told;
use crate::{
    base::limits,
    capability::fixture,
    network::resilience::GuardMemory,
    observe::{request, trace_context::TraceContext},
};

/// What a busy machine may add to any wait: these tests tell an end from a hang, and measure nothing.
const NOISE: Duration = Duration::from_secs(5);

/// 32 MiB of zeros.
const BROTLI_BOMB: &[u8] = &[
    0xcf, 0xff, 0xff, 0x7f, 0xf8, 0x27, 0x00, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x3f, 0xff, 0xff, 0xff, 0xf1, 0x4f,
    0x00, 0xc4, 0x61, 0x01, 0x80, 0xee, 0xfd, 0x3f,
];

/// An upstream that does by path what its callers fear.
struct Upstream {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Upstream {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream));
            }
        });
        Self { address, connections }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn http(&self) -> Arc<Http> {
        granting(json!([self.url("")]))
    }
}

async fn serve(mut stream: TcpStream) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece).await {
        head.extend_from_slice(&piece[..read]);
        if !head.windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        let path = text.split(' ').nth(1).unwrap().to_owned();
        if answer(&mut stream, &path, &text).await.is_err() {
            return;
        }
    }
}

async fn answer(stream: &mut TcpStream, path: &str, request: &str) -> std::io::Result<()> {
    let zeros = vec![0; 64 << 10];
    match path.split_once('?').unwrap_or((path, "")) {
        ("/echo", _) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\nx-kept: yes\r\ncontent-length: {}\r\n\r\n",
                request.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(request.as_bytes()).await
        }
        ("/to", location) => {
            let head = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        ("/repeat", location) => {
            let head = format!("HTTP/1.1 307 Again\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        ("/silent", _) => std::future::pending().await,
        ("/drip", _) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                .await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        ("/short", _) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc")
                .await?;
            Err(std::io::ErrorKind::Other.into())
        }
        ("/close", _) => Err(std::io::ErrorKind::Other.into()),
        ("/declared", _) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc")
                .await
        }
        ("/endless", _) => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
                .await?;
            loop {
                stream.write_all(&zeros).await?;
            }
        }
        ("/brotli", _) => {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: {}\r\n\r\n",
                BROTLI_BOMB.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(BROTLI_BOMB).await
        }
        ("/gzip", _) => {
            let bomb = gzip_bomb(limits::HTTP_BODY + (1 << 20));
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                bomb.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&bomb).await
        }
        _ => {
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                .await
        }
    }
}

/// A gzip stream of one zero byte and then copies of it, 258 at a time; its end is never read.
fn gzip_bomb(size: usize) -> Vec<u8> {
    let mut stream = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0_u64, 0);
    let mut push = |code: u64, length: u32| {
        bits |= code << count;
        count += length;
        while count >= 8 {
            stream.push(bits as u8);
            bits >>= 8;
            count -= 8;
        }
    };
    // A last block with fixed codes, the literal 0, then (length 258, distance 1), each code from its first bit.
    push(0b011, 3);
    push(0b0000_1100, 8);
    for _ in 0..size / 258 {
        push(0b1010_0011, 8);
        push(0, 5);
    }
    push(0, 16);
    stream
}

fn granting(origins: serde_json::Value) -> Arc<Http> {
    made(json!({"upstreams": origins}))
}

fn made(file: serde_json::Value) -> Arc<Http> {
    let config = fixture::config(file);
    let policies = Arc::new(Policies::new(&GuardMemory::default(), &config).unwrap());
    Http::new(
        &HttpClients::default(),
        &Directory::default(),
        &policies,
        &config,
        Credentials::default(),
    )
    .unwrap()
}

fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: Vec::new(),
        body: None,
        timeout_ms: None,
        redirects: 5,
    }
}

async fn send(http: &Arc<Http>, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let origin = request::CallOrigin {
        request_id: "r-1".into(),
        trace: TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", None)
            .unwrap()
            .into(),
        incoming: None,
    };
    http.send(request, &origin, Instant::now() + Duration::from_secs(20))
        .await
}

async fn failure(http: &Arc<Http>, request: HttpRequest) -> (u16, String, String) {
    let error = send(http, request).await.told();
    (error.status, error.code, error.message)
}

#[tokio::test]
async fn a_request_and_its_answer() {
    let upstream = Upstream::start().await;
    let http = upstream.http();
    let request = HttpRequest {
        method: "post".into(),
        headers: vec![
            ("X-Own".into(), "1".into()),
            ("host".into(), "evil".into()),
            ("connection".into(), "close".into()),
        ],
        body: Some(b"hello".to_vec()),
        ..get(upstream.url("/echo?a=b#part"))
    };
    let response = send(&http, request).await.unwrap();
    assert_eq!((response.status, response.url), (200, upstream.url("/echo?a=b")));
    assert!(response.headers.contains(&("x-kept".into(), "yes".into())));
    assert!(response.elapsed_us > 0);
    let sent = String::from_utf8(response.body).unwrap();
    assert!(sent.starts_with("POST /echo?a=b HTTP/1.1\r\n"), "{sent}");
    for header in [
        "x-own: 1",
        "x-request-id: r-1",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-",
        "content-length: 5",
        &format!("host: {}", upstream.address),
    ] {
        assert!(sent.contains(header), "{header} in {sent}");
    }
    assert!(!sent.contains("evil") && !sent.contains("connection: close"), "{sent}");
}

#[tokio::test]
async fn connections_are_reused() {
    let upstream = Upstream::start().await;
    let http = upstream.http();
    for _ in 0..5 {
        send(&http, get(upstream.url("/echo"))).await.unwrap();
    }
    assert_eq!(upstream.connections.load(Ordering::Relaxed), 1);
}

/// An upstream that answers the first request of a connection and closes it at the second, with or without having read it.
async fn closing(reads: bool, resets: bool) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let count = count.clone();
            tokio::spawn(async move {
                let mut piece = [0; 4096];
                for n in 0..2 {
                    if n == 1 && !reads {
                        // The other side sees the end only when it writes.
                        stream.peek(&mut piece).await.unwrap();
                        return;
                    }
                    if stream.read(&mut piece).await.unwrap_or(0) == 0 {
                        return;
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                    if n == 0 {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                        stream.write_all(answer).await.unwrap();
                    } else if resets {
                        stream.set_zero_linger().unwrap();
                    }
                }
            });
        }
    });
    (address, requests)
}

#[tokio::test]
async fn a_kept_connection_that_closes_costs_no_answer() {
    for (reads, resets) in [(true, false), (true, true), (false, false)] {
        let (address, requests) = closing(reads, resets).await;
        let http = granting(json!([format!("http://{address}")]));
        let request = |method: &str| HttpRequest {
            method: method.to_owned(),
            ..get(format!("http://{address}/"))
        };
        // Two at once, so that two connections are kept: the second try must not take the other of them.
        let both = tokio::join!(send(&http, request("GET")), send(&http, request("GET")));
        assert!(both.0.is_ok() && both.1.is_ok());
        for method in ["GET", "PUT", "DELETE", "OPTIONS", "GET"] {
            let answer = send(&http, request(method)).await;
            assert_eq!(answer.unwrap().status, 200, "{method} {reads} {resets}");
        }
        // At most one of each is lost, and none is sent a third time.
        let seen = requests.load(Ordering::SeqCst);
        assert!((7..=12).contains(&seen), "{seen}");
        send(&http, request("GET")).await.unwrap();
        let before = requests.load(Ordering::SeqCst);
        let posted = send(&http, request("POST")).await;
        if reads {
            let seen = requests.load(Ordering::SeqCst) - before;
            assert_eq!(seen, 1, "a POST is sent once: {posted:?}");
        }
    }
}

#[tokio::test]
async fn a_new_connection_that_closes_is_a_failure() {
    let upstream = Upstream::start().await;
    let http = upstream.http();
    let (_, code, _) = failure(&http, get(upstream.url("/close"))).await;
    assert_eq!(code, "reset");
    assert_eq!(upstream.connections.load(Ordering::Relaxed), 1, "it is asked once");
}

#[tokio::test]
async fn requests_without_a_body_say_so() {
    let upstream = Upstream::start().await;
    let http = upstream.http();
    for body in [None, Some(Vec::new())] {
        for (method, says) in [("POST", 1), ("PUT", 1), ("PATCH", 1), ("GET", 0), ("DELETE", 0)] {
            let request = HttpRequest {
                method: method.to_owned(),
                body: body.clone(),
                ..get(upstream.url("/echo"))
            };
            let sent = String::from_utf8(send(&http, request).await.unwrap().body)
                .unwrap()
                .to_lowercase();
            assert_eq!(sent.matches("content-length: 0\r\n").count(), says, "{sent}");
            assert_eq!(sent.matches("content-length").count(), says, "{sent}");
            assert!(!sent.contains("transfer-encoding"), "{sent}");
        }
    }
    let with_body = HttpRequest {
        method: "POST".to_owned(),
        body: Some(b"abc".to_vec()),
        ..get(upstream.url("/echo"))
    };
    let sent = String::from_utf8(send(&http, with_body).await.unwrap().body).unwrap();
    assert_eq!(sent.matches("content-length: 3\r\n").count(), 1, "{sent}");
}

#[tokio::test]
async fn only_granted_origins_are_reached() {
    let upstream = Upstream::start().await;
    let port = upstream.address.port();
    let http = granting(json!([format!("http://localhost:{port}")]));
    assert_eq!(
        send(&http, get(format!("http://localhost:{port}/echo")))
            .await
            .unwrap()
            .status,
        200
    );
    for url in [
        format!("http://127.0.0.1:{port}/echo"),
        format!("http://2130706433:{port}/echo"),
        format!("http://0x7f.1:{port}/echo"),
        format!("http://[::ffff:127.0.0.1]:{port}/echo"),
        format!("http://localhost.:{port}/echo"),
        format!("https://localhost:{port}/echo"),
        format!("http://localhost:{port}@127.0.0.1:{port}/echo"),
        "http://localhost/echo".into(),
        "http://169.254.169.254/latest/meta-data".into(),
    ] {
        let (status, code, message) = failure(&http, get(url.clone())).await;
        assert_eq!((status, code.as_str()), (500, "denied"), "{url}");
        assert!(message.contains("[grants]\nhttp: [\"http"), "{url}: {message}");
    }
    assert_eq!(upstream.connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn metadata_is_never_reached() {
    let urls = [
        "http://169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://0/",
    ];
    let http = granting(json!(urls));
    for url in urls {
        let (_, code, message) = failure(&http, get(url)).await;
        assert!(
            code == "denied" && message.contains("never reached"),
            "{url}: {message}"
        );
    }
}

#[tokio::test]
async fn names_are_checked_where_they_lead() {
    use reqwest::dns::Resolve;

    use super::client::EgressResolver;

    let resolve = |network| EgressResolver { network, port: None }.resolve("localhost".parse().unwrap());
    let Err(error) = resolve(Network::Public).await else {
        panic!("localhost is not public")
    };
    assert!(error.to_string().contains("leads to "), "{error}");
    assert!(
        resolve(Network::Private)
            .await
            .unwrap()
            .all(|address| address.ip().is_loopback())
    );
}

#[tokio::test]
async fn redirects_are_followed_within_the_grants() {
    let (upstream, other) = (Upstream::start().await, Upstream::start().await);
    let http = granting(json!([upstream.url(""), other.url(""), "http://169.254.169.254"]));

    let response = send(&http, get(upstream.url("/to?/echo"))).await.unwrap();
    assert_eq!((response.status, response.url), (200, upstream.url("/echo")));
    let unfollowed = send(
        &http,
        HttpRequest {
            redirects: 0,
            ..get(upstream.url("/to?/echo"))
        },
    )
    .await
    .unwrap();
    assert_eq!(unfollowed.status, 302);

    for target in [
        "http://10.0.0.1/",
        "http://example.com/",
        "http://169.254.169.254/",
        "file:///etc/passwd",
    ] {
        let (_, code, message) = failure(&http, get(upstream.url(&format!("/to?{target}")))).await;
        assert!(["denied", "bad-url"].contains(&code.as_str()), "{target}: {message}");
    }
    let (status, code, _) = failure(&http, get(upstream.url("/to?/to?/to?/to?/to?/to?/to?/echo"))).await;
    assert_eq!((status, code.as_str()), (502, "redirects"));
}

#[tokio::test]
async fn redirects_change_what_is_sent() {
    let (upstream, other) = (Upstream::start().await, Upstream::start().await);
    let http = granting(json!([upstream.url(""), other.url("")]));
    let sent = async |path: &str| {
        let request = HttpRequest {
            method: "POST".into(),
            headers: vec![
                ("authorization".into(), "Bearer s3cret".into()),
                ("content-type".into(), "text/plain".into()),
            ],
            body: Some(b"hello".to_vec()),
            ..get(upstream.url(path))
        };
        String::from_utf8(send(&http, request).await.unwrap().body).unwrap()
    };
    let same = sent("/to?/echo").await;
    assert!(
        same.starts_with("GET /echo") && same.contains("s3cret") && !same.contains("text/plain"),
        "{same}"
    );
    let elsewhere = sent(&format!("/repeat?{}", other.url("/echo"))).await;
    assert!(
        elsewhere.starts_with("POST /echo") && !elsewhere.contains("s3cret"),
        "{elsewhere}"
    );
    assert!(
        elsewhere.contains("text/plain") && elsewhere.contains("content-length: 5"),
        "{elsewhere}"
    );
}

#[tokio::test]
async fn slow_upstreams_are_left_in_time() {
    let upstream = Upstream::start().await;
    let http = upstream.http();
    for path in ["/silent", "/drip"] {
        let start = Instant::now();
        let (status, code, message) = failure(
            &http,
            HttpRequest {
                timeout_ms: Some(150),
                ..get(upstream.url(path))
            },
        )
        .await;
        assert_eq!((status, code.as_str()), (504, "timeout"), "{message}");
        assert!(
            start.elapsed() < Duration::from_millis(200) + NOISE,
            "{path}: {:?}",
            start.elapsed()
        );
    }
    let origin = request::CallOrigin::internal();
    let start = Instant::now();
    let late = http
        .send(get(upstream.url("/drip")), &origin, start + Duration::from_millis(100))
        .await;
    assert_eq!(late.told().code, "timeout");
    assert!(
        start.elapsed() < Duration::from_millis(150) + NOISE,
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn large_bodies_are_cut_after_decompression() {
    let upstream = Upstream::start().await;
    let http = upstream.http();
    for path in ["/declared", "/endless", "/brotli", "/gzip"] {
        let (status, code, message) = failure(&http, get(upstream.url(path))).await;
        assert_eq!((status, code.as_str()), (502, "too-large"), "{path}: {message}");
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let upstream = Upstream::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let http = granting(json!([upstream.url(""), nobody, "http://no-such-host.invalid.local"]));
    for (request, expected) in [
        (get(format!("{nobody}/")), (502, "connect")),
        (get("http://no-such-host.invalid.local/"), (502, "connect")),
        (get(upstream.url("/short")), (502, "reset")),
        (get("/relative"), (500, "bad-url")),
        (get("ftp://example.com/"), (500, "bad-url")),
        (
            HttpRequest {
                method: "CONNECT".into(),
                ..get(upstream.url("/"))
            },
            (500, "bad-method"),
        ),
        (
            HttpRequest {
                method: "G T".into(),
                ..get(upstream.url("/"))
            },
            (500, "bad-method"),
        ),
        (
            HttpRequest {
                headers: vec![("a".into(), "b\r\nc: d".into())],
                ..get(upstream.url("/"))
            },
            (500, "bad-header"),
        ),
    ] {
        let url = request.url.clone();
        let (status, code, message) = failure(&http, request).await;
        assert_eq!((status, code.as_str()), expected, "{url}: {message}");
    }
}

#[test]
fn grants_show_no_passwords() {
    let http = granting(json!(["https://me:geheim@api.example.com/hook/token"]));
    assert_eq!(
        http.grants(),
        [Grant {
            capability: "http",
            target: "https://api.example.com".into()
        }]
    );
}

#[test]
fn shown_urls_hide_what_may_be_secret() {
    for (url, shown) in [
        ("https://u:p@a.example:8443/x?key=1#f", "https://a.example:8443/x"),
        ("service://u:p@users/v1?key=1", "service://users/v1"),
    ] {
        assert_eq!(super::show(&url.parse().unwrap()), shown);
    }
}
