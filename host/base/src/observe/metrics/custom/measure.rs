//! One value that a program records, and what kinds of metrics there are.

use std::fmt;

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A counter grows by it.
    Count,
    /// A gauge becomes it.
    Set,
    /// A gauge changes by it.
    Change,
    /// A histogram takes it in.
    Observe,
    /// By the name: a counter that has reached it where that ends in `_total`, else a gauge that becomes it.
    Record,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    Counter,
    Gauge,
    Histogram,
}

impl MetricKind {
    /// The family that a name stands for: samples of a counter are shown with `_total` after that of theirs.
    pub(super) fn family(self, name: &str) -> &str {
        match self {
            Self::Counter => without_total(name),
            Self::Gauge | Self::Histogram => name,
        }
    }

    /// What samples add to the name of their family.
    pub(super) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total"],
            Self::Gauge => &[],
            Self::Histogram => &["_bucket", "_sum", "_count"],
        }
    }
}

pub(super) fn without_total(name: &str) -> &str {
    name.strip_suffix("_total")
        .filter(|name| !name.is_empty())
        .unwrap_or(name)
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

/// By name, sorted.
pub(in super::super) type CustomLabels = Vec<(String, String)>;

/// One value to take in.
pub struct Measure<'a> {
    /// What the metric does with it.
    pub how: How,
    /// The metric's name.
    pub name: &'a str,
    /// The value itself, in the metric's unit.
    pub value: f64,
    /// The labels of its series.
    pub labels: CustomLabels,
    /// Upper bounds of a histogram; empty for those of [`BUCKETS`]. What comes first for a name decides.
    pub buckets: &'a [f64],
    /// Which version of the service says so. A later one may make a metric something else.
    pub version: u64,
}

/// Upper bounds that fit seconds, from 1 ms to 10 s.
pub(super) const BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
