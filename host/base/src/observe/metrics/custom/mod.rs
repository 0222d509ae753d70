//! Metrics that fujsens record. Bounded: what a program makes up from its clients' words must not fill the memory.

mod check;
mod measure;

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

pub use self::measure::{How, Measure};
use self::{
    check::{check, kind},
    measure::{BUCKETS, CustomLabels, MetricKind},
};
use super::{
    cell::Counter,
    family::{self, Number, Points, unit_of},
};
use crate::base::limits;
use parking_lot::Mutex;

/// What fujsens have recorded, and how much was dropped of it.
#[derive(Default)]
pub struct Custom {
    families: Mutex<CustomFamilies>,
    pub(super) too_many: Dropped,
    pub(super) too_long: Dropped,
}

/// Values that were over a bound.
#[derive(Default)]
pub(super) struct Dropped {
    pub(super) count: Counter,
    told: AtomicBool,
}

impl Dropped {
    fn drop(&self, name: &str, why: &str) {
        self.count.add(1);
        if !self.told.swap(true, Relaxed) {
            tracing::warn!(target: "metrics", metric = name, "values are dropped from now on: {why}");
        }
    }
}

#[derive(Default)]
struct CustomFamilies {
    by_name: BTreeMap<String, CustomFamily>,
    series: usize,
    /// By what a page shows of it, families and samples, the name that it is recorded under.
    shown: HashMap<String, String>,
}

struct CustomFamily {
    kind: MetricKind,
    buckets: Vec<f64>,
    version: u64,
    series: HashMap<CustomLabels, CustomSample>,
}

enum CustomSample {
    Number(f64),
    /// Per bucket, the infinite one last.
    Histogram {
        counts: Vec<u64>,
        sum: f64,
    },
}

impl Custom {
    /// The error says what is wrong with the program, and what to write.
    pub fn measure(&self, mut measure: Measure<'_>) -> Result<(), String> {
        check(&measure)?;
        if let Some((label, _)) = measure
            .labels
            .iter()
            .find(|(_, value)| value.len() > limits::METRIC_LABEL)
        {
            let why = format!(
                "the value of the label `{label}` is over {} bytes",
                limits::METRIC_LABEL
            );
            self.too_long.drop(measure.name, &why);
            return Ok(());
        }
        measure.labels.sort_unstable();
        let name = measure.name;
        let mut families = self.families.lock();
        if families.take(measure)? {
            return Ok(());
        }
        drop(families);
        let why = format!(
            "a service has {} series at most; use labels with few values",
            limits::METRIC_SERIES
        );
        self.too_many.drop(name, &why);
        Ok(())
    }

    pub(super) fn total(&self, name: &str) -> f64 {
        let families = self.families.lock();
        let samples = families
            .by_name
            .get(name)
            .into_iter()
            .flat_map(|family| family.series.values());
        samples
            .map(|sample| match sample {
                CustomSample::Number(value) => *value,
                CustomSample::Histogram { counts, .. } => counts.iter().sum::<u64>() as f64,
            })
            .sum()
    }

    pub(super) fn gather(&self) -> Vec<family::Family> {
        let families = self.families.lock();
        let all = families.by_name.iter();
        all.map(|(name, family)| family.gather(name)).collect()
    }
}

/// Of every metric of fujsens: they give a name, and no description.
const HELP: &str = "Recorded by fujsens of this service";

