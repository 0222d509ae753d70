//! Requests a second, beside the same handler native in the same server.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};
use tusk_host::{live::Live, load::Loader, metrics::Metrics, server};

use crate::{
    LANGUAGES, load,
    native::{self, Native},
    report::Report,
    root, service,
};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let native =
        runtime.block_on(async { spawn(|listener, stopping| server::serve_other(listener, Native, stopping)).await });
    let bare = runtime.block_on(native::bare());
    compare(runtime, (native, "/"), (bare, "/")).add(report, "HTTP, the native handler", "bare hyper", None);
    for (kind, reuse, aim) in [("fresh", 1, 0.45), ("reused", 1_000_000, 0.8)] {
        let address = host(runtime, &service(reuse)).address;
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

/// A service that runs in this process, like the native handler.
pub(crate) struct Hosted {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Arc<Metrics>,
}

/// Serves a text with the host's own server.
pub(crate) fn host(runtime: &Runtime, text: &str) -> Hosted {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("service.tsk");
    std::fs::write(&file, text).unwrap();
    let loader = Loader::new(file, &root().join("target/bench-cache")).unwrap();
    let loaded = loader.load(None, &|_| {}).unwrap();
    runtime.block_on(async {
        loader.prepare(&loaded).await.unwrap();
        let metrics = loaded.app.metrics.metrics().clone();
        let live = Arc::new(Live::new(loaded.app));
        let address = spawn(|listener, stopping| server::serve(listener, live, stopping)).await;
        Hosted { address, metrics }
    })
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
