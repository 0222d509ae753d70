//! Bugs of the host itself, which no client can provoke: the loop that accepts is the real one, who answers has them.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
};

use super::service::{Service, until};
use crate::{
    network::tls::IncomingTls,
    observe::{
        metrics::TASKS,
        tasks::{
            self,
            fixture::{is_down, listen, panics, told},
        },
    },
    serve::server::{self, Responder},
};

/// Where the next panic is.
#[derive(Default)]
struct Bugs {
    accepting: AtomicBool,
    connecting: AtomicBool,
}

struct Buggy(Arc<Bugs>);

impl Clone for Buggy {
    fn clone(&self) -> Self {
        assert!(!self.0.accepting.swap(false, SeqCst), "a bug in accepting");
        Self(self.0.clone())
    }
}

impl Responder for Buggy {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        assert!(request.uri().path() != "/bug", "a bug in answering");
        Response::new(Full::from("served"))
    }

    fn tls(&self) -> Option<Arc<IncomingTls>> {
        assert!(!self.0.connecting.swap(false, SeqCst), "a bug in connecting");
        None
    }
}

fn start() -> (SocketAddr, Arc<Bugs>, watch::Sender<bool>) {
    listen();
    let bugs = Arc::<Bugs>::default();
    let listener = server::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(server::serve_other(listener, Buggy(bugs.clone()), stopping));
    (address, bugs, stop)
}

/// One request on a connection that is kept, and its answer.
async fn ask(stream: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    let count = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

async fn is_served(stream: &mut TcpStream) -> bool {
    let answer = ask(stream, "/").await;
    answer.starts_with("HTTP/1.1 200") && answer.ends_with("served")
}

/// Whether the server has closed it without a word.
async fn is_closed(mut stream: TcpStream) -> bool {
    let mut all = Vec::new();
    match stream.read_to_end(&mut all).await {
        Ok(count) => count == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

fn is_told_once(words: &str, task: &str) -> bool {
    let place = format!("the task `{task}` panicked at {}:", file!());
    matches!(&*told(words), [line] if line.contains(&place))
}

#[tokio::test]
async fn a_panic_of_a_connection_ends_that_connection_only() {
    let (address, bugs, _stop) = start();
    let mut neighbour = TcpStream::connect(address).await.unwrap();
    assert!(is_served(&mut neighbour).await);
    bugs.connecting.store(true, SeqCst);
    assert!(is_closed(TcpStream::connect(address).await.unwrap()).await);
    assert!(is_served(&mut neighbour).await, "it was open before");
    let mut next = TcpStream::connect(address).await.unwrap();
    assert!(is_served(&mut next).await, "it came after");
    assert!(is_told_once("a bug in connecting", "connection"));
}

#[tokio::test]
async fn a_panic_of_an_answer_ends_that_answer_only() {
    let (address, _, _stop) = start();
    let mut client = TcpStream::connect(address).await.unwrap();
    let answer = ask(&mut client, "/bug").await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(is_served(&mut client).await);
    assert!(is_told_once("a bug in answering", "connection"));
}

#[tokio::test]
async fn a_panic_of_the_loop_that_accepts_costs_one_connection_and_a_pause() {
    let (address, bugs, _stop) = start();
    let mut neighbour = TcpStream::connect(address).await.unwrap();
    assert!(is_served(&mut neighbour).await);
    bugs.accepting.store(true, SeqCst);
    assert!(is_closed(TcpStream::connect(address).await.unwrap()).await);
    until(async || panics("accept_other") == 1).await;
    assert!(is_served(&mut neighbour).await, "it was open before");
    let mut next = TcpStream::connect(address).await.unwrap();
    assert!(is_served(&mut next).await, "it waits in the listen queue meanwhile");
    assert!(!is_down("accept_other"));
    assert!(is_told_once("a bug in accepting", "accept_other"));
}

#[tokio::test]
async fn ready_tells_of_a_task_that_is_down_until_it_runs_again() {
    let service = Service::start().await;
    let faults = |report: &serde_json::Value, name: &str| {
        let all = report["degraded"].as_array().unwrap().iter();
        all.filter(|fault| fault["kind"] == "task" && fault["name"] == name)
            .count()
    };
    let mut is_first = true;
    let (up, mut runs) = watch::channel(false);
    let up = Arc::new(up);
    let running = tasks::keep("told_by_ready", move || {
        let (is_first, up) = (std::mem::take(&mut is_first), up.clone());
        async move {
            assert!(!is_first, "a bug beside");
            up.send_replace(true);
            std::future::pending().await
        }
    });
    until(async || is_down("told_by_ready")).await;
    let (_, report) = service.ready();
    assert_eq!(faults(&report, "told_by_ready"), 1, "{report}");
    runs.wait_for(|runs| *runs).await.unwrap();
    let (_, report) = service.ready();
    assert_eq!(faults(&report, "told_by_ready"), 0, "{report}");
    running.abort();

    assert!(service.ready().0);
    let down = TASKS.panicked(server::ACCEPT);
    let (is_ready, report) = service.ready();
    assert!(!is_ready && report["status"] == "unavailable", "{report}");
    drop(down);
    assert!(service.ready().0);
}
