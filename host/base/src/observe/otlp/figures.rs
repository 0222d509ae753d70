//! Metrics as parts of a message: those of the page, by the same names.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum, metric::Data,
        number_data_point::Value,
    },
};
use prost::Message as _;

use super::exporter::Exporter;
use crate::{
    base::redact,
    observe::metrics::{
        Metrics, Now,
        family::{self, Family, Labels, Number, Points},
    },
};

/// Nanoseconds since the Unix epoch.
#[derive(Clone, Copy)]
struct Interval {
    start: u64,
    now: u64,
}

/// Hands all metrics to an exporter.
pub fn push(metrics: &Metrics, now: Now<'_>, exporter: &Exporter) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let span = Interval {
        start: since.saturating_sub(metrics.uptime()).as_nanos() as u64,
        now: since.as_nanos() as u64,
    };
    for family in metrics.gather(now) {
        let metric = metric(family, span);
        exporter.record(&metric.encode_to_vec());
    }
}

fn metric(family: Family, span: Interval) -> Metric {
    let suffix = match &family.points {
        Points::Counter(_) => "_total",
        Points::Info(_) => "_info",
        Points::Gauge(_) | Points::Histogram(_) => "",
    };
    Metric {
        name: format!("{}{suffix}", family.name),
        description: redact::text(&format!("{}.", family.help)).into_owned(),
        unit: unit(&family.unit).to_owned(),
        data: Some(data(family.points, span)),
        ..Metric::default()
    }
}

/// As UCUM abbreviates the units that OpenMetrics spells out.
fn unit(unit: &str) -> &str {
    match unit {
        "seconds" => "s",
        "bytes" => "By",
        "ratios" => "1",
        "celsius" => "Cel",
        "grams" => "g",
        "joules" => "J",
        "meters" => "m",
        "volts" => "V",
        "amperes" => "A",
        other => other,
    }
}

fn data(points: Points, span: Interval) -> Data {
    let cumulative = AggregationTemporality::Cumulative.into();
    match points {
        Points::Counter(series) => Data::Sum(Sum {
            data_points: numbers(series, span),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        Points::Gauge(series) => Data::Gauge(Gauge {
            data_points: numbers(series, span),
        }),
        Points::Info(labels) => Data::Gauge(Gauge {
            data_points: numbers(vec![(labels, Number::Integer(1))], span),
        }),
        Points::Histogram(series) => Data::Histogram(Histogram {
            data_points: series
                .into_iter()
                .map(|(labels, one)| histogram(labels, one, span))
                .collect(),
            aggregation_temporality: cumulative,
        }),
    }
}

fn numbers(series: Vec<(Labels, Number)>, span: Interval) -> Vec<NumberDataPoint> {
    let point = |(labels, number)| NumberDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: span.start,
        time_unix_nano: span.now,
        value: Some(match number {
            Number::Integer(number) => Value::AsInt(number as i64),
            Number::Real(number) => Value::AsDouble(number),
        }),
        ..NumberDataPoint::default()
    };
    series.into_iter().map(point).collect()
}

fn histogram(labels: Labels, histogram: family::Histogram, span: Interval) -> HistogramDataPoint {
    // The last bound, which is infinite, is not said.
    let finite = histogram
        .buckets
        .iter()
        .map(|(bound, _)| *bound)
        .filter(|bound| bound.is_finite());
    HistogramDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: span.start,
        time_unix_nano: span.now,
        count: histogram.count(),
        sum: Some(histogram.sum),
        bucket_counts: histogram.buckets.iter().map(|(_, count)| *count).collect(),
        explicit_bounds: finite.collect(),
        ..HistogramDataPoint::default()
    }
}

fn attributes(labels: Labels) -> Vec<KeyValue> {
    let labels = labels.into_iter();
    labels
        .map(|(name, value)| attribute(name.into_owned(), &value))
        .collect()
}

/// Without secrets of the file.
pub(super) fn attribute(key: String, value: &str) -> KeyValue {
    KeyValue {
        key,
        value: Some(text(value)),
        ..KeyValue::default()
    }
}

pub(super) fn text(text: &str) -> AnyValue {
    AnyValue {
        value: Some(any_value::Value::StringValue(redact::text(text).into_owned())),
    }
}
