//! Bytes as no well-behaved client sends them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::service::Service;
use crate::base::{fuzz, limits};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fn statuses(text: &str) -> Vec<&str> {
    text.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect()
}

#[tokio::test]
async fn what_two_could_read_differently_is_refused_and_closed() {
    let service = Service::start().await;
    let sound = "GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\n";
    for (head, status) in [
        ("GET /echo/2 HTTP/1.1\nhost: x\n\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\nhost: x\r\na: b\n\r\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\n\r\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\nhost: a/b\r\n\r\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\nhost: x\r\na : b\r\n\r\n", "400"),
        ("GET /echo/2 HTTP/1.1\r\nhost: x\r\na: \0\r\n\r\n", "400"),
        (
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "501",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n1",
            "400",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n+1\r\n1\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\n1\n0\n\n",
            "400",
        ),
        ("GET /echo/2 HTTP/1.7\r\nhost: x\r\n\r\n", "505"),
    ] {
        let text = service.raw(format!("{sound}{head}{sound}")).await;
        assert_eq!(statuses(&text), ["200", status], "{head:?}: {text}");
        // Where a body cannot be read on, it is the missing answer to the next request that says so.
        let is_body =
            status == "400" && head.contains("transfer-encoding: chunked") && !head.contains("content-length");
        assert!(is_body || text.contains("connection: close"), "{head:?}: {text}");
    }
}

#[tokio::test]
async fn one_spelling_reaches_one_route() {
    let service = Service::start().await;
    for path in [
        "/%65cho/1",
        "/x/../echo/1",
        "/%65%63ho/%31",
        "/./echo/1",
        "/x/%2e%2E/echo/1",
    ] {
        assert_eq!(service.send(&format!("GET {path}"), "", "").await.status, 200, "{path}");
    }
    let asks = "origin: https://app.example.com\r\naccess-control-request-method: PUT\r\n";
    let preflight = service.send("OPTIONS /%65cho", asks, "").await;
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("POST, PUT, OPTIONS")
    );
    assert_eq!(service.send("GET /echo%2f1", "", "").await.status, 404, "%2F is data");
    assert_eq!(service.send("GET /echo/%zz", "", "").await.status, 400);
    let absolute = service
        .raw("GET http://other/%65cho/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(statuses(&absolute), ["200"]);
    let coded = service.send("POST /echo", "content-encoding: gzip\r\n", "{}").await;
    assert_eq!((coded.status, coded.header("accept-encoding")), (415, Some("identity")));
    let plain = service
        .send("POST /echo", "content-encoding: identity\r\n", "{\"value\": 1}")
        .await;
    assert_eq!(plain.status, 200);
}

#[tokio::test]
async fn a_body_that_nobody_read_is_no_request() {
    let service = Service::start().await;
    let hidden = "GET /echo/hidden HTTP/1.1\r\nhost: x\r\n\r\n";
    for (line, headers) in [
        ("POST /none", ""),
        ("DELETE /echo", ""),
        ("POST /echo", "content-encoding: gzip\r\n"),
        ("POST /%zz", ""),
    ] {
        let length = hidden.len();
        let request = format!("{line} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {length}\r\n\r\n{hidden}");
        let last = "GET /echo/last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let text = service.raw(format!("{request}{last}")).await;
        assert!(!text.contains("hidden"), "{line}: {text}");
        assert!(statuses(&text)[0].starts_with('4'), "{line}: {text}");
    }
}

fn frame(kind: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, 0, payload.len() as u8, kind, 0, 0, 0, 0, stream];
    frame.extend_from_slice(payload);
    frame
}

#[tokio::test]
async fn floods_of_frames_end_with_goaway() {
    let service = Service::start().await;
    for (name, one) in [
        ("SETTINGS", frame(4, 0, &[])),
        ("PING", frame(6, 0, &[0; 8])),
        ("WINDOW_UPDATE", frame(8, 0, &[0, 0, 0, 1])),
        ("PRIORITY", frame(2, 1, &[0, 0, 0, 0, 1])),
        ("unknown", frame(77, 0, &[1, 2, 3])),
    ] {
        let mut stream = service.connect().await;
        let (mut read, mut write) = stream.split();
        let flood = [PREFACE.to_vec(), one.repeat(50_000)].concat();
        let mut answer = Vec::new();
        let (_, ended) = tokio::join!(
            write.write_all(&flood),
            timeout(Duration::from_secs(60), read.read_to_end(&mut answer))
        );
        assert!(ended.is_ok(), "{name} is not cut off");
        // GOAWAY: its kind, then on stream 0 the last stream and ENHANCE_YOUR_CALM.
        let is_calm = |at: &[u8]| at[0] == 7 && at[2..6] == [0; 4] && at[10..14] == [0, 0, 0, 11];
        assert!(
            answer.windows(14).any(is_calm),
            "{name}: no GOAWAY in {} bytes",
            answer.len()
        );
        let pongs = answer.len() / 9;
        assert!(
            pongs < 3 * limits::FRAMES as usize,
            "{name}: {pongs} frames were answered"
        );
        assert_eq!(service.send("GET /echo/1", "", "").await.status, 200, "a neighbour");
    }
}

/// Requests as they are, spoilt, and bytes that are none. Each round has a seed of its own, which is printed when it fails.
async fn any_bytes(rounds: u64) {
    let service = Service::start().await;
    let first = fuzz::first_seed();
    for seed in first..first + rounds {
        let bytes = spoilt(&mut fastrand::Rng::with_seed(seed));
        let mut stream = service.connect().await;
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let ended = timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "ENDURE_SEED={seed} is not answered: {bytes:?}");
        if seed % 1000 == 0 {
            assert_eq!(
                service.send("GET /echo/1", "", "").await.status,
                200,
                "ENDURE_SEED={seed}"
            );
        }
    }
    assert_eq!(service.send("GET /echo/1", "", "").await.status, 200);
    assert_eq!(service.panics(), 0, "ENDURE_SEED={first} ENDURE_EXECUTIONS={rounds}");
    fuzz::report("bytes on connections", rounds, first);
}

fn spoilt(random: &mut fastrand::Rng) -> Vec<u8> {
    let seeds: [&[u8]; 6] = [
        b"GET /echo/1?a=b HTTP/1.1\r\nhost: x\r\ncookie: a=b\r\nconnection: close\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n{\"value\":1}",
        b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nb\r\n{\"value\":1}\r\n0\r\n\r\n",
        b"GET /echo/1 HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nupgrade: h2c\r\n\r\nGET /echo/2 HTTP/1.0\r\n\r\n",
        PREFACE,
        // HEADERS: GET, `http`, the path, and `x` as the authority.
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x0e\x01\x05\0\0\0\x01\x82\x86\x04\x07/echo/1\x01\x01x",
    ];
    if random.u8(..8) == 0 {
        return (0..random.usize(1..2000)).map(|_| random.u8(..)).collect();
    }
    let mut bytes = seeds[random.usize(..seeds.len())].to_vec();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..bytes.len());
        match random.u8(..4) {
            0 => bytes[at] = random.u8(..),
            1 => bytes.insert(at, *random.choice(b"\r\n\0 :\t,;%/.".as_slice()).unwrap()),
            2 if bytes.len() > 1 => drop(bytes.remove(at)),
            _ => bytes.extend_from_within(at..),
        }
    }
    bytes
}

#[tokio::test]
async fn random_bytes_leave_the_service_as_it_is() {
    any_bytes(1500).await;
}

#[tokio::test]
#[ignore = "minutes"]
async fn endure_fuzz_connections() {
    any_bytes(fuzz::executions(100_000)).await;
}
