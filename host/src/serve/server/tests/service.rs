//! A service for the tests of the server.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
};

use crate::{
    serve::{health, server},
    service::{live::Live, load::Loader},
};

/// A service on a port of its own.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    live: Arc<Live>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Service {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("guest.wasm"), guest()).unwrap();
        std::fs::write(folder.path().join("service.tsk"), include_str!("service.tsk")).unwrap();
        let loader = Loader::new(folder.path().join("service.tsk"), &folder.path().join("cache")).unwrap();
        let loaded = loader.load(None, &|_| {}).unwrap();
        let live = Arc::new(Live::new(loaded.app));
        let listener = server::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(server::serve(listener, live.clone(), stopping));
        Self {
            address,
            live,
            stop,
            serving,
            _folder: folder,
        }
    }

    /// Exchanges and connections that ended by a fault of the host's own.
    pub(super) fn panics(&self) -> u64 {
        self.live.current().context.metrics.metrics().panics.get()
    }

    /// What `/health/ready` says, and whether that is 200.
    pub(super) fn ready(&self) -> (bool, serde_json::Value) {
        let (is_ready, report) = health::ready(&self.live.current(), false);
        (is_ready, serde_json::from_str(&report).unwrap())
    }

    pub(super) fn begin_stop(&self) {
        self.stop.send_replace(true);
    }

    pub(super) async fn stopped(self) {
        self.serving.await.unwrap();
    }

    pub(super) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of their own and gives back all that comes until the server closes it.
    pub(super) async fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        read_all(&mut stream).await
    }

    /// One request, `line` being method and path; `headers` end with a line break each.
    pub(super) async fn send(&self, line: &str, headers: &str, body: &str) -> Answer {
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("content-length: {}\r\n", body.len())
        };
        let request = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}{length}\r\n{body}");
        Answer::parse(&self.raw(request).await)
    }
}

pub(super) async fn read_all(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    match stream.read_to_end(&mut all).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error}"),
    }
    String::from_utf8(all).unwrap()
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("not a response: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Until `condition` holds; a test that waits in vain fails by its own time limit.
pub(super) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come about within 10 s");
}

/// `guest.wat` with what describes its fujsens.
fn guest() -> Vec<u8> {
    let param = |name: &str, kind: &str| json!({"name": name, "type": kind, "source": kind});
    let function = |name: &str, params: Vec<serde_json::Value>, result: &str| {
        json!({"name": name, "params": params, "result": result}).to_string()
    };
    let lines = [
        function("echo", vec![param("value", "json")], "Value"),
        function("integer", vec![param("n", "integer")], "i64"),
        function("aloud", vec![param("text", "text")], "String"),
        function("sleep", vec![param("ms", "integer")], "i64"),
        function("loop", vec![], "()"),
        function("trap", vec![], "()"),
        function("fail", vec![], "()"),
        function("headers", vec![], "Value"),
        function("nothing", vec![], "()"),
    ];
    let described = lines.join("\n").replace('"', "\\22").replace('\n', "\\0a");
    let sections = format!("(@custom \"tusk:encoding\" \"utf16\") (@custom \"tusk:functions\" \"{described}\")");
    let text = include_str!("guest.wat");
    let end = text.rfind(')').unwrap();
    wat::parse_str(format!("{}{sections})", &text[..end])).unwrap()
}
