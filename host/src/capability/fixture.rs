//! What the tests of several capabilities need.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../tests/harness/postgres.rs"]
mod postgres;

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) use postgres::{Pooler, Postgres};
use tempfile::TempDir;
use tsk::{Config, Node, Object, SourceMap, Span, Value};

/// A file's values, given as a JSON object.
pub(crate) fn config(json: serde_json::Value) -> Config {
    let Value::Object(root) = node(json).value else {
        panic!("a file is an object")
    };
    Config {
        root,
        globals: Object::new(),
        sources: SourceMap::default(),
        warnings: Vec::new(),
        files: Vec::new(),
    }
}

fn node(json: serde_json::Value) -> Node {
    let value = match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Integer),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::Array(items.into_iter().map(node).collect()),
        serde_json::Value::Object(object) => Value::Object(
            object
                .into_iter()
                .map(|(key, value)| (key, node(value)))
                .collect::<Object>(),
        ),
    };
    Node {
        value,
        span: Span::default(),
        key_span: Span::default(),
    }
}

/// A redis-server of its own, ended with the test.
pub(crate) struct RedisServer {
    process: Option<Child>,
    port: u16,
    /// Where it keeps what it is told; without one, it keeps nothing.
    folder: Option<TempDir>,
}

impl RedisServer {
    /// One that does not run yet.
    pub(crate) fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self {
            process: None,
            port,
            folder: None,
        }
    }

    /// One that runs and forgets nothing that it has acknowledged, even when it is killed.
    pub(crate) fn durable() -> Self {
        let mut server = Self::new();
        server.folder = Some(tempfile::tempdir().unwrap());
        server.start();
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", server.port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "redis-server does not listen"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn start(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        match &self.folder {
            None => command.args(["--appendonly", "no"]),
            Some(folder) => command
                .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
                .arg(folder.path()),
        };
        let process = command.stdout(Stdio::null()).spawn();
        self.process = Some(process.expect("redis-server is installed"));
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
