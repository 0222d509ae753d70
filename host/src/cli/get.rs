//! `tusk-host get`.

use std::{path::Path, sync::Arc, time::Instant};

use tsk::{Config, Diagnostic, Node, Span, Value};

use super::{
    arguments::OutputFormat,
    output::{self, CommandFailure},
};
use crate::{
    base::value,
    capability::{
        deferred::{self, ValueReader},
        {Capabilities, Credentials, Shared, sql::SqlSession},
    },
    network::{mesh::Mesh, tls::Tls},
    observe::metrics::Metrics,
    observe::request::CallOrigin,
    service::{
        read::{self, LoadError},
        settings::ServiceSettings,
    },
    storage::store::Stores,
};

pub(super) fn run(file: &Path, key: Option<&str>, lenient: bool, eval: bool) -> Result<(), CommandFailure> {
    let config = read::read_with(
        file,
        tsk::Options {
            lenient,
            ..fujsen::options()
        },
    )?;
    output::print_diagnostics(&config.warnings, &config.sources);
    let whole;
    let node = match key {
        None => {
            whole = Node {
                value: Value::Object(config.root.clone()),
                span: Span::default(),
                key_span: Span::default(),
            };
            &whole
        }
        Some(key) => config.get(key).ok_or_else(|| missing(&config, file, key))?,
    };
    let value = if eval && deferred::count(&node.value) > 0 {
        evaluate(&config, file, node)?
    } else {
        config.node_to_json(node)
    };
    output::print(&format!("{value:#}"))
}

/// Everything that serving does before it compiles, and then one read within the time that a call has.
fn evaluate(config: &Config, file: &Path, node: &Node) -> Result<serde_json::Value, CommandFailure> {
    output::start_log(OutputFormat::Text, "warn")?;
    let failed = |diagnostics: Vec<Diagnostic>| LoadError {
        diagnostics,
        sources: config.sources.clone(),
        watch: Vec::new(),
    };
    let settings = ServiceSettings::new(config, "").map_err(failed)?;
    let (service, metrics) = (&settings.service, Arc::<Metrics>::default());
    let (mesh, _) = Mesh::new(config, &service.name, &service.version).map_err(failed)?;
    let (tls, _) = Tls::new(config, file, &metrics).map_err(failed)?;
    let credentials = Credentials {
        identity: mesh.identity,
        tls: tls.outgoing,
    };
    let shared = Shared::new(&metrics, Stores::default());
    let capabilities = Capabilities::new(&shared, config, &service.name, credentials, file).map_err(failed)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| CommandFailure::new(error.to_string()))?;
    runtime.block_on(async {
        capabilities.connect().await.map_err(failed)?;
        let (origin, session) = (CallOrigin::internal(), SqlSession::default());
        let deadline = Instant::now() + settings.limits.deadline;
        let mut reader = ValueReader::new(capabilities.reach(), &origin, &session, deadline).for_people(config);
        let value = reader.read(node).await;
        value
            .map(value::Value::into_json)
            .map_err(|error| failed(vec![error.diagnostic()]).into())
    })
}

fn missing(config: &tsk::Config, file: &Path, key: &str) -> CommandFailure {
    let message = format!("{} has no `{key}`", file.display());
    let (parent, last) = key
        .rsplit_once('.')
        .map_or((None, key), |(parent, last)| (Some(parent), last));
    let siblings = match parent.map(|parent| config.get(parent)) {
        None => Some(&config.root),
        Some(Some(tsk::Node {
            value: tsk::Value::Object(object),
            ..
        })) => Some(object),
        Some(_) => None,
    };
    let known: Vec<&str> = siblings
        .into_iter()
        .flat_map(|keys| keys.keys().map(String::as_str))
        .collect();
    match tsk::suggest(last, known.iter().copied()) {
        Some(near) => CommandFailure::help(message, format!("did you mean `{}`?", key.replace(last, near))),
        None if known.is_empty() => CommandFailure::new(message),
        None => CommandFailure::help(message, format!("there are: {}", known.join(", "))),
    }
}
