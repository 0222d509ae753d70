//! Asks every dependency in the background, each at its own pace.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use tokio::{sync::watch, task::JoinSet};
use url::Url;

use crate::{app::App, limits, live::Live, metrics::Key};

/// One dependency and how to ask it.
struct Check {
    key: Key,
    /// As reports show it. Without passwords.
    target: String,
    /// None: it is listed, but never asked.
    every: Option<Duration>,
    timeout: Duration,
    url: Option<Url>,
}

/// Keeps the checks of the version that serves running until `stop`.
pub(crate) async fn run(live: Arc<Live>, mut stop: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(limits::SAMPLE_EVERY);
    let mut serving = Weak::new();
    let mut _running = JoinSet::new();
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let app = live.current();
        if !Weak::ptr_eq(&serving, &Arc::downgrade(&app)) {
            serving = Arc::downgrade(&app);
            // Dropping those of the version before ends them.
            _running = start(&app);
        }
    }
}

fn start(app: &Arc<App>) -> JoinSet<()> {
    let checks = all(app);
    let named: Vec<_> = checks
        .iter()
        .map(|check| (check.key.0, &*check.key.1, &*check.target))
        .collect();
    app.metrics.metrics().dependencies.set(&named);
    let mut running = JoinSet::new();
    for check in checks {
        // A version that is served no more must not be kept by its checks.
        running.spawn(repeat(Arc::downgrade(app), check));
    }
    running
}

fn all(app: &App) -> Vec<Check> {
    let own = |kind, (name, target): (&str, String)| Check {
        key: (kind, name.to_owned()),
        target,
        every: Some(limits::HEALTH_EVERY),
        timeout: limits::HEALTH_TIMEOUT,
        url: None,
    };
    let plan = &app.health;
    let remote = plan.dependencies.iter().map(|(name, url)| Check {
        key: ("http", name.clone()),
        target: format!("{}{}", url.origin().ascii_serialization(), url.path()),
        every: plan.is_checked.then_some(plan.every),
        timeout: plan.timeout,
        url: Some(url.clone()),
    });
    let capabilities = &app.capabilities;
    let databases = capabilities.sql.names().map(|named| own("sql", named));
    let servers = capabilities.redis.names().map(|named| own("redis", named));
    let grpc = capabilities.grpc.names().map(|named| own("grpc", named));
    databases.chain(servers).chain(grpc).chain(remote).collect()
}

/// The first check comes at once; the others with a jitter of a tenth, so that services do not ask in step.
async fn repeat(app: Weak<App>, check: Check) {
    let Some(every) = check.every else { return };
    while let Some(app) = app.upgrade() {
        let started = Instant::now();
        let result = ask(&app, &check).await;
        let metrics = app.metrics.metrics().clone();
        drop(app);
        metrics.dependencies.checked(&check.key, result, started.elapsed());
        tokio::time::sleep(every.mul_f64(0.9 + 0.2 * fastrand::f64())).await;
    }
}

async fn ask(app: &App, check: &Check) -> Result<(), String> {
    let deadline = Instant::now() + check.timeout;
    let capabilities = &app.capabilities;
    let answer = async {
        match (&check.url, check.key.0) {
            (Some(url), _) => capabilities.http.probe(url, deadline).await,
            (None, "sql") => capabilities.sql.check(&check.key.1, deadline).await,
            (None, "grpc") => capabilities.grpc.check(&check.key.1, deadline).await,
            (None, _) => capabilities.redis.check(&check.key.1, deadline).await,
        }
    };
    match tokio::time::timeout_at(deadline.into(), answer).await {
        Ok(result) => result.map_err(|error| error.message),
        Err(_) => Err(format!("no answer within {:?}", check.timeout)),
    }
}
