//! What each operator asks of its capability, and the value that the answer makes.

use std::{sync::Arc, time::Instant};

use http::header::CONTENT_TYPE;
use url::Url;

use super::error::DeferredError;
use crate::{
    base::value::Value,
    capability::{
        http::{self as capability, Http, HttpRequest, HttpResponse},
        redis::Redis,
        sql::Rows,
    },
    observe::{metrics::Metrics, request::CallOrigin},
};

/// One column of one row is a value; anything else is a list with an object for each row.
pub(super) fn rows(rows: Rows) -> Value {
    let Rows { columns, mut rows } = rows;
    if columns.is_empty() {
        return Value::Null;
    }
    if let [row] = rows.as_mut_slice()
        && row.len() == 1
    {
        return row.pop().unwrap_or(Value::Null);
    }
    let objects = rows
        .into_iter()
        .map(|row| object(columns.iter().map(String::as_str).zip(row)));
    Value::Json(list(objects))
}

pub(super) async fn redis(
    redis: &Redis,
    server: &str,
    command: &str,
    arguments: Vec<Value>,
    origin: &CallOrigin,
    deadline: Instant,
) -> Result<Value, DeferredError> {
    let reply = redis
        .command("", server, command, arguments, &origin.trace, deadline)
        .await?;
    let mut values = reply.values.into_iter();
    Ok(if reply.is_list {
        Value::Json(list(values.map(Value::into_json_text)))
    } else {
        values.next().unwrap_or(Value::Null)
    })
}

/// The total of a metric after `amount` was counted: an integer where it is one.
pub(super) fn metrics(metrics: &Metrics, name: &str, amount: Option<f64>) -> Result<Value, DeferredError> {
    if let Some(amount) = amount {
        metrics.count(name, amount).map_err(DeferredError::Metric)?;
    }
    let total = metrics.total(name);
    let is_integer = total.fract() == 0.0 && total.abs() < 9e15;
    Ok(if is_integer {
        Value::Integer(total as i64)
    } else {
        Value::Real(total)
    })
}

pub(super) async fn http(
    http: &Arc<Http>,
    request: HttpRequest,
    origin: &CallOrigin,
    deadline: Instant,
) -> Result<Value, DeferredError> {
    let response = http.send(request, origin, deadline).await?;
    let shown = Url::parse(&response.url).map_or_else(|_| "the server".to_owned(), |url| capability::show(&url));
    if !(200..300).contains(&response.status) {
        let status = response.status;
        return Err(DeferredError::Status { shown, status });
    }
    let is_json = is_json(&response);
    let text = String::from_utf8(response.body);
    match text {
        Err(_) => Err(DeferredError::NotText(shown)),
        Ok(text) if is_json => Value::from_json_text(text).map_err(|why| DeferredError::NotJson { shown, why }),
        Ok(text) => Ok(Value::Text(text)),
    }
}

/// A request's body, with its kind among the headers unless the file says another.
pub(super) fn body(value: Value, headers: &mut Vec<(String, String)>) -> Vec<u8> {
    let (kind, body) = match value {
        Value::Text(text) => ("text/plain; charset=utf-8", text.into_bytes()),
        Value::Bytes(bytes) => ("application/octet-stream", bytes),
        other => ("application/json", other.into_json_text().into_bytes()),
    };
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()))
    {
        headers.push((CONTENT_TYPE.to_string(), kind.to_owned()));
    }
    body
}

fn is_json(response: &HttpResponse) -> bool {
    let kind = response
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
    kind.is_some_and(|(_, kind)| {
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    })
}

/// The JSON text of a list.
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("[{}]", items.join(","))
}

/// The JSON text of an object.
pub(super) fn object<'k>(members: impl Iterator<Item = (&'k str, Value)>) -> String {
    let members: Vec<String> = members
        .map(|(key, value)| format!("{}:{}", serde_json::Value::from(key), value.into_json_text()))
        .collect();
    format!("{{{}}}", members.join(","))
}
