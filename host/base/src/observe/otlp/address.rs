//! Where a signal goes and how, as the variables of OpenTelemetry say it where the file says nothing.

use std::{ops::RangeInclusive, str::FromStr, time::Duration};

use http::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use tsk::{Diagnostic, Secret};
use url::Url;

use super::signal::Signal;
use crate::base::limits;

/// A collector, as one signal reaches it.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectorAddress {
    pub(in crate::observe) signal: Signal,
    /// With its path.
    pub(in crate::observe) url: Url,
    pub(in crate::observe) headers: Vec<(String, Secret)>,
    /// What is said of the service, beside its name.
    pub(in crate::observe) resource: Vec<(String, String)>,
    pub(super) protocol: OtlpProtocol,
    pub(super) gzip: bool,
    /// For one message, further attempts included.
    pub(super) timeout: Duration,
    pub(super) batches: Batches,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtlpProtocol {
    Http,
    Grpc,
}

/// What waits, and when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batches {
    /// How often a message is sent that is not full.
    pub(super) every: Duration,
    /// Parts that wait at most, and that a full message has.
    pub(super) waiting: usize,
    pub(super) full: usize,
}

impl Default for Batches {
    fn default() -> Self {
        Self {
            every: limits::SPANS_EVERY,
            waiting: limits::SPANS_WAITING,
            full: limits::SPANS_BATCH,
        }
    }
}

/// What must be said of an endpoint that is none.
pub(in crate::observe) const ENDPOINT: &str =
    "the http:// or https:// URL of a collector, without user, password and query";

impl CollectorAddress {
    /// `endpoint` and `headers` are the file's, which win over the variables. None where nobody says where to.
    pub(in crate::observe) fn of(
        signal: Signal,
        endpoint: Option<Url>,
        headers: Vec<(String, Secret)>,
        variables: &Variables<'_>,
    ) -> Result<Option<Self>, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let mut take = Take(&mut wrong);
        let protocol = take.from(variables.protocol(signal)).unwrap_or(OtlpProtocol::Http);
        let (url, is_whole) = match endpoint {
            Some(url) => (Some(url), false),
            None => take.from(variables.endpoint(signal)).unwrap_or_default(),
        };
        let mut all = headers;
        let further = take.from(variables.headers(signal)).unwrap_or_default();
        let is_own = |name: &str| all.iter().any(|(own, _)| own == name);
        let further: Vec<_> = further.into_iter().filter(|(name, _)| !is_own(name)).collect();
        all.extend(further);
        let gzip = take.from(variables.gzip(signal)).unwrap_or_default();
        let timeout = take.from(variables.timeout(signal)).unwrap_or(limits::SPANS_EXPORT);
        let batches = take.from(variables.batches(signal)).unwrap_or_default();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(url.map(|url| Self {
            signal,
            url: complete(url, signal, protocol, is_whole),
            headers: all,
            resource: variables.resource(),
            protocol,
            gzip,
            timeout,
            batches,
        }))
    }

    /// For people: a query may hold a key.
    pub(super) fn show(&self) -> String {
        format!("{}{}", self.url.origin().ascii_serialization(), self.url.path())
    }

    /// The URL of a collector, or the beginning of one.
    pub fn parse(text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
        (is_http && is_plain && url.fragment().is_none()).then_some(url)
    }
}

/// Takes what is right, and keeps what is to be said of what is not.
struct Take<'a>(&'a mut Vec<Diagnostic>);

impl Take<'_> {
    fn from<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.0.push(diagnostic)).ok()
    }
}

/// With the path for the signal, in place of that of another one. `is_whole`: the variable says the path, too.
fn complete(mut url: Url, signal: Signal, protocol: OtlpProtocol, is_whole: bool) -> Url {
    let path = url.path().trim_end_matches('/');
    let all = [Signal::Traces, Signal::Metrics, Signal::Logs];
    let beginning = all
        .iter()
        .find_map(|other| path.strip_suffix(other.path()))
        .unwrap_or(path);
    let path = match protocol {
        OtlpProtocol::Grpc => format!("{beginning}{}", signal.method()),
        OtlpProtocol::Http if is_whole => return url,
        OtlpProtocol::Http => format!("{beginning}{}", signal.path()),
    };
    url.set_path(&path);
    url
}

