//! What a program may ask for, and what kind of metric it means.

use super::measure::{How, Measure, MetricKind};
use crate::base::limits;

/// Names that are the host's.
const RESERVED: [&str; 2] = ["tusk_", "process_"];
const ALERT: &str = "alert_firing";

pub(super) fn kind(measure: &Measure<'_>) -> MetricKind {
    match measure.how {
        How::Count => MetricKind::Counter,
        How::Record if measure.name.ends_with("_total") => MetricKind::Counter,
        How::Set | How::Change | How::Record => MetricKind::Gauge,
        How::Observe => MetricKind::Histogram,
    }
}

pub(super) fn check(measure: &Measure<'_>) -> Result<(), String> {
    let Measure {
        name,
        value,
        labels,
        buckets,
        ..
    } = measure;
    let shown = checked_name(name)?;
    if labels.len() > limits::METRIC_LABELS {
        return Err(format!(
            "the metric `{shown}` has {} labels: {} is the most",
            labels.len(),
            limits::METRIC_LABELS
        ));
    }
    for (at, (label, _)) in labels.iter().enumerate() {
        let is_free = !label.starts_with("__") && label != "le";
        if !is_name(label, false) || !is_free || label.len() > limits::METRIC_NAME {
            return Err(format!(
                "`{}` is no name of a label: use letters, digits and _, a digit or __ not first, and not `le`",
                label.escape_debug()
            ));
        }
        if labels.iter().take(at).any(|(other, _)| other == label) {
            return Err(format!("the metric `{shown}` has the label `{label}` twice"));
        }
    }
    if kind(measure) == MetricKind::Counter && (!value.is_finite() || *value < 0.0) {
        return Err(format!(
            "the counter `{shown}` cannot take {value}: a counter only grows; a gauge goes up and down"
        ));
    }
    if !value.is_finite() && measure.how != How::Set && measure.how != How::Record {
        return Err(format!(
            "the metric `{shown}` cannot take {value}: give a finite number"
        ));
    }
    let ascending = buckets.array_windows().all(|[one, next]| one < next);
    if buckets.len() > limits::METRIC_BUCKETS || !ascending || buckets.iter().any(|bound| !bound.is_finite()) {
        return Err(format!(
            "the buckets of `{shown}` must be at most {} finite numbers in ascending order, such as 1, 10, 100",
            limits::METRIC_BUCKETS
        ));
    }
    Ok(())
}

/// The name, for messages.
fn checked_name(name: &str) -> Result<String, String> {
    let shown: String = name.chars().take(80).collect();
    let shown = shown.escape_debug().to_string();
    if !is_name(name, true) || name.len() > limits::METRIC_NAME {
        return Err(format!(
            "`{shown}` is no name of a metric: use letters, digits, _ and :, a digit not first, {} bytes at most, such as `orders_total`",
            limits::METRIC_NAME
        ));
    }
    if name == ALERT || RESERVED.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(format!(
            "`{shown}` is a name of the host's own: tusk_, process_ and {ALERT} are taken; use another, such as `app_{shown}`"
        ));
    }
    Ok(shown)
}

fn is_name(text: &str, colons: bool) -> bool {
    let is_start = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || (colons && byte == b':');
    text.bytes().next().is_some_and(is_start) && text.bytes().all(|byte| is_start(byte) || byte.is_ascii_digit())
}
