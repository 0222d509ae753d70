//! Events through publish → handler → ack, in the process: a fujsen publishes, another handles.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::watch};
use tusk_host::{
    base::value::Value,
    observe::request::CallOrigin,
    serve::events,
    service::{live::Live, load::Loader},
};

use crate::{redis::Redis, report::Report, root};

const EVENTS: i64 = 20_000;
/// Publishers at once.
const LANES: i64 = 32;

const SERVICE: &str = r#"
[service]
name: "bench"

[message_queue]
url: "URL"
concurrency: 64

[rust]
reuse: 1000000

all_fujsen = '''rust
#[fujsen]
fn publish(n: i64) -> Result<String> { events::publish("made", json!({ "n": n }), events::Options::default()) }

#[fujsen]
fn handle(n: i64) -> Result<i64> { Ok(n) }
'''

[events]
made: rust.handle
"#;

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    for (name, aim) in [("SQLite", 10_000.0), ("Redis", 10_000.0)] {
        let folder = TempDir::new().unwrap();
        let redis = (name == "Redis").then(Redis::habitual);
        let url = match &redis {
            Some(redis) => redis.url(),
            None => "sqlite:queue.db".to_owned(),
        };
        let rate = runtime.block_on(run(&folder, &url));
        report.add(
            format!("events, publish → handler → ack, {name}"),
            format!("{rate:.0}/s"),
            &format!("≥ {aim:.0}/s"),
            rate >= aim,
        );
    }
}

async fn run(folder: &TempDir, url: &str) -> f64 {
    let file = folder.path().join("service.tsk");
    std::fs::write(&file, SERVICE.replace("URL", url)).unwrap();
    let loader = Loader::new(file, &root().join("target/bench-cache")).unwrap();
    let loaded = tokio::task::block_in_place(|| loader.load(None, &|step| eprintln!("{step}"))).unwrap();
    loader.prepare(&loaded).await.unwrap();
    let app = loaded.app;
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(events::serve(Arc::new(Live::new(app.clone())), stopping));
    let started = Instant::now();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let app = app.clone();
            tokio::spawn(async move {
                let handler = app.handler("rust.publish").unwrap().clone();
                for n in (lane..EVENTS).step_by(LANES as usize) {
                    app.run(&handler, vec![Value::Integer(n)], CallOrigin::internal(), app.now())
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
    while events::backlog(&app).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rate = EVENTS as f64 / started.elapsed().as_secs_f64();
    stop.send_replace(true);
    serving.await.unwrap();
    rate
}
