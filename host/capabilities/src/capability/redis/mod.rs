//! Redis servers whose URLs the file names.
//!
//! The connections are the store's; `Redis` (App) knows the names.

mod bounds;
mod error;
mod reply;
mod verbs;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Cmd;
use tsk::{Config, Diagnostic, Object};

use self::verbs::VerbKind;
pub(crate) use self::{error::RedisError, reply::RedisReply};
use super::{Capability, Grant, Reading};
use crate::base::misspelt::did_you_mean;
use crate::{
    base::{limits, sections, value::Value},
    observe::{
        metrics::{self, Metrics},
        operation::Operation,
        traces::{Recording, Trace},
    },
    storage::store::redis::{RedisServer, Servers, info},
};

/// What a blocking command leaves of the call's time, so that its "nothing came" still reaches the guest: a server
/// looks at its timers ten times a second.
const MARGIN: Duration = Duration::from_millis(200);

/// The servers that the file names.
pub struct Redis {
    /// By the dotted path of the value.
    by_path: BTreeMap<String, NamedServer>,
    by_url: HashMap<String, NamedServer>,
}

#[derive(Clone)]
struct NamedServer {
    server: Arc<RedisServer>,
    meter: Arc<metrics::DependencyMeter>,
}

impl Capability for Redis {
    const NAME: &'static str = "redis";
    type Kept = ();
    type Error = RedisError;

    fn kept(_metrics: &Arc<Metrics>) -> Self::Kept {}

    fn read((): &(), reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>> {
        Self::new(&reading.stores.servers, reading.metrics, reading.config)
    }

    fn grants(&self) -> Vec<Grant> {
        let grant = |(path, named): (&String, &NamedServer)| Grant {
            capability: "redis",
            target: format!("{path} (redis://{})", named.server.name),
        };
        self.by_path.iter().map(grant).collect()
    }

    fn dependencies(&self) -> Vec<(String, String)> {
        let named =
            |(path, named): (&String, &NamedServer)| (short(path).to_owned(), format!("redis://{}", named.server.name));
        self.by_path.iter().map(named).collect()
    }

    async fn check(&self, name: &str, deadline: Instant) -> Result<(), Self::Error> {
        let left = deadline.saturating_duration_since(Instant::now());
        let named = self.server("", name)?;
        named.server.run(&command("PING", &[]), left).await?;
        Ok(())
    }
}

impl Redis {
    /// Reads the Redis URLs that the file grants. Connects to nothing: the first command does.
    pub fn new(servers: &Servers, metrics: &Metrics, config: &Config) -> Result<Self, Vec<Diagnostic>> {
        let mut redis = Self {
            by_path: BTreeMap::new(),
            by_url: HashMap::new(),
        };
        let mut diagnostics = Vec::new();
        redis.collect((servers, metrics), "", &config.root, &mut diagnostics);
        if diagnostics.is_empty() {
            Ok(redis)
        } else {
            Err(diagnostics)
        }
    }

    fn collect(
        &mut self,
        (servers, metrics): (&Servers, &Metrics),
        parent: &str,
        object: &Object,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (key, node) in object {
            let path = if parent.is_empty() {
                key.clone()
            } else {
                format!("{parent}.{key}")
            };
            let url = match &node.value {
                tsk::Value::Object(object) => {
                    self.collect((servers, metrics), &path, object, diagnostics);
                    continue;
                }
                _ if !sections::may_grant(&path) => continue,
                tsk::Value::String(text) => text,
                tsk::Value::Secret(secret) => secret.reveal(),
                _ => continue,
            };
            match info(url) {
                None => {}
                Some(Ok(info)) => {
                    let named = NamedServer {
                        server: servers.get(url, info),
                        meter: metrics.dependency("redis", short(&path)),
                    };
                    self.by_url.insert(url.to_owned(), named.clone());
                    self.by_path.insert(path, named);
                }
                Some(Err((message, help))) => {
                    let message = format!("`{path}`: {message}");
                    diagnostics.push(Diagnostic::error("redis-url", message).at(node.span).help(help));
                }
            }
        }
    }

    /// Runs one command of the allow-list within `trace`, by `deadline` at the latest.
    pub async fn command(
        &self,
        section: &str,
        server: &str,
        name: &str,
        arguments: Vec<Value>,
        trace: &Trace,
        deadline: Instant,
    ) -> Result<RedisReply, RedisError> {
        let NamedServer { server, meter } = self.server(section, server)?;
        let verb = name.trim().to_ascii_uppercase();
        let kind = verbs::kind(&verb, &arguments)?;
        bounds::check(&verb, &arguments)?;
        let operation = Operation::start(meter, &trace.inner(), |span| {
            describe(span, server, meter.name(), &verb)
        });
        operation.run(run(server, kind, &verb, arguments, deadline)).await
    }

    /// An error that says how to add the server where there is none of this name, seen from outside of sections.
    pub(crate) fn has(&self, name: &str) -> Result<(), RedisError> {
        self.server("", name).map(drop)
    }

    /// An error where this is no command of the allow-list.
    pub(crate) fn offers(name: &str) -> Result<(), RedisError> {
        verbs::kind(&name.trim().to_ascii_uppercase(), &[]).map(drop)
    }

