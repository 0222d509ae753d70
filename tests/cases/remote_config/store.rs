//! A configuration service that says what a test wants it to say.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::harness::eventually;

/// A configuration service that says what its test wants it to.
pub(super) struct Store {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

struct State {
    says: Says,
    asked: Vec<String>,
}

#[derive(Clone)]
pub(super) enum Says {
    /// A document with a tag: 304 to whoever has it.
    Document(&'static str, Value),
    /// Another document each time, by how often it was asked before.
    Counting(fn(usize) -> Value),
    /// A whole HTTP answer, right or not.
    Bytes(String),
    /// Nothing, with the connection open.
    Nothing,
}

impl Store {
    pub(super) async fn start(says: Says) -> Self {
        let state = Arc::new(Mutex::new(State {
            says,
            asked: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(accept(listener, state.clone()));
        Self {
            address,
            state,
            accepting,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn say(&self, says: Says) {
        self.state.lock().unwrap().says = says;
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Until it was asked so many times more.
    pub(super) async fn is_asked(&self, more: usize) {
        let before = self.asked().len();
        eventually("another request for the configuration", || async {
            (self.asked().len() >= before + more).then_some(())
        })
        .await;
    }

    /// Nobody listens any more.
    pub(super) async fn stop(&mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    pub(super) async fn restart(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.accepting = tokio::spawn(accept(listener, self.state.clone()));
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, state.clone()));
    }
}

async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let (says, count) = {
        let mut state = state.lock().unwrap();
        state.asked.push(request.clone());
        (state.says.clone(), state.asked.len() - 1)
    };
    let answer = match says {
        Says::Document(tag, _) if request.contains(&format!("if-none-match: \"{tag}\"\r\n")) => {
            format!("HTTP/1.1 304 Not Modified\r\netag: \"{tag}\"\r\nconnection: close\r\n\r\n")
        }
        Says::Document(tag, document) => ok(&format!("etag: \"{tag}\"\r\n"), &document.to_string()),
        Says::Counting(document) => ok("", &document(count).to_string()),
        Says::Bytes(bytes) => bytes,
        Says::Nothing => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return;
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

pub(super) fn ok(headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
