//! What fujsens measure, and what they are told of what the host has measured.

use crate::{
    observe::metrics::{self, Measure},
    sandbox::{
        bindings::{
            self, Error, Value,
            metrics::{DependencyStatus, How, RecentRequest, Snapshot},
        },
        call::Call,
        fault::ImportError,
    },
};

impl bindings::metrics::Host for Call {
    fn measure(
        &mut self,
        how: How,
        name: String,
        amount: f64,
        labels: Vec<(String, Value)>,
        buckets: Vec<f64>,
    ) -> Result<(), Error> {
        let labels = labels.into_iter().map(label).collect::<Result<_, _>>()?;
        let measure = Measure {
            how: from(how),
            name: &name,
            value: amount,
            labels,
            buckets: &buckets,
            version: self.context.metrics.number,
        };
        let custom = &self.context.metrics.metrics().custom;
        custom
            .measure(measure)
            .map_err(|message| ImportError::Metric(message).into())
    }

    fn figures(&mut self) -> Snapshot {
        let metrics = self.context.metrics.metrics();
        let totals = metrics.totals();
        let window = metrics.window();
        Snapshot {
            requests: totals.requests,
            requests_per_second: window.rate(),
            average_response_time: window.mean_seconds(),
            error_rate: window.error_percent(),
            cpu_usage: window.cpu_percent(),
            active_connections: metrics.connections.get(),
            memory_usage: metrics.memory_percent(),
            uptime: metrics.uptime().as_secs_f64(),
        }
    }

    fn recent_requests(&mut self) -> Vec<RecentRequest> {
        let recent = self.context.metrics.metrics().recent().into_iter();
        recent
            .map(|one| RecentRequest {
                method: one.method.to_owned(),
                path: one.path.to_string(),
                status: one.status,
                duration_ms: one.took.as_secs_f64() * 1e3,
                time: one.time,
            })
            .collect()
    }

    fn errors(&mut self) -> Vec<(u16, u64)> {
        self.context
            .metrics
            .metrics()
            .window()
            .totals
            .failed
            .into_iter()
            .collect()
    }

    fn dependencies(&mut self) -> Vec<DependencyStatus> {
        let statuses = self.context.metrics.metrics().dependencies.all().into_iter();
        statuses
            .map(|one| DependencyStatus {
                circuit: self.context.capabilities.policies.circuit(&one.name).map(str::to_owned),
                status: one.word().to_owned(),
                name: one.name,
                kind: one.kind.to_owned(),
                reason: one.reason,
                since: one.since,
                checked: one.checked,
                duration_ms: one.took.as_secs_f64() * 1e3,
            })
            .collect()
    }
}

fn from(how: How) -> metrics::How {
    match how {
        How::Count => metrics::How::Count,
        How::Set => metrics::How::Set,
        How::Change => metrics::How::Change,
        How::Observe => metrics::How::Observe,
        How::Record => metrics::How::Record,
    }
}

/// A label's value is text in the end; what is no scalar has none.
fn label((name, value): (String, Value)) -> Result<(String, String), ImportError> {
    let text = match value {
        Value::Text(text) => text,
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Null => String::new(),
        Value::Bytes(_) | Value::Json(_) => {
            let message = format!("the value of the label `{name}` must be text, a number or a boolean");
            return Err(ImportError::Metric(message));
        }
    };
    Ok((name, text))
}
