//! A route that makes one HTTP call to a sibling service, beside the same in axum and reqwest; and a route beside one
//! whose upstream hangs.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::header, response::IntoResponse, routing::post};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    LANGUAGES, is_interpreted, load,
    report::Report,
    serve::{beside, compare, host},
    service,
};

const AIM: f64 = 0.7;
/// Of the 99th percentile of before.
const NEIGHBOURS: f64 = 1.5;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

/// The route of each language asks the sibling; `/own` asks nobody; `/hanging` asks who never answers.
fn caller(sibling: SocketAddr, hanging: SocketAddr, reuse: u32) -> String {
    format!(
        r#"
[service]
name: "caller"
dependencies: {{ sibling: "http://{sibling}", hanging: "http://{hanging}" }}

[resilience]
hanging: {{ timeout: "100ms", retries: 0, failure_threshold: 5, recovery_timeout: "200ms" }}

[rust]
reuse: {reuse}
ask_fujsen = '''rust
#[fujsen]
fn ask(body: Value) -> Result<Value> {{
    http::post("http://{sibling}/rust").json(&body).send()?.json()
}}

#[fujsen]
fn own(body: Value) -> Value {{ body }}

#[fujsen]
fn hang(body: Value) -> Result<Value> {{
    match http::get("http://{hanging}/").send() {{
        Ok(_) => Ok(body),
        Err(error) => Ok(json!({{ "error": error.code() }})),
    }}
}}
'''

[assemblyscript]
reuse: {reuse}
ask_fujsen = '''assemblyscript
export function ask(body: Json): Json {{
  return http.request("POST", "http://{sibling}/rust").json(body).send().json();
}}
'''

[typescript]
reuse: {reuse}
ask_fujsen = '''typescript
export async function ask(body: unknown) {{
  const response = await fetch("http://{sibling}/rust", {{
    method: "POST", headers: {{ "content-type": "application/json" }}, body: JSON.stringify(body),
  }});
  return response.json();
}}
'''

[routes]
"POST /rust": rust.ask
"POST /assemblyscript": assemblyscript.ask
"POST /typescript": typescript.ask
"POST /own": rust.own
"POST /hanging": rust.hang
"#
    )
}

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let asked = host(&service(1_000_000));
    let sibling = asked.address;
    let hanging = runtime.block_on(hanging());
    let native = beside("axum", &[format!("http://{sibling}/rust")]);
    for (kind, reuse) in [("fresh", 1), ("reused", 1_000_000)] {
        let host = host(&caller(sibling, hanging, reuse));
        for language in LANGUAGES {
            let path = format!("/{language}");
            compare(runtime, (host.address, &path), (native.address, "/")).add(
                report,
                &format!("HTTP with a call of a sibling, {kind} instance, {language}"),
                "axum + reqwest",
                (!is_interpreted(language)).then_some(AIM),
            );
        }
    }
    neighbours(runtime, report, host(&caller(sibling, hanging, 1)).address);
}

/// The 99th percentile of a route, while another one's upstream hangs, of that of before.
fn neighbours(runtime: &Runtime, report: &mut Report, address: SocketAddr) {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let before = runtime.block_on(load::run(address, "/own", 16, ROUND)).p99();
        let beside = runtime.block_on(async {
            let (own, _) = tokio::join!(
                load::run(address, "/own", 16, ROUND),
                load::run_at(address, "/hanging", 16, ROUND, Duration::from_millis(20))
            );
            own.p99()
        });
        ratios.push(beside.as_secs_f64() / before.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ROUNDS / 2];
    report.add(
        "p99 of a route, 16 connections, beside one whose upstream hangs".to_owned(),
        format!(
            "{ratio:.2} × of before (rounds {:.2} to {:.2})",
            ratios[0],
            ratios[ROUNDS - 1]
        ),
        &format!("≤ {NEIGHBOURS} ×"),
        ratio <= NEIGHBOURS,
    );
}

/// Takes connections and says nothing.
async fn hanging() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            taken.push(stream);
        }
    });
    address
}

/// What a program without a host would be.
pub(crate) async fn native(url: &str) -> SocketAddr {
    // Fails when somebody has installed it before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let app = Router::new().route("/", post(ask)).with_state((client, url.to_owned()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Reads the body and the answer as JSON, as the fujsens do.
async fn ask(State((client, url)): State<(reqwest::Client, String)>, body: Bytes) -> impl IntoResponse {
    let asked: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let request = client
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .body(serde_json::to_vec(&asked).unwrap());
    let answer = request.send().await.unwrap().bytes().await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    (
        [(header::CONTENT_TYPE, "application/json")],
        serde_json::to_vec(&answer).unwrap(),
    )
}
