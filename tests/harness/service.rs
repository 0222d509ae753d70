//! The host as a process that serves a TSK file.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Folder, Metrics, cli};

/// Ten times what the host gathers lines for.
pub(crate) const GATHERED: Duration = Duration::from_millis(50);

/// A running `tusk-host FILE`, killed when dropped.
pub(crate) struct Service {
    pub(crate) folder: Folder,
    pub(crate) url: String,
    /// What it printed at its start.
    pub(crate) banner: String,
    pub(crate) client: reqwest::Client,
    child: Running,
    log: Arc<Mutex<String>>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }
}

impl Service {
    /// Serves a text on a free port, with logs as JSON lines.
    pub(crate) async fn start(text: &str) -> Self {
        Self::start_in(Folder::new(text), &[]).await
    }

    /// Serves `service.tsk` of a folder, with further environment variables.
    pub(crate) async fn start_in(folder: Folder, variables: &[(&str, &str)]) -> Self {
        Self::start_with(folder, variables, "json").await
    }

    /// As [`Self::start_in`], with a log of the format `text` or `json`.
    pub(crate) async fn start_with(folder: Folder, variables: &[(&str, &str)], log_format: &str) -> Self {
        let child = cli::command(folder.path())
            .args(["service.tsk", "--port", "0", "--log-format", log_format])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut child = Running(child);
        let log = collect(child.0.stderr.take().expect("stderr is piped"));
        let out = collect(child.0.stdout.take().expect("stdout is piped"));
        let started = Instant::now();
        let banner = loop {
            let text = out.lock().expect("no thread panicked").clone();
            // The last words of the text; the one line of JSON.
            if text.contains("Ctrl-C stops.") || (log_format == "json" && text.contains('\n')) {
                break text;
            }
            let ended = child.0.try_wait().expect("the child can be asked");
            assert!(
                ended.is_none() && started.elapsed() < Duration::from_secs(240),
                "the service did not start ({ended:?}):\n{text}\n{}",
                log.lock().expect("no thread panicked")
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let url = urls(&banner).next().expect("the banner has an address");
        let client = super::client().build().expect("a client can be made");
        Self {
            folder,
            url: url.to_owned(),
            client,
            child,
            log,
            banner,
        }
    }

    /// A GET on the admin address, which the banner names after the service's.
    pub(crate) async fn admin(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.admin_url()))).await
    }

    pub(crate) fn admin_url(&self) -> &str {
        urls(&self.banner)
            .skip(1)
            .find(|url| *url != self.url)
            .expect("the banner has an admin address")
    }

    /// What `/metrics` says now.
    pub(crate) async fn metrics(&self) -> Metrics {
        let answer = self.admin("/metrics").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "text/plain; version=0.0.4; charset=utf-8")
        );
        Metrics::parse(&answer.text)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    /// A GET with query parameters.
    pub(crate) async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let url = url::Url::parse_with_params(&format!("{}{path}", self.url), query).expect("the path is sound");
        self.send(self.client.get(url)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{error:?}\n{}", self.log()));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            text: response.text().await.expect("the body arrives"),
        }
    }

    /// Everything on stderr so far. The host's thread gathers lines for a moment before it writes them.
    pub(crate) fn log(&self) -> String {
        std::thread::sleep(GATHERED);
        self.log.lock().expect("no thread panicked").clone()
    }

    /// Waits until stderr contains a text.
    pub(crate) async fn logged(&self, text: &str) {
        let found = || async { self.log().contains(text).then_some(()) };
        eventually(&format!("`{text}` in the log"), found).await;
    }

    /// SIGKILL, whatever it is doing.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.0.kill();
        let _ = self.child.0.wait();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// Kills the process and leaves what it kept.
    pub(crate) fn into_folder(mut self) -> Folder {
        std::mem::replace(&mut self.folder, Folder::new(""))
    }

    /// Waits for the process to end by itself.
    pub(crate) async fn ended(&mut self) -> std::process::ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.0.try_wait().expect("the child can be asked") {
                return status;
            }
            assert!(
                started.elapsed() < Duration::from_secs(40),
                "the service does not end:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the service's log:\n{}", self.log());
        }
    }
}

/// The URLs of a banner, as words of the text and as JSON strings.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    let is_url = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
    let is_end = |c: char| c.is_whitespace() || c == '"';
    text.split(is_end).filter(is_url)
}

/// Killed when dropped, whatever fails in between.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until there is an answer, for at most 30 s.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{what} did not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The lines of a stream, as they come.
pub(crate) fn collect(stream: impl std::io::Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let own = text.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut text = own.lock().expect("no thread panicked");
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}
