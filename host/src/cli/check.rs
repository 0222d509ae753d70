use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use tsk::{Diagnostic, SourceMap};

use super::{
    Format,
    output::{self, Failure},
    progress::Steps,
    report, sealed,
};
use crate::load::{Loaded, Loader};

/// Everything that serving does up to opening a port; databases are read, and their setup is tried on a copy.
pub(super) fn run(file: &Path, format: Format) -> Result<(), Failure> {
    output::start_log(Format::Text, "warn")?;
    let loader = Loader::new(file.to_owned(), &output::cache_folder())
        .map_err(|error| Failure::new(format!("the WebAssembly engine cannot start: {error:#}")))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::new(error.to_string()))?;
    let result = {
        let steps = Steps::start();
        loader.load(None, &|step| steps.step(step))
    };
    let result = result.and_then(|loaded| runtime.block_on(loader.rehearse(loaded)));
    match (result, format) {
        (Ok(loaded), Format::Text) => {
            output::print_diagnostics(&loaded.warnings, &loaded.app.sources);
            output::print(&report::summary(&loaded.app, loaded.settings.admin))
        }
        (Ok(loaded), Format::Json) => output::print(&text(&describe(&loaded))),
        (Err(failed), Format::Text) => Err(failed.into()),
        (Err(failed), Format::Json) => {
            output::print(&text(
                &json!({ "ok": false, "diagnostics": list(&failed.diagnostics, &failed.sources) }),
            ))?;
            Err(Failure::Printed)
        }
    }
}

fn text(report: &Value) -> String {
    sealed::lines(&format!("{report:#}"), false)
}

fn list(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<Value> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.to_json(sources))
        .collect()
}

fn describe(loaded: &Loaded) -> Value {
    let app = &loaded.app;
    let routes: Vec<Value> = app
        .routes
        .iter()
        .map(|route| {
            let callers = app.policy.callers(route.method, route.path);
            let mut line =
                json!({ "method": route.method.as_str(), "path": route.path, "fujsen": &*route.handler.path });
            if let (Some(callers), Some(line)) = (callers, line.as_object_mut()) {
                line.insert("callers".to_owned(), json!(callers));
            }
            line
        })
        .collect();
    let events: Vec<Value> = app
        .subscriptions
        .iter()
        .flat_map(|line| {
            line.handlers
                .iter()
                .map(|handler| json!({ "type": line.kind, "fujsen": &*handler.path }))
        })
        .collect();
    let now = Timestamp::now();
    let schedules: Vec<Value> = app
        .schedules
        .iter()
        .map(|schedule| {
            let next = schedule.next(now).map(|slot| slot.to_string());
            json!({ "schedule": &*schedule.text, "fujsen": &*schedule.handler.path, "next": next })
        })
        .collect();
    let modules: Vec<Value> = app
        .modules
        .iter()
        .map(|module| {
            json!({
                "section": &*module.section,
                "language": module.language.map(tsk::Language::name),
                "bytes": module.size,
                "imports": module.imports,
                "functions": module.functions,
            })
        })
        .collect();
    json!({
        "ok": true,
        "service": { "name": &*app.service.name, "version": &*app.service.version },
        "routes": routes,
        "events": events,
        "schedules": schedules,
        "modules": modules,
        "grants": app.grants(),
        "admin": loaded.settings.admin,
        "diagnostics": list(&loaded.warnings, &app.sources),
    })
}
