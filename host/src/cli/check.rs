//! `tusk-host check`.

use std::path::Path;

use serde_json::{Value, json};
use tsk::{Diagnostic, SourceMap};

use super::{
    arguments::OutputFormat,
    output::{self, CommandFailure},
    progress::Steps,
    report, sealed,
};
use crate::service::load::Loader;

/// Everything that serving does up to opening a port; databases are read, and their setup is tried on a copy.
pub(super) fn run(file: &Path, format: OutputFormat) -> Result<(), CommandFailure> {
    output::start_log(OutputFormat::Text, "warn")?;
    let loader = Loader::new(file.to_owned(), &output::cache_folder())
        .map_err(|error| CommandFailure::new(format!("the WebAssembly engine cannot start: {error:#}")))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| CommandFailure::new(error.to_string()))?;
    let result = {
        let steps = Steps::start();
        loader.load(None, &|step| steps.step(step))
    };
    let result = result.and_then(|loaded| runtime.block_on(loader.rehearse(loaded)));
    match (result, format) {
        (Ok(loaded), OutputFormat::Text) => {
            output::print_diagnostics(&loaded.warnings, &loaded.app.context.sources);
            output::print(&report::summary(&loaded.app, loaded.settings.admin))
        }
        (Ok(loaded), OutputFormat::Json) => {
            let mut report = json!({ "ok": true });
            if let Some(report) = report.as_object_mut() {
                report.extend(report::describe(&loaded.app));
                report.insert("admin".to_owned(), json!(loaded.settings.admin));
                let warnings = list(&loaded.warnings, &loaded.app.context.sources);
                report.insert("diagnostics".to_owned(), warnings.into());
            }
            output::print(&text(&report))
        }
        (Err(failed), OutputFormat::Text) => Err(failed.into()),
        (Err(failed), OutputFormat::Json) => {
            output::print(&text(
                &json!({ "ok": false, "diagnostics": list(&failed.diagnostics, &failed.sources) }),
            ))?;
            Err(CommandFailure::Printed)
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
