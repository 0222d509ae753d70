//! What `/health/ready` says.

use serde::Serialize;

use crate::{
    network::resilience::OpenCircuit,
    observe::metrics::{Metrics, Status, TASKS},
    serve::server,
    service::app::App,
};

#[derive(Serialize)]
struct Report<'a> {
    /// `ready`, `degraded`, `unavailable` or `draining`.
    status: &'static str,
    service: &'a str,
    version: &'a str,
    uptime_seconds: f64,
    degraded: Vec<HealthFault>,
    dependencies: Vec<DependencyReport>,
}

/// What is not as it should be, and why.
#[derive(Serialize)]
struct HealthFault {
    kind: &'static str,
    name: String,
    reason: String,
    /// Milliseconds since the Unix epoch.
    since: u64,
}

#[derive(Serialize)]
struct DependencyReport {
    kind: &'static str,
    name: String,
    target: String,
    status: &'static str,
    reason: Option<String>,
    since: u64,
    checked: u64,
    duration_ms: f64,
}

/// Whether requests should be sent here, and the report. Only what the service itself cannot do without makes it
/// unavailable: its databases, and whoever takes its connections. Everything else that is down makes it degraded.
pub(crate) fn ready(app: &App, draining: bool) -> (bool, String) {
    let metrics = app.context.metrics.metrics();
    let statuses = metrics.dependencies.all();
    let unhealthy = |status: &&Status| status.healthy == Some(false);
    let is_needed = |status: &Status| status.kind == "sql";
    let open = app.context.capabilities.policies.open();
    let degraded = faults(metrics, statuses.iter().filter(unhealthy), open);
    let is_deaf = TASKS.down().iter().any(|(task, _)| *task == server::ACCEPT);
    let unavailable = is_deaf || statuses.iter().filter(unhealthy).any(is_needed);
    let status = match (draining, unavailable, degraded.is_empty()) {
        (true, _, _) => "draining",
        (_, true, _) => "unavailable",
        (_, _, false) => "degraded",
        (_, _, true) => "ready",
    };
    let report = Report {
        status,
        service: &app.context.service.name,
        version: &app.context.service.version,
        uptime_seconds: metrics.uptime().as_secs_f64(),
        degraded,
        dependencies: statuses.into_iter().map(dependency).collect(),
    };
    // Text and numbers alone always serialize.
    (
        !draining && !unavailable,
        serde_json::to_string(&report).unwrap_or_default(),
    )
}

fn faults<'a>(
    metrics: &Metrics,
    unhealthy: impl Iterator<Item = &'a Status>,
    open: Vec<OpenCircuit>,
) -> Vec<HealthFault> {
    let of_file = metrics.load.get().map(|refused| HealthFault {
        kind: "file",
        name: "service".to_owned(),
        reason: format!(
            "the file was changed and not applied, the version before it serves: {}",
            refused.reason
        ),
        since: refused.since,
    });
    let of_remote = metrics.remote.problem.get().map(|refused| HealthFault {
        kind: "remote_config",
        name: "remote_config".to_owned(),
        reason: refused.reason,
        since: refused.since,
    });
    let tasks = TASKS.down().into_iter().map(|(task, since)| HealthFault {
        kind: "task",
        name: task.to_owned(),
        reason: "a bug of the host has ended it, as the log tells; it starts again".to_owned(),
        since,
    });
    let dependencies = unhealthy.map(|status| HealthFault {
        kind: status.kind,
        name: status.name.clone(),
        reason: status.reason.clone().unwrap_or_default(),
        since: status.since,
    });
    let circuits = open.into_iter().map(|one| HealthFault {
        kind: "circuit",
        name: one.name,
        reason: one.reason,
        since: one.since,
    });
    of_file
        .into_iter()
        .chain(of_remote)
        .chain(tasks)
        .chain(dependencies)
        .chain(circuits)
        .collect()
}

fn dependency(status: Status) -> DependencyReport {
    DependencyReport {
        status: status.word(),
        kind: status.kind,
        name: status.name,
        target: status.target,
        reason: status.reason,
        since: status.since,
        checked: status.checked,
        duration_ms: status.took.as_secs_f64() * 1e3,
    }
}