/// The variables of the environment.
pub(in crate::observe) struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl<'a> Variables<'a> {
    pub(in crate::observe) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self(variable)
    }

    /// One that is empty is as one that is not set.
    pub(in crate::observe) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|text| !text.is_empty())
    }

    /// One from a range.
    pub(in crate::observe) fn number<T>(
        &self,
        name: &str,
        range: RangeInclusive<T>,
        example: &str,
    ) -> Result<Option<T>, Diagnostic>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.trim().parse().ok().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| {
            let expected = format!("a number from {} to {}", range.start(), range.end());
            wrong_variable(name, &expected, example)
        })
    }

    /// Of the variables for this signal and for all, the first that is set, with its name.
    fn either(&self, signal: Signal, what: &str) -> Option<(String, String)> {
        let names = [
            format!("OTEL_EXPORTER_OTLP_{}_{what}", signal.variable()),
            format!("OTEL_EXPORTER_OTLP_{what}"),
        ];
        names.into_iter().find_map(|name| {
            let text = self.get(&name)?;
            Some((name, text))
        })
    }

    /// The variable for one signal holds the whole URL, which is said beside it, the one for all its beginning.
    fn endpoint(&self, signal: Signal) -> Result<(Option<Url>, bool), Diagnostic> {
        let Some((name, text)) = self.either(signal, "ENDPOINT") else {
            return Ok((None, false));
        };
        let url =
            CollectorAddress::parse(&text).ok_or_else(|| wrong_variable(&name, ENDPOINT, "http://127.0.0.1:4318"))?;
        Ok((Some(url), name.contains(signal.variable())))
    }

    fn protocol(&self, signal: Signal) -> Result<OtlpProtocol, Diagnostic> {
        match self.either(signal, "PROTOCOL") {
            None => Ok(OtlpProtocol::Http),
            Some((_, text)) if text.eq_ignore_ascii_case("http/protobuf") => Ok(OtlpProtocol::Http),
            Some((_, text)) if text.eq_ignore_ascii_case("grpc") => Ok(OtlpProtocol::Grpc),
            Some((name, _)) => Err(wrong_variable(&name, "http/protobuf or grpc", "http/protobuf")),
        }
    }

    fn gzip(&self, signal: Signal) -> Result<bool, Diagnostic> {
        match self.either(signal, "COMPRESSION") {
            None => Ok(false),
            Some((_, text)) if text.eq_ignore_ascii_case("none") => Ok(false),
            Some((_, text)) if text.eq_ignore_ascii_case("gzip") => Ok(true),
            Some((name, _)) => Err(wrong_variable(&name, "gzip or none", "gzip")),
        }
    }

    fn timeout(&self, signal: Signal) -> Result<Duration, Diagnostic> {
        let own = match self.either(signal, "TIMEOUT") {
            Some((name, _)) => self.milliseconds(&name, "10000")?,
            None if signal == Signal::Traces => self.milliseconds("OTEL_BSP_EXPORT_TIMEOUT", "10000")?,
            None => None,
        };
        Ok(own.unwrap_or(limits::SPANS_EXPORT))
    }

    /// The variables for batches are those of spans and of lines of the log: metrics have none.
    fn batches(&self, signal: Signal) -> Result<Batches, Diagnostic> {
        let usual = Batches::default();
        let prefix = match signal {
            Signal::Traces => "OTEL_BSP",
            Signal::Logs => "OTEL_BLRP",
            Signal::Metrics => return Ok(usual),
        };
        let every = self.milliseconds(&format!("{prefix}_SCHEDULE_DELAY"), "1000")?;
        let waiting = self.number(&format!("{prefix}_MAX_QUEUE_SIZE"), 1..=usual.waiting, "2048")?;
        let full = self.number(&format!("{prefix}_MAX_EXPORT_BATCH_SIZE"), 1..=usual.full, "512")?;
        let waiting = waiting.unwrap_or(usual.waiting);
        Ok(Batches {
            every: every.unwrap_or(usual.every),
            waiting,
            full: full.unwrap_or(usual.full).min(waiting),
        })
    }

    fn milliseconds(&self, name: &str, example: &str) -> Result<Option<Duration>, Diagnostic> {
        let most = limits::SPANS_LONGEST.as_millis() as u64;
        Ok(self.number(name, 1..=most, example)?.map(Duration::from_millis))
    }

    fn headers(&self, signal: Signal) -> Result<Vec<(String, Secret)>, Diagnostic> {
        let Some((name, text)) = self.either(signal, "HEADERS") else {
            return Ok(Vec::new());
        };
        let sound = |(name, value): (String, String)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            HeaderValue::from_str(&value).ok()?;
            Some((name.to_string(), Secret::new(value)))
        };
        let headers: Option<_> = pairs(&text).map(sound).collect();
        headers.ok_or_else(|| wrong_variable(&name, "a list of headers", "api-key=abc,tenant=x"))
    }

    fn resource(&self) -> Vec<(String, String)> {
        let text = self.get("OTEL_RESOURCE_ATTRIBUTES");
        text.map_or_else(Vec::new, |text| pairs(&text).collect())
    }
}

/// Whether nothing at all is to be told.
pub(in crate::observe) fn is_disabled(variables: &Variables<'_>) -> bool {
    variables
        .get("OTEL_SDK_DISABLED")
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// `name=value,name=value`, the values with `%20` and such for what they may not hold.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value.trim()).decode_utf8_lossy();
        (name.trim().to_owned(), value.into_owned())
    })
}

pub(in crate::observe) fn wrong_variable(name: &str, expected: &str, instead: &str) -> Diagnostic {
    Diagnostic::error("wrong-variable", format!("the variable {name} must be {expected}"))
        .help(format!("set it, for example, to {instead}, or unset it"))
}
