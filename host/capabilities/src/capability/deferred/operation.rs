//! What the arguments of an operator mean.

use std::time::Duration;

use tsk::{Deferred, Diagnostic, Node, Object, Span, Value};

use super::OperatorReach;
use crate::{
    base::{explain::Explain, section::text},
    capability::redis::{Redis, RedisError},
};

/// An operator whose arguments make sense.
pub(super) enum DeferredOperation<'a> {
    Cache {
        /// How long a value is kept.
        lifetime: Duration,
        value: &'a Node,
    },
    Http(DeferredRequest<'a>),
    /// Counts first, where there is an amount.
    Metrics {
        name: &'a str,
        amount: Option<f64>,
    },
    Query {
        database: &'a str,
        statement: &'a str,
        parameters: &'a [Node],
    },
    Redis {
        server: &'a str,
        command: &'a str,
        arguments: &'a [Node],
    },
}

#[derive(Default)]
pub(super) struct DeferredRequest<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) headers: Option<&'a Object>,
    pub(super) body: Option<&'a Node>,
    pub(super) timeout: Option<Duration>,
}

type Result<T> = std::result::Result<T, Diagnostic>;

impl<'a> DeferredOperation<'a> {
    pub(super) fn new(deferred: &'a Deferred, reach: OperatorReach<'a>) -> Result<Self> {
        let arguments = deferred.arguments.as_slice();
        match deferred.operator.as_str() {
            "cache" => cache(arguments, deferred.span),
            "http" => http(arguments, deferred.span),
            "metrics" => metrics(arguments, deferred.span),
            "query" => query(arguments, reach, deferred.span),
            "redis" => redis(arguments, reach, deferred.span),
            other => Err(wrong(deferred.span, format!("`@{other}` is not evaluated here"))),
        }
    }
}

fn cache(arguments: &[Node], span: Span) -> Result<DeferredOperation<'_>> {
    let example = "write `@cache(\"5m\", @query(\"SELECT …\"))`";
    let [lifetime, value] = arguments else {
        return Err(wrong(span, "`@cache` takes a duration and a value").help(example));
    };
    match duration(lifetime) {
        Some(lifetime) => Ok(DeferredOperation::Cache { lifetime, value }),
        None => Err(wrong(lifetime.span, "`@cache` begins with a duration above zero").help(example)),
    }
}

/// `@metrics(name)`, or `@metrics(name, amount)`.
fn metrics(arguments: &[Node], span: Span) -> Result<DeferredOperation<'_>> {
    let usage = || {
        wrong(
            span,
            "`@metrics` takes the name of a metric, and an amount of zero or more to count",
        )
        .help("write `@metrics(\"orders_total\")`, or `@metrics(\"orders_total\", 1)`")
    };
    let name = arguments.first().and_then(text).ok_or_else(usage)?;
    let amount = match arguments.get(1).map(|node| &node.value) {
        None => None,
        Some(Value::Integer(amount)) => Some(*amount as f64),
        Some(Value::Float(amount)) => Some(*amount),
        Some(_) => return Err(usage()),
    };
    if arguments.len() > 2 || amount.is_some_and(|amount| amount.is_nan() || amount < 0.0) {
        return Err(usage());
    }
    Ok(DeferredOperation::Metrics { name, amount })
}

/// The arguments behind the first ones.
fn behind(arguments: &[Node], first: usize) -> &[Node] {
    arguments.get(first..).unwrap_or_default()
}

/// `@query(sql, parameters…)`, or `@query(database, sql, parameters…)`: a single word is never a statement.
fn query<'a>(arguments: &'a [Node], reach: OperatorReach<'a>, span: Span) -> Result<DeferredOperation<'a>> {
    let texts = || wrong(span, "`@query` takes a SQL text and its parameters").help("write `@query(\"SELECT …\", …)`");
    let first = arguments.first().and_then(text).ok_or_else(texts)?;
    let named = arguments.get(1).and_then(text).filter(|_| is_word(first));
    let (database, statement, parameters) = match named {
        Some(statement) => (first, statement, behind(arguments, 2)),
        None => {
            let database = reach.sql.default_name().map_err(|error| refused(span, &error))?;
            (database, first, behind(arguments, 1))
        }
    };
    reach.sql.has(database).map_err(|error| refused(span, &error))?;
    Ok(DeferredOperation::Query {
        database,
        statement,
        parameters,
    })
}

