//! Requests a second against a native handler.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};
use tusk_host::{live::Live, load::Loader, server};

use crate::{LANGUAGES, load, native, report::Report, root, service};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let native = runtime.block_on(native::serve());
    for (kind, reuse, aim) in [("fresh", 1, 0.45), ("reused", 1_000_000, 0.8)] {
        let address = host(runtime, reuse);
        for language in LANGUAGES {
            let path = format!("/{language}");
            let mut ratios = Vec::new();
            let mut rates = (0.0, 0.0);
            for _ in 0..ROUNDS {
                let ours = runtime.block_on(load::run(address, &path, 64, ROUND));
                let theirs = runtime.block_on(load::run(native, "/", 64, ROUND));
                assert_eq!((ours.failed, theirs.failed), (0, 0));
                ratios.push(ours.requests as f64 / theirs.requests as f64);
                rates = (
                    ours.requests as f64 / ROUND.as_secs_f64(),
                    theirs.requests as f64 / ROUND.as_secs_f64(),
                );
            }
            ratios.sort_by(f64::total_cmp);
            let ratio = ratios[ROUNDS / 2];
            report.add(
                format!("HTTP route, 64 connections, {kind} instance, {language}"),
                format!(
                    "{ratio:.2} × native (last round {:.0} to {:.0} requests/s)",
                    rates.0, rates.1
                ),
                &format!("≥ {aim} ×"),
                ratio >= aim,
            );
        }
    }
}

/// The host's own server, in this process like the native one.
fn host(runtime: &Runtime, reuse: u32) -> SocketAddr {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("service.tsk");
    std::fs::write(&file, service(reuse)).unwrap();
    let loader = Loader::new(file, &root().join("target/bench-cache")).unwrap();
    let loaded = loader.load(None, &|_| {}).unwrap();
    runtime.block_on(async {
        loader.prepare(&loaded).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        // The server ends with the runtime.
        std::mem::forget(stop);
        tokio::spawn(server::serve(listener, Arc::new(Live::new(loaded.app)), stopping));
        address
    })
}
