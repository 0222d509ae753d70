//! Metrics of the service's own, and what the host knows about it.

use rquickjs::{Ctx, Exception, IntoJs, Object, Result, Value};
use tusk::bindings::tusk::fujsen::{metrics as host, types::Value as Datum};

use super::{functions, live};
use crate::{
    thrown::throw,
    value::{Pairs, Text, object},
};

pub(super) fn offer<'js>(ctx: &Ctx<'js>, functions: &Object<'js>) -> Result<()> {
    functions!(
        ctx, functions,
        "metricsMeasure" => measure, "metricsFigures" => figures, "metricsRecentRequests" => recent_requests,
        "metricsErrors" => errors, "metricsDependencies" => dependencies,
    )
}

fn measure(ctx: Ctx<'_>, how: Text, name: Text, amount: f64, labels: Pairs<Datum>, buckets: Vec<f64>) -> Result<()> {
    live(&ctx)?;
    let how = match how.0.as_str() {
        "count" => host::How::Count,
        "set" => host::How::Set,
        "change" => host::How::Change,
        "observe" => host::How::Observe,
        "record" => host::How::Record,
        _ => return Err(Exception::throw_type(&ctx, "no such way to measure")),
    };
    host::measure(how, &name.0, amount, &labels.0, &buckets).map_err(|error| throw(&ctx, error))
}

fn figures<'js>(ctx: Ctx<'js>) -> Result<Value<'js>> {
    live(&ctx)?;
    let figures = host::figures();
    let number = |number: f64| number.into_js(&ctx);
    object(
        &ctx,
        [
            ("requests", number(figures.requests as f64)?),
            ("requestsPerSecond", number(figures.requests_per_second)?),
            ("averageResponseTime", number(figures.average_response_time)?),
            ("errorRate", number(figures.error_rate)?),
            ("cpuUsage", number(figures.cpu_usage)?),
            ("activeConnections", number(figures.active_connections as f64)?),
            ("memoryUsage", number(figures.memory_usage)?),
            ("uptime", number(figures.uptime)?),
        ],
    )
}

fn recent_requests<'js>(ctx: Ctx<'js>) -> Result<Vec<Value<'js>>> {
    live(&ctx)?;
    let shown = |request: host::RecentRequest| {
        object(
            &ctx,
            [
                ("method", request.method.into_js(&ctx)?),
                ("path", request.path.into_js(&ctx)?),
                ("status", request.status.into_js(&ctx)?),
                ("durationMs", request.duration_ms.into_js(&ctx)?),
                ("time", (request.time as f64).into_js(&ctx)?),
            ],
        )
    };
    host::recent_requests().into_iter().map(shown).collect()
}

/// Statuses and how often they were answered.
fn errors(ctx: Ctx<'_>) -> Result<Vec<Vec<f64>>> {
    live(&ctx)?;
    Ok(host::errors()
        .into_iter()
        .map(|(status, count)| vec![f64::from(status), count as f64])
        .collect())
}

fn dependencies<'js>(ctx: Ctx<'js>) -> Result<Vec<Value<'js>>> {
    live(&ctx)?;
    let text = |text: Option<String>| text.map_or_else(|| Ok(Value::new_null(ctx.clone())), |text| text.into_js(&ctx));
    let shown = |dependency: host::DependencyStatus| {
        object(
            &ctx,
            [
                ("name", dependency.name.into_js(&ctx)?),
                ("kind", dependency.kind.into_js(&ctx)?),
                ("status", dependency.status.into_js(&ctx)?),
                ("reason", text(dependency.reason)?),
                ("since", (dependency.since as f64).into_js(&ctx)?),
                ("checked", (dependency.checked as f64).into_js(&ctx)?),
                ("durationMs", dependency.duration_ms.into_js(&ctx)?),
                ("circuit", text(dependency.circuit)?),
            ],
        )
    };
    host::dependencies().into_iter().map(shown).collect()
}
