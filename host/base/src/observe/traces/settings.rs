//! What `[traces]` says, and the variables that OpenTelemetry has for it.

use std::{sync::Arc, time::Duration};

use tsk::{Config, Diagnostic, Node, Value};
use url::Url;

use super::sampler::Sampler;
use crate::{
    base::{
        limits,
        section::{Section, text},
        sections,
    },
    observe::otlp::{CollectorAddress, ENDPOINT, Signal, Variables, is_disabled, wrong_variable},
};

/// Where spans go, and which; and what goes there beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct TracingSettings {
    /// None is nowhere: nothing is recorded.
    pub(super) address: Option<CollectorAddress>,
    pub(super) sampler: Sampler,
    pub(super) metrics: Option<CollectorAddress>,
    /// How often metrics are sent.
    pub(super) every: Duration,
    pub(super) logs: Option<CollectorAddress>,
    /// In place of the name that the file does not give.
    pub(super) name: Option<Arc<str>>,
}

const EXAMPLE: &str = "\"http://127.0.0.1:4318\"";

/// Of one signal: whether the file says so, and the variable that does where the file does not.
const BESIDE: [(Signal, &str, &str); 2] = [
    (Signal::Metrics, "metrics", "OTEL_METRICS_EXPORTER"),
    (Signal::Logs, "logs", "OTEL_LOGS_EXPORTER"),
];

impl TracingSettings {
    /// `variable` reads the environment, for what the section leaves out.
    pub fn new(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Diagnostic>> {
        let variables = Variables::new(&variable);
        let mut section = Section::new(config, &sections::TRACES);
        let endpoint = section.get("endpoint").map(|node| endpoint(&mut section, node));
        let share = match section.get("sample") {
            Some(_) => section.share("sample", "0.1"),
            None => None,
        };
        let sampler = taken(&mut section, Sampler::of(share, &variables)).unwrap_or_default();
        let headers = section.headers("headers", "{ authorization: @env(\"COLLECTOR_TOKEN\") }");
        let every = taken(
            &mut section,
            variables.number("OTEL_METRIC_EXPORT_INTERVAL", 1_000..=3_600_000, "60000"),
        );
        // An endpoint that is empty, or wrong, is none, whatever the variables say.
        let is_none = endpoint == Some(None) || is_disabled(&variables);
        let address = |section: &mut Section<'_>, signal| {
            if is_none {
                return None;
            }
            let address = CollectorAddress::of(signal, endpoint.clone().flatten(), headers.clone(), &variables);
            address.unwrap_or_else(|wrong| {
                section.diagnostics.extend(wrong);
                None
            })
        };
        let is_sent = variables.get("OTEL_TRACES_EXPORTER").as_deref() != Some("none");
        let traces = if is_sent || endpoint.is_some() {
            address(&mut section, Signal::Traces)
        } else {
            None
        };
        let [metrics, logs] = BESIDE.map(|(signal, key, name)| {
            let asked = flag(&mut section, key).unwrap_or_else(|| variables.get(name).as_deref() == Some("otlp"));
            if asked { address(&mut section, signal) } else { None }
        });
        let is_named = config.get("service.name").is_some();
        let name = variables.get("OTEL_SERVICE_NAME").filter(|_| !is_named).map(Arc::from);
        section.finish(Self {
            address: traces,
            sampler,
            metrics,
            every: every.flatten().map_or(limits::METRICS_EVERY, Duration::from_millis),
            logs,
            name,
        })
    }
}

fn taken<T>(section: &mut Section<'_>, result: Result<T, Diagnostic>) -> Option<T> {
    result.map_err(|diagnostic| section.diagnostics.push(diagnostic)).ok()
}

fn flag(section: &mut Section<'_>, key: &str) -> Option<bool> {
    let node = section.get(key)?;
    if let Value::Bool(flag) = node.value {
        return Some(flag);
    }
    section.wrong(key, node, "true or false", "true");
    None
}

/// None is an empty text, or a wrong one.
fn endpoint(section: &mut Section<'_>, node: &Node) -> Option<Url> {
    let text = text(node);
    if text == Some("") {
        return None;
    }
    let url = text.and_then(CollectorAddress::parse);
    if url.is_none() {
        section.wrong("endpoint", node, ENDPOINT, EXAMPLE);
    }
    url
}

impl Sampler {
    /// `share` is the file's, which wins over the variables.
    fn of(share: Option<f64>, variables: &Variables<'_>) -> Result<Self, Diagnostic> {
        const NAME: &str = "OTEL_TRACES_SAMPLER";
        let argument = variables.number("OTEL_TRACES_SAMPLER_ARG", 0.0..=1.0, "0.1");
        if let Some(share) = share {
            return Ok(Self::new(share, true));
        }
        let word = variables
            .get(NAME)
            .unwrap_or_else(|| "parentbased_traceidratio".to_owned());
        let (word, follows) = match word.strip_prefix("parentbased_") {
            Some(word) => (word, true),
            None => (&*word, false),
        };
        match word {
            "always_on" => Ok(Self::new(1.0, follows)),
            "always_off" => Ok(Self::new(0.0, follows)),
            "traceidratio" => Ok(Self::new(argument?.unwrap_or(1.0), follows)),
            _ => {
                let expected = "always_on, always_off or traceidratio, with parentbased_ before it or not";
                Err(wrong_variable(NAME, expected, "parentbased_traceidratio"))
            }
        }
    }
}
