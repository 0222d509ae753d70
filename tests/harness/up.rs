//! `tusk-host up` as a process.

use std::{
    net::TcpListener,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::sleep;

use super::{Folder, Running, collect, command, eventually};

/// `tusk-host up .`, killed when dropped; its services end with it.
pub(crate) struct Up {
    child: Running,
    out: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
}

impl Up {
    /// Starts all services of a folder, with further environment variables.
    pub(crate) fn start(folder: &Folder, variables: &[(&str, String)]) -> Self {
        Self::start_with(folder, variables, "text")
    }

    pub(crate) fn start_with(folder: &Folder, variables: &[(&str, String)], log_format: &str) -> Self {
        let child = command(folder.path())
            .args(["up", ".", "--log-format", log_format])
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut child = Running(child);
        Self {
            out: collect(child.0.stdout.take().expect("stdout is piped")),
            log: collect(child.0.stderr.take().expect("stderr is piped")),
            child,
        }
    }

    pub(crate) fn id(&self) -> i32 {
        self.child.0.id() as i32
    }

    /// What it has announced.
    pub(crate) fn said(&self) -> String {
        self.out.lock().expect("no thread panicked").clone()
    }

    pub(crate) fn log(&self) -> String {
        std::thread::sleep(super::GATHERED);
        self.log.lock().expect("no thread panicked").clone()
    }

    /// The first compile may take longer than what tests wait for otherwise.
    pub(crate) async fn ready(&self) {
        for _ in 0..6000 {
            let said = self.said();
            if said.contains("All are ready") || said.contains("all services are ready") {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("not ready:\n{}", self.log());
    }

    /// Waits for its own end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        eventually("the end", || {
            let ended = self.child.0.try_wait().expect("the child can be asked");
            async move { ended }
        })
        .await
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the log of all services:\n{}", self.log());
        }
    }
}

/// The process that serves a file of the folder.
pub(crate) fn process_at(folder: &Folder, file: &str) -> Option<i32> {
    let place = folder.path().canonicalize().ok()?;
    std::fs::read_dir("/proc").ok()?.find_map(|entry| {
        let entry = entry.ok()?;
        let line = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let is_there = std::fs::read_link(entry.path().join("cwd")).ok()? == place;
        (is_there && line.trim_end_matches('\0').ends_with(file))
            .then(|| entry.file_name().to_str()?.parse().ok())
            .flatten()
    })
}

pub(crate) fn signal(process: i32, name: &str) {
    let status = std::process::Command::new("kill")
        .args([format!("-{name}"), process.to_string()])
        .status();
    assert!(status.expect("kill is on PATH").success());
}

/// Ports that nobody listened on a moment ago, each another.
pub(crate) fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    // All are held until the last is known.
    let listeners = [(); COUNT].map(|()| TcpListener::bind("127.0.0.1:0").expect("a loopback port is free"));
    listeners.map(|listener| listener.local_addr().expect("the listener has an address").port())
}
