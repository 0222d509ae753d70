//! Requests a second, beside the same handler native in the same server.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};
use tusk_host::{
    live::Live,
    load::Loader,
    server::{self, Service},
};

use crate::{
    LANGUAGES, load,
    native::{self, Native},
    report::Report,
    root, service,
};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let native = runtime.block_on(async { spawn(Native).await });
    let bare = runtime.block_on(native::bare());
    compare(runtime, (native, "/"), (bare, "/")).add(report, "HTTP, the native handler", "bare hyper", None);
    for (kind, reuse, aim) in [("fresh", 1, 0.45), ("reused", 1_000_000, 0.8)] {
        let address = host(runtime, reuse);
        for language in LANGUAGES {
            let path = format!("/{language}");
            compare(runtime, (address, &path), (native, "/")).add(
                report,
                &format!("HTTP, {kind} instance, {language}"),
                "native",
                Some(aim),
            );
        }
    }
}

/// What one server did of what another one did, in rounds taken in turn.
struct Compared {
    ratio: f64,
    /// Requests a second of both, in the last round.
    rates: (f64, f64),
}

impl Compared {
    fn add(&self, report: &mut Report, what: &str, than: &str, aim: Option<f64>) {
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

fn compare(runtime: &Runtime, ours: (SocketAddr, &str), theirs: (SocketAddr, &str)) -> Compared {
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

/// The host's own server, in this process like the native handler's.
fn host(runtime: &Runtime, reuse: u32) -> SocketAddr {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("service.tsk");
    std::fs::write(&file, service(reuse)).unwrap();
    let loader = Loader::new(file, &root().join("target/bench-cache")).unwrap();
    let loaded = loader.load(None, &|_| {}).unwrap();
    runtime.block_on(async {
        loader.prepare(&loaded).await.unwrap();
        spawn(Arc::new(Live::new(loaded.app))).await
    })
}

/// Serves on a free port until the runtime ends.
async fn spawn(service: impl Service) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(async move {
        server::serve(listener, service, stopping).await;
        drop(stop);
    });
    address
}