    /// The server that is meant where none is named: `main` of `[redis]`, else its only one, else the file's only one.
    pub(crate) fn default_name(&self) -> Result<&str, RedisError> {
        const MAIN: &str = "redis.main";
        if self.by_path.contains_key(MAIN) {
            return Ok(MAIN);
        }
        let mut names: Vec<&str> = self.by_path.keys().map(String::as_str).collect();
        if names.iter().any(|name| name.starts_with("redis.")) {
            names.retain(|name| name.starts_with("redis."));
        }
        match names.as_slice() {
            [only] => Ok(only),
            [] => Err(RedisError::NoServer),
            several => Err(RedisError::NotNamed(
                several.iter().map(|name| (*name).to_owned()).collect(),
            )),
        }
    }

    /// A key of `[redis]`, a key of the own section, a path from the top, or a URL that the file contains.
    fn server(&self, section: &str, name: &str) -> Result<&NamedServer, RedisError> {
        let found = self
            .by_path
            .get(&format!("redis.{name}"))
            .or_else(|| self.by_path.get(&format!("{section}.{name}")))
            .or_else(|| self.by_path.get(name))
            .or_else(|| self.by_url.get(name));
        found.ok_or_else(|| {
            if name.contains("://") {
                return RedisError::NotGranted;
            }
            let names = self.by_path.keys().map(|path| short(path));
            RedisError::Unknown {
                name: name.to_owned(),
                hint: did_you_mean(name, names),
            }
        })
    }
}

/// A path as fujsens name the server.
fn short(path: &str) -> &str {
    path.strip_prefix("redis.").unwrap_or(path)
}

/// Keys and values stay out: they are the service's own.
fn describe(span: &mut Recording, server: &RedisServer, name: &str, verb: &str) {
    span.name(format!("{verb} {name}"));
    span.set("db.system.name", "redis");
    span.set("db.operation.name", verb);
    if let Some((host, port)) = server.name.rsplit_once(':') {
        span.set("server.address", host);
        span.set("server.port", port.parse::<i64>().unwrap_or_default());
    }
}

/// Runs a command in the way of its kind, by `deadline` at the latest.
async fn run(
    server: &RedisServer,
    kind: VerbKind,
    verb: &str,
    arguments: Vec<Value>,
    deadline: Instant,
) -> Result<RedisReply, RedisError> {
    let left = deadline.saturating_duration_since(Instant::now());
    let time = left.min(limits::REDIS_COMMAND);
    match kind {
        VerbKind::Short => RedisReply::new(server.run(&command(verb, &arguments), time).await?),
        VerbKind::Get => get(server, &arguments, time).await,
        VerbKind::Append => append(server, &arguments, time).await,
        VerbKind::Long => RedisReply::new(server.run_alone(&command(verb, &arguments), time).await?),
        VerbKind::BlocksByLast | VerbKind::BlocksByFirst => {
            let longest = left.saturating_sub(MARGIN).max(Duration::from_millis(1));
            let wait = verbs::wait(kind, &arguments)?.map_or(longest, |asked| asked.min(longest));
            let arguments = verbs::with_wait(kind, arguments, wait);
            RedisReply::new(server.run_alone(&command(verb, &arguments), left).await?)
        }
    }
}

fn command(verb: &str, arguments: &[Value]) -> Cmd {
    let mut command = Cmd::new();
    command.arg(verb);
    for argument in arguments {
        match argument {
            Value::Null => command.arg(""),
            Value::Boolean(value) => command.arg(if *value { "1" } else { "0" }),
            Value::Integer(value) => command.arg(value),
            Value::Real(value) => command.arg(value),
            Value::Text(text) | Value::Json(text) => command.arg(text),
            Value::Bytes(bytes) => command.arg(bytes.as_slice()),
        };
    }
    command
}

/// `GETRANGE` gives a text of any length in part, and `EXISTS` tells an empty one from none: `GET` would have to be
/// read whole.
async fn get(server: &RedisServer, arguments: &[Value], time: Duration) -> Result<RedisReply, RedisError> {
    let key = arguments.first().cloned().unwrap_or(Value::Null);
    let mut both = redis::Pipeline::with_capacity(2);
    let range = [
        key.clone(),
        Value::Integer(0),
        Value::Integer(limits::REDIS_REPLY as i64),
    ];
    both.add_command(command("GETRANGE", &range))
        .add_command(command("EXISTS", &[key]));
    let mut replies = server.run_all(&both, time).await?.into_iter();
    let (text, exists) = (replies.next().unwrap_or_default(), replies.next().unwrap_or_default());
    match text {
        redis::Value::BulkString(bytes) if bytes.is_empty() && exists == redis::Value::Int(0) => {
            RedisReply::new(redis::Value::Nil)
        }
        text => RedisReply::new(text),
    }
}

/// A value grows by what is appended as long as it is no longer than one that could be set at once. Whoever appends to it at
/// the same time may add as much.
async fn append(server: &RedisServer, arguments: &[Value], time: Duration) -> Result<RedisReply, RedisError> {
    let before = server
        .run(&command("STRLEN", arguments.get(..1).unwrap_or_default()), time)
        .await?;
    if let redis::Value::Int(before) = before {
        bounds::append(before.try_into().unwrap_or_default(), arguments)?;
    }
    RedisReply::new(server.run(&command("APPEND", arguments), time).await?)
}
