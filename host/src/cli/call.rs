//! `tusk-host call`.

use std::{path::Path, sync::Arc};

use serde::de::IgnoredAny;

use super::{
    arguments::OutputFormat,
    output::{self, CommandFailure},
    progress::Steps,
};
use crate::{
    base::{
        arguments,
        value::{Error, Value},
    },
    observe::request::CallOrigin,
    service::load::Loader,
};

pub(super) fn run(file: &Path, fujsen: &str, text: &str) -> Result<(), CommandFailure> {
    output::start_log(OutputFormat::Text, "warn,fujsen=info")?;
    let arguments = parse(text)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| CommandFailure::new(error.to_string()))?;
    let loader = Loader::new(file.to_owned(), &output::cache_folder())
        .map_err(|error| CommandFailure::new(format!("the WebAssembly engine cannot start: {error:#}")))?;
    let loaded = {
        let steps = Steps::start();
        loader.load(None, &|step| steps.step(step))?
    };
    output::print_diagnostics(&loaded.warnings, &loaded.app.context.sources);
    let handler = loaded
        .app
        .handler(fujsen)
        .map_err(|error| failed(fujsen, &error))?
        .clone();
    let bound = arguments::bind_named(handler.function(), arguments).map_err(|error| failed(fujsen, &error))?;
    let reply = runtime.block_on(async {
        loader.prepare(&loaded).await?;
        let app: &Arc<_> = &loaded.app;
        app.run(&handler, bound, CallOrigin::internal(), app.now())
            .await
            .map_err(|error| failed(fujsen, &error))
    })?;
    output::print(&format!("{:#}", reply.body.into_json()))?;
    if reply.status >= 400 {
        return Err(CommandFailure::new(format!(
            "{fujsen} answered with status {}",
            reply.status
        )));
    }
    Ok(())
}

fn parse(text: &str) -> Result<Vec<(String, Value)>, CommandFailure> {
    let help = "write a JSON object with an entry for each parameter: '{\"name\": \"Ada\"}'";
    arguments::json::fields(text).map_err(|error| match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => CommandFailure::help("the arguments are JSON, but not an object", help),
        Err(_) => CommandFailure::help(format!("the arguments are not JSON: {error}"), help),
    })
}

fn failed(fujsen: &str, error: &Error) -> CommandFailure {
    CommandFailure::new(format!(
        "{fujsen} failed with status {} ({}): {}",
        error.status, error.code, error.message
    ))
}
