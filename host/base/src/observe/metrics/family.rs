//! Families of metrics as they describe themselves, whoever reads them: a page for Prometheus, a message for a collector.

use std::borrow::Cow;

/// A metric with all its series, at one moment.
pub(in super::super) struct Family {
    /// Without the `_total` of a counter and the `_info` of an info, with its unit.
    pub(in super::super) name: Cow<'static, str>,
    /// A sentence without its full stop.
    pub(in super::super) help: Cow<'static, str>,
    /// As `name` ends; empty for what has none.
    pub(in super::super) unit: Cow<'static, str>,
    pub(in super::super) points: Points,
}

/// By name.
pub(in super::super) type Labels = Vec<(Cow<'static, str>, String)>;

/// The series, each with its labels.
pub(in super::super) enum Points {
    Counter(Vec<(Labels, Number)>),
    Gauge(Vec<(Labels, Number)>),
    Histogram(Vec<(Labels, Histogram)>),
    /// What says all by its labels.
    Info(Labels),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Number {
    Integer(u64),
    Real(f64),
}

/// How many values there were up to each bound, and since the one before it; the last bound is infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Histogram {
    pub(in super::super) buckets: Vec<(f64, u64)>,
    pub(in super::super) sum: f64,
}

impl Histogram {
    pub(in super::super) fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, count)| count).sum()
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Number {
    fn from(is: bool) -> Self {
        Self::Integer(is.into())
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// Units that names end in, of those that OpenMetrics recommends.
const UNITS: [&str; 9] = [
    "seconds", "bytes", "ratios", "celsius", "grams", "joules", "meters", "volts", "amperes",
];

/// The unit that a family's name ends in.
pub(super) fn unit_of(name: &str) -> &'static str {
    let ends = |unit: &&str| {
        name.strip_suffix(unit)
            .is_some_and(|rest| rest.len() > 1 && rest.ends_with('_'))
    };
    UNITS.into_iter().find(|unit| ends(unit)).unwrap_or_default()
}

/// `name` is as in [`Family`].
pub(super) fn counter<N: Into<Number>>(
    name: &'static str,
    help: &'static str,
    series: impl IntoIterator<Item = (Labels, N)>,
) -> Family {
    family(name, help, Points::Counter(numbers(series)))
}

pub(super) fn gauge<N: Into<Number>>(
    name: &'static str,
    help: &'static str,
    series: impl IntoIterator<Item = (Labels, N)>,
) -> Family {
    family(name, help, Points::Gauge(numbers(series)))
}

pub(super) fn histogram(
    name: &'static str,
    help: &'static str,
    series: impl IntoIterator<Item = (Labels, Histogram)>,
) -> Family {
    family(name, help, Points::Histogram(series.into_iter().collect()))
}

pub(super) fn info(name: &'static str, help: &'static str, labels: Labels) -> Family {
    family(name, help, Points::Info(labels))
}

/// The one series of a family that has no labels.
pub(super) fn single<N>(value: N) -> [(Labels, N); 1] {
    [(Labels::new(), value)]
}

/// The labels of a series, in the order in which they are shown.
pub(super) fn labels<const N: usize>(all: [(&'static str, &str); N]) -> Labels {
    let owned = all.into_iter().map(|(name, value)| (name.into(), value.to_owned()));
    owned.collect()
}

fn numbers<N: Into<Number>>(series: impl IntoIterator<Item = (Labels, N)>) -> Vec<(Labels, Number)> {
    let series = series.into_iter();
    series.map(|(labels, value)| (labels, value.into())).collect()
}

fn family(name: &'static str, help: &'static str, points: Points) -> Family {
    Family {
        name: name.into(),
        help: help.into(),
        unit: unit_of(name).into(),
        points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_unit() {
        for (name, unit) in [
            ("took_seconds", "seconds"),
            ("memory_bytes", "bytes"),
            ("seconds", ""),
            ("_bytes", ""),
            ("milliseconds", ""),
            ("orders", ""),
        ] {
            assert_eq!(unit_of(name), unit, "{name}");
        }
    }
}
