//! Asks every dependency in the background, each at its own pace.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::{sync::watch, task::JoinSet};
use url::Url;

use crate::{
    base::backoff::spread,
    base::{explain::Explain, limits},
    capability::http::{Http, show},
    observe::{metrics::DependencyKey, tasks},
    service::{app::App, live::Live},
};

/// One dependency and how to ask it.
struct Check {
    key: DependencyKey,
    /// As reports show it. Without passwords.
    target: String,
    /// None: it is listed, but never asked.
    every: Option<Duration>,
    timeout: Duration,
    /// Of an HTTP dependency, one for each of its addresses.
    urls: Vec<Url>,
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
    app.context.metrics.metrics().dependencies.set(&named);
    let mut running = JoinSet::new();
    for check in checks {
        // A version that is served no more must not be kept by its checks.
        let (app, check) = (Arc::downgrade(app), Arc::new(check));
        let repeating = tasks::kept("health_check", move || repeat(app.clone(), check.clone()));
        tasks::run_in(&mut running, "health_check", repeating);
    }
    running
}

fn all(app: &App) -> Vec<Check> {
    let own = |(capability, name, target)| Check {
        key: (capability, name),
        target,
        every: Some(limits::HEALTH_EVERY),
        timeout: limits::HEALTH_TIMEOUT,
        urls: Vec::new(),
    };
    let plan = &app.health;
    let remote = plan.dependencies.iter().map(|(name, urls)| Check {
        key: ("http", name.clone()),
        target: urls.iter().map(show).collect::<Vec<_>>().join(", "),
        every: plan.is_checked.then_some(plan.every),
        timeout: plan.timeout,
        urls: urls.clone(),
    });
    let named = app.context.capabilities.dependencies().into_iter();
    named.map(own).chain(remote).collect()
}

/// The first check comes at once; the others at a pace that is nobody else's.
async fn repeat(app: Weak<App>, check: Arc<Check>) {
    let Some(every) = check.every else { return };
    while let Some(app) = app.upgrade() {
        let started = Instant::now();
        let result = ask(&app, &check).await;
        let metrics = app.context.metrics.metrics().clone();
        drop(app);
        metrics.dependencies.checked(&check.key, result, started.elapsed());
        tokio::time::sleep(spread(every)).await;
    }
}

async fn ask(app: &App, check: &Check) -> Result<(), String> {
    let deadline = Instant::now() + check.timeout;
    let capabilities = &app.context.capabilities;
    let (capability, name) = &check.key;
    // By URL, of other services.
    if !check.urls.is_empty() {
        return any(&capabilities.http, &check.urls, check.timeout).await;
    }
    within(check.timeout, capabilities.check(capability, name, deadline)).await
}

/// Whether one of the addresses answers, which is where calls go. All are asked at once.
async fn any(http: &Http, urls: &[Url], timeout: Duration) -> Result<(), String> {
    let deadline = Instant::now() + timeout;
    let asked = urls.iter().map(|url| async move {
        let answer = async { http.probe(url, deadline).await.map_err(|error| error.message()) };
        within(timeout, answer).await.map_err(|reason| match urls {
            [_] => reason,
            _ => format!("{}: {reason}", show(url)),
        })
    });
    let (mut reasons, count) = (Vec::new(), urls.len());
    for result in join_all(asked).await {
        reasons.extend(result.err());
    }
    if reasons.len() < count {
        Ok(())
    } else {
        Err(reasons.join("; "))
    }
}

async fn within(time: Duration, answer: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let result = tokio::time::timeout(time, answer).await;
    result.unwrap_or_else(|_| Err(format!("no answer within {time:?}")))
}
