//! What real services tell of themselves: metrics, health and alerts on the admin address, traces at a collector.

mod admin;
mod health;
mod metrics;
mod traces;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering::Relaxed},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Three languages, the same fujsens in each.
const MEASURED: &str = r#"
[service]
name: "shop"
version: "1.2.0"
host: "127.0.0.1"
dependencies: { users: @env("USERS_URL", "http://127.0.0.1:1") }

[admin]
port: 0

[databases]
main: "sqlite::memory:"

[alerts]
high_error_rate: 5
high_response_time: "2s"
high_memory_usage: 80

[events]
alert: rust.on_alert

[rust]
all_fujsen = '''rust
#[fujsen]
fn sell(kind: String) -> Result<()> {
    metrics::counter("rust_orders_total", 2, fields! { kind: kind, paid: true, n: 7 })?;
    metrics::gauge("rust_depth", 4, fields! {})?;
    metrics::change("rust_depth", -1.5, fields! {})?;
    metrics::histogram("rust_euros", 5, fields! { kind: kind }, &[1.0, 10.0])?;
    metrics::histogram("rust_took_seconds", 0.2, fields! {}, &[])?;
    record_metric("rust_requests_total", get_request_count(), fields! { service: "shop" })?;
    record_metric("rust_ratio", 0.5, fields! { text: "a \"quoted\"\\\nline" })
}

#[fujsen]
fn figures() -> Value {
    json!({
        "count": get_request_count(), "rps": calculate_rps(), "mean": get_avg_response_time(), "errors": get_error_rate(),
        "connections": get_active_connections(), "memory": get_memory_usage(), "cpu": get_cpu_usage(), "uptime": get_uptime(),
        "recent": get_recent_requests(), "breakdown": get_error_breakdown(), "dependencies": get_dependency_status(),
    })
}

#[fujsen]
fn many(count: i64) -> Result<()> {
    for n in 0..count { metrics::counter("rust_many_total", 1, fields! { n: n })?; }
    metrics::counter("rust_long_total", 1, fields! { text: "x".repeat(200) })
}

#[fujsen]
fn wrong(name: String) -> Result<()> { metrics::gauge(&name, 1, fields! {}) }

#[fujsen]
fn on_alert(severity: String, firing: bool, value: f64) {
    log::info("an alert came", fields! { severity: severity, firing: firing, high: value > 5.0 });
}

#[fujsen]
fn asks(statement: String) -> Result<usize> { Ok(sql::query("main", &statement, &[])?.len()) }

#[fujsen]
fn calls() -> Result<u16> {
    Ok(http::get(format!("{}/x", config::get::<String>("service.dependencies.users")?)).send()?.status())
}

#[fujsen]
fn fails() -> Result<()> { Err(Error::internal("no")) }

#[fujsen]
fn panics() { panic!("no") }

#[fujsen]
fn sleeps(ms: u64) { time::sleep(Duration::from_millis(ms)) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function sell(kind: string): void {
  metrics.counter("assemblyscript_orders_total", 2, Json.object().set("kind", kind).set("paid", true).set("n", 7));
  metrics.gauge("assemblyscript_depth", 4);
  metrics.change("assemblyscript_depth", -1.5);
  metrics.histogram("assemblyscript_euros", 5, Json.object().set("kind", kind), [1, 10]);
  metrics.histogram("assemblyscript_took_seconds", 0.2);
  record_metric("assemblyscript_requests_total", get_request_count(), Json.object().set("service", "shop"));
  metrics.record("assemblyscript_ratio", 0.5, Json.object().set("text", "a \"quoted\"\\\nline"));
}

export function figures(): Json {
  return Json.object()
    .set("count", get_request_count()).set("rps", calculate_rps()).set("mean", get_avg_response_time()).set("errors", get_error_rate())
    .set("connections", get_active_connections()).set("memory", get_memory_usage()).set("cpu", get_cpu_usage()).set("uptime", get_uptime())
    .set("recent", get_recent_requests()).set("breakdown", get_error_breakdown()).set("dependencies", get_dependency_status());
}

export function many(count: i32): void {
  for (let n = 0; n < count; n++) metrics.counter("assemblyscript_many_total", 1, Json.object().set("n", n));
  metrics.counter("assemblyscript_long_total", 1, Json.object().set("text", "x".repeat(200)));
}

export function wrong(name: string): void { metrics.gauge(name, 1); }
'''

[typescript]
all_fujsen = '''typescript
export function sell(kind: string): void {
  metrics.counter("typescript_orders_total", 2, { kind, paid: true, n: 7 });
  metrics.gauge("typescript_depth", 4);
  metrics.change("typescript_depth", -1.5);
  metrics.histogram("typescript_euros", 5, { kind }, [1, 10]);
  metrics.histogram("typescript_took_seconds", 0.2);
  record_metric("typescript_requests_total", get_request_count(), { service: "shop" });
  metrics.record("typescript_ratio", 0.5, { text: "a \"quoted\"\\\nline" });
}

export function figures(): object {
  return {
    count: get_request_count(), rps: calculate_rps(), mean: get_avg_response_time(), errors: get_error_rate(),
    connections: get_active_connections(), memory: get_memory_usage(), cpu: get_cpu_usage(), uptime: get_uptime(),
    recent: get_recent_requests(), breakdown: get_error_breakdown(), dependencies: get_dependency_status(),
  };
}

export function many(count: number): void {
  for (let n = 0; n < count; n++) metrics.counter("typescript_many_total", 1, { n });
  metrics.counter("typescript_long_total", 1, { text: "x".repeat(200) });
}

export function wrong(name: string): void { metrics.gauge(name, 1); }
'''

[routes]
"POST /rust/sell/{kind}": rust.sell
"GET /rust/figures": rust.figures
"POST /rust/many/{count}": rust.many
"POST /rust/wrong/{name}": rust.wrong
"GET /asks": rust.asks
"GET /calls": rust.calls
"GET /fails": rust.fails
"GET /panics": rust.panics
"GET /sleeps/{ms}": rust.sleeps
"POST /assemblyscript/sell/{kind}": assemblyscript.sell
"GET /assemblyscript/figures": assemblyscript.figures
"POST /assemblyscript/many/{count}": assemblyscript.many
"POST /assemblyscript/wrong/{name}": assemblyscript.wrong
"POST /typescript/sell/{kind}": typescript.sell
"GET /typescript/figures": typescript.figures
"POST /typescript/many/{count}": typescript.many
"POST /typescript/wrong/{name}": typescript.wrong
"#;

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

/// A server whose answers have the status that it is told.
struct Switch {
    address: SocketAddr,
    status: Arc<AtomicU16>,
}

impl Switch {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let status = Arc::new(AtomicU16::new(200));
        let own = status.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let status = own.load(Relaxed);
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 4096]).await;
                    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { address, status }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
