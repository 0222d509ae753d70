//! What it costs to record every request: a service that sends its spans to a collector, beside itself without one.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming};
use tokio::runtime::Runtime;
use tusk_host::serve::server::{self, Responder};

use crate::{
    LANGUAGES,
    report::Report,
    serve::{compare, host, spawn},
    service,
};

/// Percent of the requests a second.
const AIM: f64 = 5.0;

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let collector = runtime
        .block_on(async { spawn(|listener, stopping| server::serve_other(listener, Collector, stopping)).await });
    for (kind, reuse) in [("fresh", 1), ("reused", 1_000_000)] {
        let with = |endpoint: &str| format!("{}\n[traces]\nendpoint: \"{endpoint}\"\n", service(reuse));
        let (off, on) = (host(&with("")), host(&with(&format!("http://{collector}"))));
        for language in LANGUAGES {
            let path = format!("/{language}");
            let compared = compare(runtime, (on.address, &path), (off.address, &path));
            let overhead = 100.0 * (1.0 - compared.ratio);
            let (own, others) = compared.rates;
            let (exported, dropped) = (
                on.count("tusk_spans_exported_total"),
                on.count("tusk_spans_dropped_total"),
            );
            report.add(
                format!("overhead of tracing switched on, {kind} instance, {language}, 64 connections"),
                format!(
                    "{overhead:.1} % (last round {own:.0} to {others:.0} requests/s; {dropped} of {} spans dropped)",
                    exported + dropped
                ),
                &format!("≤ {AIM} %"),
                overhead <= AIM,
            );
        }
    }
}

/// Takes whatever it is sent.
#[derive(Clone)]
struct Collector;

impl Responder for Collector {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        request.into_body().collect().await.unwrap();
        Response::new(Full::default())
    }
}
