//! Several services at once, for development and small machines: each is a process of its own, as it is alone.

mod child;
mod group;
mod log;
mod plan;

use std::{path::PathBuf, pin::pin, sync::Arc, time::Duration};

use rustix::process::Signal;
use serde_json::json;
use tokio::{
    sync::Mutex,
    task::JoinSet,
    time::{sleep, timeout},
};

use self::{group::Group, log::Log, plan::PlannedService};
use super::{
    arguments::OutputFormat,
    output::{self, CommandFailure},
    serve::stop_signal,
    signals::Signals,
};
use crate::{base::limits, observe::tasks};

pub(super) fn run(paths: &[PathBuf], log_format: OutputFormat) -> Result<(), CommandFailure> {
    output::start_log(log_format, "warn")?;
    let services = plan::read(paths)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandFailure::new(error.to_string()))?;
    runtime.block_on(up(services))
}

async fn up(services: Vec<PlannedService>) -> Result<(), CommandFailure> {
    let mut signals = Signals::take().map_err(|error| CommandFailure::new(error.to_string()))?;
    let mut stop = pin!(stop_signal());
    let group = Group::default();
    let mut running = JoinSet::new();
    let result = tokio::select! {
        result = start_all(services, &group, &mut running) => match result {
            Ok(()) => {
                tokio::select! {
                    () = stop.as_mut() => {}
                    () = pass_on(&mut signals, &group) => {}
                }
                Ok(())
            }
            failed => failed,
        },
        () = stop.as_mut() => Ok(()),
    };
    log::say("stopping all services");
    // Nothing is started again from here on; dropping a child does not end it.
    running.abort_all();
    group.signal(Signal::TERM);
    let gone = async {
        while group.is_alive() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let patience = limits::DRAIN + Duration::from_secs(5);
    tokio::select! {
        ended = timeout(patience, gone) => if ended.is_err() { group.signal(Signal::KILL) },
        () = stop_signal() => group.signal(Signal::KILL),
    }
    result
}

/// SIGHUP, which came for all of them. Never returns.
async fn pass_on(signals: &mut Signals, group: &Group) {
    loop {
        signals.hangup().await;
        group.signal(Signal::HUP);
    }
}

/// Starts every service once those that it needs listen.
async fn start_all(
    services: Vec<PlannedService>,
    group: &Group,
    running: &mut JoinSet<()>,
) -> Result<(), CommandFailure> {
    let stages = plan::stages(&services);
    let width = services
        .iter()
        .map(|service| service.name.chars().count())
        .max()
        .unwrap_or(0);
    let ready = ready(&services, width);
    let mut services: Vec<Option<PlannedService>> = services.into_iter().map(Some).collect();
    for stage in stages {
        let mut started = Vec::new();
        for index in stage {
            let Some(service) = services.get_mut(index).and_then(Option::take) else {
                continue;
            };
            let log = Log::new(&service.name, index, width);
            let child = child::start(&service, group, &log)
                .map_err(|error| CommandFailure::new(format!("{} cannot be started: {error}", service.name)))?;
            started.push((service, child, log));
        }
        for (service, mut child, log) in started {
            child::ready(&service, &mut child).await.map_err(CommandFailure::new)?;
            log.line(&format!("ready at {}://{}", service.scheme, service.address));
            let (service, child, group) = (Arc::new(service), Arc::new(Mutex::new(child)), group.clone());
            let keeping = move || child::keep(service.clone(), child.clone(), group.clone(), log.clone());
            tasks::run_in(running, "child", tasks::kept("child", keeping));
        }
    }
    output::print(&ready)
}

/// What is announced once all services listen.
fn ready(services: &[PlannedService], width: usize) -> String {
    let url = |service: &PlannedService| format!("{}://{}", service.scheme, service.address);
    if output::is_json() {
        let services = services.iter().map(|service| {
            let file = service.file.display().to_string();
            json!({ "name": service.name, "url": url(service), "file": file })
        });
        let fields = json!({ "message": "all services are ready", "services": services.collect::<Vec<_>>() });
        return output::json_line("INFO", "start", fields);
    }
    let lines = services.iter().map(|service| {
        let (name, file) = (&service.name, service.file.display());
        format!("  {name:width$}  {}  {file}", url(service))
    });
    let table: Vec<String> = lines.collect();
    format!("\n{}\n\nAll are ready. Ctrl-C stops them.\n", table.join("\n"))
}
