//! What `[traces]` says, and the variables that OpenTelemetry has for it.

use http::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use tsk::{Config, Diagnostic, Node, Secret};
use url::Url;

use crate::base::{
    section::{Section, text},
    sections,
};

/// Where spans go, and which.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// None is nowhere: nothing is recorded.
    pub(super) address: Option<Address>,
    /// Of the traces that start here, from 0 to 1.
    pub(super) share: f64,
}

/// A collector.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    /// With its path.
    pub(super) url: Url,
    pub(super) headers: Vec<(String, Secret)>,
    /// What is said of the service, beside its name.
    pub(super) resource: Vec<(String, String)>,
}

impl Address {
    /// For people: a query may hold a key.
    pub(super) fn show(&self) -> String {
        format!("{}{}", self.url.origin().ascii_serialization(), self.url.path())
    }
}

/// Where a collector takes traces over HTTP.
const PATH: &str = "/v1/traces";
const EXAMPLE: &str = "\"http://127.0.0.1:4318\"";

impl Settings {
    /// `variable` reads the environment, for what the section leaves out.
    pub fn new(config: &Config, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Diagnostic>> {
        let variable = |name: &str| variable(name).filter(|text| !text.is_empty());
        let mut section = Section::new(config, &sections::TRACES);
        let url = match section.get("endpoint") {
            Some(node) => endpoint(&mut section, node),
            None => match from_variables(&variable) {
                Ok(url) => url,
                Err(diagnostic) => {
                    section.diagnostics.push(diagnostic);
                    None
                }
            },
        };
        let share = match section.get("sample") {
            Some(_) => section.share("sample", "0.1"),
            None => match share_of(&variable) {
                Ok(share) => share,
                Err(diagnostic) => {
                    section.diagnostics.push(diagnostic);
                    None
                }
            },
        };
        let mut headers = section.headers("headers", "{ authorization: @env(\"COLLECTOR_TOKEN\") }");
        match headers_of(&variable) {
            Ok(further) => {
                let is_own = |name: &str| headers.iter().any(|(own, _)| own == name);
                let further: Vec<_> = further.into_iter().filter(|(name, _)| !is_own(name)).collect();
                headers.extend(further);
            }
            Err(diagnostic) => section.diagnostics.push(diagnostic),
        }
        let resource = variable("OTEL_RESOURCE_ATTRIBUTES").map_or_else(Vec::new, |text| pairs(&text).collect());
        section.finish(Self {
            address: url.map(|url| Address { url, headers, resource }),
            share: share.unwrap_or(1.0),
        })
    }
}

/// None is an empty text, or a wrong one.
fn endpoint(section: &mut Section<'_>, node: &Node) -> Option<Url> {
    let text = text(node);
    if text == Some("") {
        return None;
    }
    let url = text.and_then(parse).map(complete);
    if url.is_none() {
        let expected = "the http:// or https:// URL of a collector, without user, password and query";
        section.wrong("endpoint", node, expected, EXAMPLE);
    }
    url
}

/// The variable for traces holds the whole URL, the one for everything its beginning.
fn from_variables(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<Url>, Diagnostic> {
    for (name, is_whole) in [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", false),
    ] {
        if let Some(text) = variable(name) {
            let url = parse(&text).ok_or_else(|| {
                let what = "the http:// or https:// URL of a collector, without user, password and query";
                wrong_variable(name, what, "http://127.0.0.1:4318")
            })?;
            return Ok(Some(if is_whole { url } else { complete(url) }));
        }
    }
    Ok(None)
}

fn share_of(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<f64>, Diagnostic> {
    const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
    let Some(text) = variable(NAME) else { return Ok(None) };
    let share = text.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share
        .map(Some)
        .ok_or_else(|| wrong_variable(NAME, "a number from 0 to 1", "0.1"))
}

/// For the headers of messages: one for traces, and one for everything.
fn headers_of(variable: &impl Fn(&str) -> Option<String>) -> Result<Vec<(String, Secret)>, Diagnostic> {
    let names = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let found = names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let Some((name, text)) = found else {
        return Ok(Vec::new());
    };
    let sound = |(name, value): (String, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        HeaderValue::from_str(&value).ok()?;
        Some((name.to_string(), Secret::new(value)))
    };
    let headers: Option<_> = pairs(&text).map(sound).collect();
    headers.ok_or_else(|| wrong_variable(name, "a list of headers", "api-key=abc,tenant=x"))
}

/// `name=value,name=value`, the values with `%20` and such for what they may not hold.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value.trim()).decode_utf8_lossy();
        (name.trim().to_owned(), value.into_owned())
    })
}

fn wrong_variable(name: &str, expected: &str, instead: &str) -> Diagnostic {
    Diagnostic::error("wrong-variable", format!("the variable {name} must be {expected}"))
        .help(format!("set it, for example, to {instead}, or unset it"))
}

fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_http && is_plain && url.fragment().is_none()).then_some(url)
}

/// With the path for traces, unless it is there.
fn complete(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(PATH) {
        let path = format!("{path}{PATH}");
        url.set_path(&path);
    }
    url
}
