//! An HTTP server that answers, fails, hangs or goes, as it is told.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What an upstream does with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// 200, with its own name as JSON.
    Well,
    /// 503 at once.
    Fails,
    /// Takes the request and says nothing.
    Hangs,
    /// A head at once, then one byte of the body every 50 ms.
    Drips,
    /// Takes the request and resets the connection.
    Resets,
}

/// An upstream whose mood changes while it runs, and that can go away and come back.
pub(crate) struct Moody {
    pub(crate) address: SocketAddr,
    name: String,
    mood: watch::Sender<Mood>,
    requests: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Moody {
    pub(crate) async fn start(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let (mood, requests) = (watch::Sender::new(Mood::Well), Arc::default());
        let task = serve(listener, name, &mood, &requests);
        Self {
            address,
            name: name.to_owned(),
            mood,
            requests,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn becomes(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// Requests so far, health checks left out.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    /// Nobody listens any more, and open connections end.
    pub(crate) async fn goes(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    pub(crate) fn comes_back(&mut self) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("the option exists");
        socket.bind(self.address).expect("the port is free again");
        let listener = socket.listen(128).expect("it can listen");
        self.task = serve(listener, &self.name, &self.mood, &self.requests);
    }
}

impl Drop for Moody {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn serve(listener: TcpListener, name: &str, mood: &watch::Sender<Mood>, requests: &Arc<AtomicU64>) -> JoinHandle<()> {
    let (name, mood, requests) = (name.to_owned(), mood.subscribe(), requests.clone());
    tokio::spawn(async move {
        // Dropped with the task, and with them their connections.
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(answer(stream, name.clone(), mood.clone(), requests.clone()));
        }
    })
}

/// One request a connection.
async fn answer(mut stream: TcpStream, name: String, mood: watch::Receiver<Mood>, requests: Arc<AtomicU64>) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend_from_slice(&piece[..read]),
        }
    }
    let is_check = String::from_utf8_lossy(&head).split(' ').nth(1) == Some("/health");
    if !is_check {
        requests.fetch_add(1, Relaxed);
    }
    let mood = *mood.borrow();
    let body = format!("{{\"from\":\"{name}\"}}");
    let length = body.len();
    match mood {
        Mood::Well => {
            let head = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            let _ = stream.write_all(head.as_bytes()).await;
        }
        Mood::Fails => {
            let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
        }
        Mood::Hangs => std::future::pending().await,
        Mood::Drips => {
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100000\r\n\r\n";
            let mut written = stream.write_all(head.as_bytes()).await;
            while written.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
                written = stream.write_all(b"x").await;
            }
        }
        Mood::Resets => {
            let _ = stream.set_zero_linger();
        }
    }
}
