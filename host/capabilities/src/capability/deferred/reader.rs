//! Evaluates the operators of a value, from the inside out.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use tsk::{Config, Deferred, Node, Object};

use super::{
    OperatorReach, count,
    error::DeferredError,
    failed::OperatorError,
    operation::{self, DeferredOperation},
    run,
};
use crate::{
    base::{limits, value::Value},
    capability::{http::HttpRequest, sql::SqlSession},
    observe::request::CallOrigin,
};

/// Reads one value, on behalf of a call.
pub struct ValueReader<'a> {
    reach: OperatorReach<'a>,
    origin: &'a CallOrigin,
    session: &'a SqlSession,
    deadline: Instant,
    /// Set for people: they see no secrets, and code as its text.
    shown_by: Option<&'a Config>,
    /// What operators gave so far. Bytes.
    retained: usize,
}

impl<'a> ValueReader<'a> {
    /// `session` holds the transactions of the call: a statement sees what the call has written.
    pub fn new(reach: OperatorReach<'a>, origin: &'a CallOrigin, session: &'a SqlSession, deadline: Instant) -> Self {
        Self {
            reach,
            origin,
            session,
            deadline,
            shown_by: None,
            retained: 0,
        }
    }

    /// As `Config::to_json` shows values.
    pub fn for_people(self, config: &'a Config) -> Self {
        Self {
            shown_by: Some(config),
            ..self
        }
    }

    /// The value of `node`. Every operator in it runs, one after the other in the order of the file, and the first that
    /// fails ends it.
    pub async fn read(&mut self, node: &Node) -> Result<Value, OperatorError> {
        let count = count(&node.value);
        if count > limits::DEFERRED_VALUES
            && let Some(first) = first(&node.value)
        {
            return Err(OperatorError::new(first, DeferredError::TooMany(count)));
        }
        Ok(self.node(node).await?.unwrap_or(Value::Null))
    }

    /// None for code, which is no value.
    fn node<'f>(&'f mut self, node: &'f Node) -> BoxFuture<'f, Result<Option<Value>, OperatorError>> {
        Box::pin(async move {
            if count(&node.value) == 0 {
                return Ok(self.plain(node));
            }
            match &node.value {
                tsk::Value::Deferred(deferred) => self.operator(deferred).await.map(Some),
                tsk::Value::Object(members) => self.members(members).await.map(|text| Some(Value::Json(text))),
                tsk::Value::Array(items) => {
                    let mut texts = Vec::with_capacity(items.len());
                    for item in items {
                        texts.extend(self.node(item).await?.map(Value::into_json_text));
                    }
                    Ok(Some(Value::Json(run::list(texts.into_iter()))))
                }
                _ => Ok(self.plain(node)),
            }
        })
    }

    fn plain(&self, node: &Node) -> Option<Value> {
        match self.shown_by {
            Some(config) => Some(Value::from_json(config.node_to_json(node))),
            None => Value::of(node),
        }
    }

    async fn members(&mut self, members: &Object) -> Result<String, OperatorError> {
        let mut values = Vec::with_capacity(members.len());
        for (key, node) in members {
            if let Some(value) = self.node(node).await? {
                values.push((key.as_str(), value));
            }
        }
        Ok(run::object(values.into_iter()))
    }

    async fn operator(&mut self, deferred: &Deferred) -> Result<Value, OperatorError> {
        let failed = |error: DeferredError| OperatorError::new(deferred, error);
        let operation = DeferredOperation::new(deferred, self.reach)
            .map_err(|wrong| failed(DeferredError::Argument(wrong.message)))?;
        let value = match operation {
            DeferredOperation::Cache { lifetime, value } => self.cached(deferred, lifetime, value).await?,
            DeferredOperation::Http(request) => {
                let request = self.request(request).await?;
                run::http(self.reach.http, request, self.origin, self.deadline)
                    .await
                    .map_err(failed)?
            }
            DeferredOperation::Metrics { name, amount } => {
                run::metrics(self.reach.metrics, name, amount).map_err(failed)?
            }
            DeferredOperation::Query {
                database,
                statement,
                parameters,
            } => {
                let parameters = self.arguments(parameters).await?;
                let statement = statement.to_owned();
                let rows = self
                    .reach
                    .sql
                    .query(self.session, self.deadline, database, statement, parameters)
                    .await;
                run::rows(rows.map_err(|error| failed(error.into()))?)
            }
            DeferredOperation::Redis {
                server,
                command,
                arguments,
            } => {
                let arguments = self.arguments(arguments).await?;
                run::redis(self.reach.redis, server, command, arguments, self.origin, self.deadline)
                    .await
                    .map_err(failed)?
            }
        };
        self.retained += value.payload();
        if self.retained > limits::RETAINED_BYTES {
            return Err(failed(DeferredError::TooLarge));
        }
        Ok(value)
    }

    /// What others may be given must not come out of this call's own transaction.
    async fn cached(&mut self, deferred: &Deferred, lifetime: Duration, value: &Node) -> Result<Value, OperatorError> {
        if count(&value.value) == 0 {
            return Ok(self.plain(value).unwrap_or(Value::Null));
        }
        let session = SqlSession::new(self.origin.trace.clone());
        let mut inner = ValueReader {
            session: &session,
            ..*self
        };
        let late = || OperatorError::new(deferred, DeferredError::Late);
        let evaluate = async { Ok(inner.node(value).await?.unwrap_or(Value::Null)) };
        let key = self.reach.namespace.key(deferred);
        let kept = self
            .reach
            .cache
            .get_or(key, lifetime, self.deadline, late, evaluate)
            .await?;
        Ok(Arc::unwrap_or_clone(kept))
    }

    /// As guests are given values, also where people read the result.
    async fn argument(&mut self, node: &Node) -> Result<Value, OperatorError> {
        let mut inner = Self {
            shown_by: None,
            ..*self
        };
        let value = inner.node(node).await?;
        self.retained = inner.retained;
        Ok(value.unwrap_or(Value::Null))
    }

    async fn arguments(&mut self, nodes: &[Node]) -> Result<Vec<Value>, OperatorError> {
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            values.push(self.argument(node).await?);
        }
        Ok(values)
    }

    async fn request(&mut self, request: operation::DeferredRequest<'_>) -> Result<HttpRequest, OperatorError> {
        let mut headers = Vec::new();
        for (name, node) in request.headers.into_iter().flatten() {
            let value = match self.argument(node).await? {
                Value::Text(text) => text,
                other => other.into_json_text(),
            };
            headers.push((name.clone(), value));
        }
        let body = match request.body {
            Some(node) => Some(run::body(self.argument(node).await?, &mut headers)),
            None => None,
        };
        Ok(HttpRequest {
            method: request.method.to_owned(),
            url: request.url.to_owned(),
            headers,
            body,
            timeout_ms: request
                .timeout
                .map(|timeout| timeout.as_millis().try_into().unwrap_or(u32::MAX)),
            redirects: limits::HTTP_REDIRECTS,
        })
    }
}

fn first(value: &tsk::Value) -> Option<&Deferred> {
    match value {
        tsk::Value::Deferred(deferred) => Some(deferred),
        tsk::Value::Array(items) => items.iter().find_map(|node| first(&node.value)),
        tsk::Value::Object(members) => members.values().find_map(|node| first(&node.value)),
        _ => None,
    }
}
