//! Calls inside the process.

use std::{sync::Arc, time::Instant};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tusk_host::{base::value::Value, observe::request::CallOrigin, service::load::Loader};

use crate::{LANGUAGES, is_interpreted, report::Report, root, service};

const BATCHES: usize = 40;
const CALLS: u32 = 500;

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    for (kind, reuse, compiled, interpreted) in [("fresh", 1, 12.0, 100.0), ("reused", 1_000_000, 3.0, 12.0)] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("service.tsk");
        std::fs::write(&file, service(reuse)).unwrap();
        let loader = Loader::new(file, &root().join("target/bench-cache")).unwrap();
        let loaded = loader.load(None, &|step| eprintln!("{step}")).unwrap();
        runtime.block_on(loader.prepare(&loaded)).unwrap();
        for language in LANGUAGES {
            let handler = loaded.app.handler(&format!("{language}.trivial")).unwrap().clone();
            let argument = vec![Value::Text("x".repeat(100))];
            let app = loaded.app.clone();
            let micros = runtime.block_on(async move {
                let origin = CallOrigin::internal();
                let mut batches = Vec::new();
                for _ in 0..BATCHES {
                    let started = Instant::now();
                    for _ in 0..CALLS {
                        let app = Arc::clone(&app);
                        app.run(&handler, argument.clone(), origin.clone(), app.now())
                            .await
                            .unwrap();
                    }
                    batches.push(started.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
                }
                batches.sort_by(f64::total_cmp);
                batches[BATCHES / 2]
            });
            let aim = if is_interpreted(language) {
                interpreted
            } else {
                compiled
            };
            report.add(
                format!("call, {kind} instance, {language}"),
                format!("{micros:.1} µs"),
                &format!("≤ {aim} µs"),
                micros <= aim,
            );
        }
    }
}
