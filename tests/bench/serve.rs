//! Requests a second of the binary as users have it, with its log on, beside the same handler native in the same server.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};
use tusk_host::serve::server;

use crate::{
    LANGUAGES, is_interpreted, load,
    native::{self, Native},
    report::Report,
    root, service, sibling, start,
};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
/// Percent of the requests a second that the log may cost.
const LOG: f64 = 10.0;

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let (native, bare) = (beside("native", &[]), beside("bare", &[]));
    let native = native.address;
    compare(runtime, (native, "/"), (bare.address, "/")).add(report, "HTTP, the native handler", "bare hyper", None);
    for (kind, reuse, aim) in [("fresh", 1, 0.45), ("reused", 1_000_000, 0.8)] {
        let (on, off) = (host(&service(reuse)), host_with(&service(reuse), "error"));
        for language in LANGUAGES {
            let path = format!("/{language}");
            compare(runtime, (on.address, &path), (native, "/")).add(
                report,
                &format!("HTTP, {kind} instance, {language}"),
                "native",
                (!is_interpreted(language)).then_some(aim),
            );
            let compared = compare(runtime, (on.address, &path), (off.address, &path));
            let overhead = 100.0 * (1.0 - compared.ratio);
            let (own, others) = compared.rates;
            report.add(
                format!("overhead of the log, {kind} instance, {language}, 64 connections"),
                format!("{overhead:.1} % (last round {own:.0} to {others:.0} requests/s)"),
                &format!("≤ {LOG} %"),
                overhead <= LOG,
            );
        }
    }
}

/// What one server did of what another one did, in rounds taken in turn.
pub(crate) struct Compared {
    pub(crate) ratio: f64,
    /// Requests a second of both, in the last round.
    pub(crate) rates: (f64, f64),
}

impl Compared {
    pub(crate) fn add(&self, report: &mut Report, what: &str, than: &str, aim: Option<f64>) {
        let Self { ratio, rates } = self;
        report.add(
            format!("{what}, 64 connections"),
            format!(
                "{ratio:.2} × {than} (last round {:.0} to {:.0} requests/s)",
                rates.0, rates.1
            ),
            &aim.map_or_else(|| "none".to_owned(), |aim| format!("≥ {aim} ×")),
            aim.is_none_or(|aim| *ratio >= aim),
        );
    }
}

pub(crate) fn compare(runtime: &Runtime, ours: (SocketAddr, &str), theirs: (SocketAddr, &str)) -> Compared {
    let mut ratios = Vec::new();
    let mut rates = (0.0, 0.0);
    let run = |(address, path)| {
        let seen = runtime.block_on(load::run(address, path, 64, ROUND));
        assert_eq!(seen.failed, 0);
        seen.requests as f64 / ROUND.as_secs_f64()
    };
    for _ in 0..ROUNDS {
        rates = (run(ours), run(theirs));
        ratios.push(rates.0 / rates.1);
    }
    ratios.sort_by(f64::total_cmp);
    Compared {
        ratio: ratios[ROUNDS / 2],
        rates,
    }
}

/// A server in a process of its own, killed when dropped.
pub(crate) struct Hosted {
    pub(crate) address: SocketAddr,
    /// The host's address of metrics.
    pub(crate) admin: Option<SocketAddr>,
    child: Child,
    _folder: Option<TempDir>,
}

impl Hosted {
    /// The sum of a metric of the host, whatever its labels.
    pub(crate) fn count(&self, metric: &str) -> u64 {
        let page = start::get(self.admin.unwrap(), "/metrics").unwrap();
        let lines = page.lines().filter(|line| line.starts_with(metric));
        lines
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum()
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves a text with the binary, and its log in a file.
pub(crate) fn host(text: &str) -> Hosted {
    host_with(text, "info")
}

/// As [`host`], with what `TUSK_LOG` says.
pub(crate) fn host_with(text: &str, log: &str) -> Hosted {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("service.tsk"), text).unwrap();
    let lines = File::create(folder.path().join("log")).unwrap();
    let mut command = start::command(folder.path(), &root().join("target/bench-cache"));
    command.args(["--admin", "0"]).env("TUSK_LOG", log).stderr(lines);
    let (child, addresses) = listening(command, 2);
    Hosted {
        address: addresses[0],
        admin: Some(addresses[1]),
        child,
        _folder: Some(folder),
    }
}

/// The first argument of this program when it serves what the host is measured beside.
pub(crate) const OTHER: &str = "serve";

/// Starts [`other`].
pub(crate) fn beside(what: &str, arguments: &[String]) -> Hosted {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([OTHER, what]).args(arguments);
    let (child, addresses) = listening(command, 1);
    Hosted {
        address: addresses[0],
        admin: None,
        child,
        _folder: None,
    }
}

/// Serves until the process is killed, and says where.
pub(crate) async fn other(what: &str, arguments: &[String]) {
    let address = match what {
        "native" => spawn(|listener, stopping| server::serve_other(listener, Native, stopping)).await,
        "bare" => native::bare().await,
        "axum" => sibling::native(&arguments[0]).await,
        _ => panic!("nothing is called {what}"),
    };
    println!("http://{address}");
    std::future::pending().await
}

/// Starts a command and waits for the URLs that it prints.
pub(crate) fn listening(mut command: Command, count: usize) -> (Child, Vec<SocketAddr>) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut addresses = Vec::new();
    while addresses.len() < count {
        let line = lines.next().expect("the server starts").unwrap();
        let found = line.split_whitespace().filter_map(|word| word.strip_prefix("http://"));
        addresses.extend(found.filter_map(|address| address.parse::<SocketAddr>().ok()));
    }
    std::thread::spawn(move || lines.for_each(drop));
    (child, addresses)
}

/// Serves on a free port until the runtime ends.
pub(crate) async fn spawn<F: Future<Output = ()> + Send + 'static>(
    serve: impl FnOnce(TcpListener, watch::Receiver<bool>) -> F,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let serving = serve(listener, stopping);
    tokio::spawn(async move {
        serving.await;
        drop(stop);
    });
    address
}
