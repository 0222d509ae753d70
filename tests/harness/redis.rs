//! A server that keeps what it is told in memory, or on the disk.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A redis-server of its own on a free loopback port; killed when dropped.
pub(crate) struct Redis {
    pub(crate) port: u16,
    child: Option<Child>,
    /// Where it keeps what it is told, and when it is on the disk; without one, it keeps nothing.
    folder: Option<(TempDir, &'static str)>,
}

impl Redis {
    /// One that keeps nothing.
    pub(crate) fn start() -> Self {
        Self::start_in(None)
    }

    /// One that forgets nothing that it has acknowledged, even when it is killed.
    pub(crate) fn durable() -> Self {
        Self::start_in(Some("always"))
    }

    /// One that writes to the disk once a second, as its own configuration file has it.
    #[allow(dead_code, reason = "only the benchmarks have one")]
    pub(crate) fn habitual() -> Self {
        Self::start_in(Some("everysec"))
    }

    fn start_in(written: Option<&'static str>) -> Self {
        let folder = || TempDir::new().expect("a temporary folder can be made");
        let folder = written.map(|written| (folder(), written));
        let port = free_port();
        let mut redis = Self {
            port,
            child: None,
            folder,
        };
        redis.restart();
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts again on the same port.
    pub(crate) fn restart(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port, "--save", ""]);
        if let Some((folder, written)) = &self.folder {
            command.args(["--appendonly", "yes", "--appendfsync", written, "--dir"]);
            command.arg(folder.path());
        } else {
            command.args(["--appendonly", "no"]);
        }
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is on PATH: `cargo xtask test` installs it");
        self.child = Some(child);
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "redis-server does not listen"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that nobody listened on a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
    listener.local_addr().expect("the listener has an address").port()
}