impl CustomFamilies {
    /// Whether there was room for it.
    fn take(&mut self, measure: Measure<'_>) -> Result<bool, String> {
        let kind = kind(&measure);
        match self.by_name.get(measure.name) {
            Some(family) if family.kind == kind => {}
            Some(family) if family.version < measure.version => {
                self.series -= family.series.len();
                self.by_name.remove(measure.name);
                self.shown.retain(|_, owner| owner != measure.name);
            }
            Some(family) => {
                return Err(format!(
                    "the metric `{}` is a {} already, so it cannot be a {kind}: give one of them another name",
                    measure.name, family.kind
                ));
            }
            None => {}
        }
        if !self.by_name.contains_key(measure.name) {
            self.clash(measure.name, kind)?;
        }
        let known = self
            .by_name
            .get(measure.name)
            .is_some_and(|family| family.series.contains_key(&measure.labels));
        if !known && self.series >= limits::METRIC_SERIES {
            return Ok(false);
        }
        self.series += usize::from(!known);
        if !self.by_name.contains_key(measure.name) {
            let shown = shown(measure.name, kind).map(|shown| (shown, measure.name.to_owned()));
            self.shown.extend(shown);
        }
        let family = self
            .by_name
            .entry(measure.name.to_owned())
            .or_insert_with(|| CustomFamily {
                kind,
                buckets: if measure.buckets.is_empty() {
                    BUCKETS.to_vec()
                } else {
                    measure.buckets.to_vec()
                },
                version: measure.version,
                series: HashMap::new(),
            });
        family.version = family.version.max(measure.version);
        family.take(measure);
        Ok(true)
    }

    /// No two families have the same name, nor do their samples.
    fn clash(&self, name: &str, kind: MetricKind) -> Result<(), String> {
        let owner = shown(name, kind).find_map(|shown| self.shown.get(&shown));
        owner.map_or(Ok(()), |other| {
            Err(format!(
                "the metrics `{name}` and `{other}` clash: a counter is shown with _total after its name, a histogram with \
                 _bucket, _sum and _count"
            ))
        })
    }
}

fn shown(name: &str, kind: MetricKind) -> impl Iterator<Item = String> {
    let family = kind.family(name);
    [""].iter()
        .chain(kind.suffixes())
        .map(move |suffix| format!("{family}{suffix}"))
}

impl CustomFamily {
    /// What readers are told. The unit is that which the name ends in.
    fn gather(&self, name: &str) -> family::Family {
        let name = self.kind.family(name);
        family::Family {
            name: name.to_owned().into(),
            help: HELP.into(),
            unit: unit_of(name).into(),
            points: self.points(),
        }
    }

    fn points(&self) -> Points {
        let mut series: Vec<_> = self.series.iter().collect();
        series.sort_by_key(|(labels, _)| *labels);
        let own = |labels: &CustomLabels| -> family::Labels {
            let labels = labels.iter();
            labels
                .map(|(name, value)| (name.clone().into(), value.clone()))
                .collect()
        };
        if self.kind == MetricKind::Histogram {
            let bounds = || self.buckets.iter().copied().chain([f64::INFINITY]);
            let histograms = series.into_iter().filter_map(|(labels, sample)| match sample {
                CustomSample::Histogram { counts, sum } => {
                    let buckets = bounds().zip(counts.iter().copied()).collect();
                    Some((own(labels), family::Histogram { buckets, sum: *sum }))
                }
                CustomSample::Number(_) => None,
            });
            return Points::Histogram(histograms.collect());
        }
        let numbers = series.into_iter().filter_map(|(labels, sample)| match sample {
            CustomSample::Number(number) => Some((own(labels), Number::Real(*number))),
            CustomSample::Histogram { .. } => None,
        });
        let numbers = numbers.collect();
        match self.kind {
            MetricKind::Counter => Points::Counter(numbers),
            _ => Points::Gauge(numbers),
        }
    }

    fn take(&mut self, measure: Measure<'_>) {
        let Measure { how, value, labels, .. } = measure;
        let sample = self.series.entry(labels).or_insert_with(|| match self.kind {
            MetricKind::Histogram => CustomSample::Histogram {
                counts: vec![0; self.buckets.len() + 1],
                sum: 0.0,
            },
            MetricKind::Counter | MetricKind::Gauge => CustomSample::Number(0.0),
        });
        match sample {
            CustomSample::Histogram { counts, sum } => {
                if let Some(count) = counts.get_mut(self.buckets.partition_point(|bound| *bound < value)) {
                    *count += 1;
                }
                *sum += value;
            }
            CustomSample::Number(number) => match (how, self.kind) {
                (How::Count | How::Change, _) => *number += value,
                (_, MetricKind::Counter) => *number = number.max(value),
                _ => *number = value,
            },
        }
    }
}

#[cfg(test)]
mod tests;
