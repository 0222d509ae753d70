//! Asks again and again, takes over what is good, and tells once what is not.

use std::sync::Arc;

use tokio::{sync::watch, time::Instant};

use crate::{
    base::backoff::spread,
    base::limits,
    observe::{metrics::Update, tasks},
    serve::alerts::{self, Alert},
    service::{
        app::App,
        live::Live,
        remote_config::{ConfigAnswer, Document, LastGood, Problem, RemoteConfigPlan},
    },
};

const ALERT: &str = "remote_config_refused";

/// What is known from one look to the next, whatever version of the file serves.
pub(crate) struct Watcher {
    kept: Arc<LastGood>,
    /// Set while something is wrong.
    problem: Option<Problem>,
    /// Paths that the log has named.
    ignored: Vec<String>,
    /// When to look next; never, where the file asks nobody.
    due: Option<Instant>,
}

impl Watcher {
    /// Has asked nobody yet, and asks as soon as it runs. `kept` is where good documents go.
    pub(crate) fn new(kept: Arc<LastGood>) -> Self {
        Self {
            kept,
            problem: None,
            ignored: Vec::new(),
            due: Some(Instant::now()),
        }
    }

    /// Looks when it is time, and at once when another version of the file serves, until `stop`.
    pub(crate) async fn run(mut self, live: Arc<Live>, mut stop: watch::Receiver<bool>) {
        let mut swaps = live.changes();
        loop {
            tokio::select! {
                () = until(self.due) => {}
                Ok(()) = swaps.changed() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            self.look(&live.current()).await;
        }
    }

    /// Asks once, for no longer than the file says.
    pub(crate) async fn look(&mut self, app: &Arc<App>) {
        let metrics = app.context.metrics.metrics();
        let Some(plan) = &app.remote_config else {
            self.due = None;
            self.solved(app, "Remote configuration is not asked for any more").await;
            metrics.forget_alert(ALERT);
            return;
        };
        match self.update(app, plan).await {
            Ok(update) => {
                metrics.remote.count(update);
                metrics.alert(ALERT, false);
                self.solved(app, "Remote configuration is good again").await;
            }
            Err(problem) => {
                metrics.remote.count(match problem {
                    Problem::Unreachable(_) => Update::Unreachable,
                    Problem::Refused(_) => Update::Refused,
                });
                metrics.alert(ALERT, true);
                self.failed(app, plan, problem).await;
            }
        }
        self.due = Some(Instant::now() + spread(plan.every));
    }

    async fn update(&mut self, app: &App, plan: &RemoteConfigPlan) -> Result<Update, Problem> {
        let document = match plan.ask(&app.context.capabilities.http).await? {
            ConfigAnswer::Same => return Ok(Update::Unchanged),
            ConfigAnswer::New(document) => Arc::new(document),
        };
        let errors = plan.errors(&document);
        if !errors.is_empty() {
            let message = format!("Configuration validation failed: {}", errors.join("; "));
            return Err(Problem::Refused(message));
        }
        let service = &*app.context.service.name;
        self.tell_ignored(service, plan.ignored(&document));
        let changed = plan.take_over(&app.context.capabilities.config, document.clone());
        self.keep(service, document).await;
        if changed.is_empty() {
            return Ok(Update::Unchanged);
        }
        let keys = changed.join(", ");
        tracing::info!(target: "remote_config", service, "configuration from {} is applied, changed are: {keys}", plan.place());
        Ok(Update::Applied)
    }

    fn tell_ignored(&mut self, service: &str, ignored: Vec<String>) {
        if ignored == self.ignored {
            return;
        }
        if !ignored.is_empty() {
            let more = match ignored.len().saturating_sub(limits::REMOTE_IGNORED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let named: Vec<_> = ignored
                .iter()
                .take(limits::REMOTE_IGNORED)
                .map(|path| format!("`{}`", path.escape_debug()))
                .collect();
            let named = named.join(", ");
            tracing::warn!(target: "remote_config", service, "ignored, since [remote_config.schema] does not name it: {named}{more}");
        }
        self.ignored = ignored;
    }

    async fn keep(&self, service: &str, document: Arc<Document>) {
        if self.kept.get(&document.source).is_some_and(|kept| kept == document) {
            return;
        }
        let kept = self.kept.clone();
        let written = tasks::block("keep_config", move || kept.put(document)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(target: "remote_config", service, "a restart will not know this configuration, it cannot be kept: {error}");
        }
    }

    /// The log is told of each problem, whoever listens to alerts of the first.
    async fn failed(&mut self, app: &Arc<App>, plan: &RemoteConfigPlan, problem: Problem) {
        let is_new = self.problem.is_none();
        if self.problem.as_ref() == Some(&problem) {
            return;
        }
        let (Problem::Unreachable(reason) | Problem::Refused(reason)) = &problem;
        let serves = if plan.has_applied() {
            "the last good values stay"
        } else {
            "the values of the file serve"
        };
        let (service, place) = (&*app.context.service.name, plan.place());
        tracing::error!(target: "remote_config", service, "configuration from {place} is not applied, {serves}: {reason}");
        let short = shortened(reason);
        let metrics = app.context.metrics.metrics();
        metrics.remote.problem.refused(format!("{serves}: {short}"));
        self.problem = Some(problem);
        if is_new {
            let message = format!("Remote configuration is not applied, {serves}: {short}");
            alerts::tell(app, &alert(message, true)).await;
        }
    }

    async fn solved(&mut self, app: &Arc<App>, message: &str) {
        if self.problem.take().is_some() {
            app.context.metrics.metrics().remote.problem.applied();
            alerts::tell(app, &alert(message.to_owned(), false)).await;
        }
    }
}

fn alert(message: String, firing: bool) -> Alert {
    Alert {
        kind: ALERT,
        severity: "warning",
        message,
        value: f64::from(u8::from(firing)),
        threshold: 0.0,
        firing,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn shortened(reason: &str) -> String {
    let end = reason.floor_char_boundary(limits::REMOTE_REASON);
    match reason.get(end..) {
        None | Some("") => reason.to_owned(),
        Some(_) => format!("{}…", reason.get(..end).unwrap_or_default()),
    }
}