/// `@redis(command, arguments…)`, or `@redis(server, command, arguments…)`: what is no command, before one that is, is
/// meant as a server.
fn redis<'a>(arguments: &'a [Node], reach: OperatorReach<'a>, span: Span) -> Result<DeferredOperation<'a>> {
    let texts = || wrong(span, "`@redis` takes a command and its arguments").help("write `@redis(\"GET\", \"key\")`");
    let refused = |error: RedisError| refused(span, &error);
    let is_command = |text| Redis::offers(text).is_ok();
    let first = arguments.first().and_then(text).ok_or_else(texts)?;
    let named = arguments
        .get(1)
        .and_then(text)
        .filter(|second| reach.redis.has(first).is_ok() || (!is_command(first) && is_command(second)));
    let (server, command, arguments) = match named {
        Some(command) => (first, command, behind(arguments, 2)),
        None => (
            reach.redis.default_name().map_err(refused)?,
            first,
            behind(arguments, 1),
        ),
    };
    reach.redis.has(server).map_err(refused)?;
    Redis::offers(command).map_err(refused)?;
    Ok(DeferredOperation::Redis {
        server,
        command,
        arguments,
    })
}

/// `@http(url)`, `@http(method, url)`, and either with options behind.
fn http(arguments: &[Node], span: Span) -> Result<DeferredOperation<'_>> {
    let usage = || {
        wrong(span, "`@http` takes a method, a URL and options")
            .help("write `@http(\"GET\", \"https://…\")`, or `@http(\"POST\", \"https://…\", { headers: { … }, body: …, timeout: \"2s\" })`")
    };
    let first = arguments.first().and_then(text).ok_or_else(usage)?;
    let (method, url, rest) = if first.contains("://") {
        ("GET", first, behind(arguments, 1))
    } else {
        let url = arguments.get(1).and_then(text).ok_or_else(usage)?;
        (first, url, behind(arguments, 2))
    };
    let mut request = DeferredRequest {
        method,
        url,
        ..DeferredRequest::default()
    };
    match rest {
        [] => {}
        [node] => options(node, &mut request)?,
        _ => return Err(usage()),
    }
    Ok(DeferredOperation::Http(request))
}

fn options<'a>(node: &'a Node, request: &mut DeferredRequest<'a>) -> Result<()> {
    const KNOWN: [&str; 3] = ["headers", "body", "timeout"];
    let Value::Object(options) = &node.value else {
        let help = "write `{ headers: { authorization: \"…\" }, body: { … }, timeout: \"2s\" }`, or some of these";
        return Err(wrong(node.span, "the options of `@http` are an object").help(help));
    };
    for (key, option) in options {
        match (key.as_str(), &option.value) {
            ("headers", Value::Object(headers)) => request.headers = Some(headers),
            ("headers", _) => {
                let help = "write `headers: { authorization: \"…\" }`";
                return Err(wrong(option.span, "the headers of `@http` are an object").help(help));
            }
            ("body", _) => request.body = Some(option),
            ("timeout", _) => match duration(option) {
                Some(timeout) => request.timeout = Some(timeout),
                None => {
                    let help = "write, for example, `timeout: \"2s\"`";
                    return Err(wrong(option.span, "the timeout of `@http` is a duration above zero").help(help));
                }
            },
            _ => {
                let help = tsk::suggest(key, KNOWN).map_or_else(
                    || format!("there are: {}", KNOWN.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(wrong(option.key_span, format!("`@http` has no option `{key}`")).help(help));
            }
        }
    }
    Ok(())
}

fn duration(node: &Node) -> Option<Duration> {
    let duration = match node.value {
        Value::Integer(seconds) => u64::try_from(seconds).ok().map(Duration::from_secs),
        _ => text(node).and_then(tsk::duration),
    };
    duration.filter(|duration| !duration.is_zero())
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn wrong(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("deferred-argument", message).at(span)
}

fn refused(span: Span, error: &impl Explain) -> Diagnostic {
    let diagnostic = wrong(span, error.to_string());
    match error.explain().remedy {
        Some(remedy) => diagnostic.help(remedy),
        None => diagnostic,
    }
}
