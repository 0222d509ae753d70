//! The page of all metrics, in the format that its reader asks for.

use std::{
    borrow::Cow,
    fmt::{self, Result},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet, prometheus_text, text},
    metrics::{MetricType, exemplar::Exemplar},
    registry::{Registry, Unit},
};

use super::family::{Family, Labels, Number, Points};

/// What a page is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    /// The text format of Prometheus, 0.0.4, which everything reads that reads metrics.
    Prometheus,
    /// OpenMetrics 1.0, which knows units.
    OpenMetrics,
}

const OPEN_METRICS: &str = "application/openmetrics-text";

impl PageFormat {
    /// What a reader prefers who sends this `Accept`: OpenMetrics where it is named, and not less wanted than plain text.
    pub fn wanted(accept: &str) -> Self {
        let weight = |kind: &str| {
            let mut ranges = accept.split(',').map(|range| range.split(';').map(str::trim));
            let range = ranges.find_map(|mut range| (range.next() == Some(kind)).then_some(range))?;
            let weight = range
                .filter_map(|one| one.strip_prefix("q=")?.parse::<f64>().ok())
                .next();
            Some(weight.unwrap_or(1.0))
        };
        match weight(OPEN_METRICS) {
            Some(open) if open > 0.0 && open >= weight("text/plain").unwrap_or(0.0) => Self::OpenMetrics,
            _ => Self::Prometheus,
        }
    }

    /// The `content-type` of such a page.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    pub(super) fn write(self, families: Vec<Family>) -> String {
        let (mut registry, mut page) = (Registry::default(), String::new());
        registry.register_collector(Box::new(PageFamilies(families)));
        let written = match self {
            Self::Prometheus => prometheus_text::encode(&mut page, &registry),
            Self::OpenMetrics => text::encode(&mut page, &registry),
        };
        // Writing to a text does not fail.
        written.map(|()| page).unwrap_or_default()
    }
}

struct PageFamilies(Vec<Family>);

impl fmt::Debug for PageFamilies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> Result {
        write!(f, "{} families", self.0.len())
    }
}

impl Collector for PageFamilies {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result {
        self.0.iter().try_for_each(|family| write(&mut encoder, family))
    }
}

fn write(encoder: &mut DescriptorEncoder<'_>, family: &Family) -> Result {
    // The unit is written after the name.
    let unitless = family
        .name
        .strip_suffix(&*family.unit)
        .and_then(|name| name.strip_suffix('_'));
    let unit = unitless.map(|_| Unit::Other(family.unit.to_string()));
    let name = unitless.unwrap_or(&family.name);
    let help = format!("{}.", family.help);
    let mut encoder = encoder.encode_descriptor(name, &help, unit.as_ref(), kind(&family.points))?;
    match &family.points {
        Points::Counter(series) => series.iter().try_for_each(|(labels, number)| {
            let labels = LabelSet(labels);
            let mut one = encoder.encode_family(&labels)?;
            counter(&mut one, *number)
        }),
        Points::Gauge(series) => series.iter().try_for_each(|(labels, number)| {
            let labels = LabelSet(labels);
            let mut one = encoder.encode_family(&labels)?;
            gauge(&mut one, *number)
        }),
        Points::Histogram(series) => series.iter().try_for_each(|(labels, histogram)| {
            let (labels, buckets) = (LabelSet(labels), &histogram.buckets);
            let mut one = encoder.encode_family(&labels)?;
            one.encode_histogram::<NoLabelSet>(histogram.sum, histogram.count(), buckets, None)
        }),
        Points::Info(labels) => encoder.encode_info(&LabelSet(labels)),
    }
}

fn kind(points: &Points) -> MetricType {
    match points {
        Points::Counter(_) => MetricType::Counter,
        Points::Gauge(_) => MetricType::Gauge,
        Points::Histogram(_) => MetricType::Histogram,
        Points::Info(_) => MetricType::Info,
    }
}

fn counter(encoder: &mut MetricEncoder<'_>, number: Number) -> Result {
    const NONE: Option<&Exemplar<NoLabelSet, f64>> = None;
    match number {
        Number::Integer(number) => encoder.encode_counter(&number, NONE),
        Number::Real(number) => encoder.encode_counter(&number, NONE),
    }
}

fn gauge(encoder: &mut MetricEncoder<'_>, number: Number) -> Result {
    match number {
        Number::Integer(number) => encoder.encode_gauge(&number),
        Number::Real(number) => encoder.encode_gauge(&number),
    }
}

struct LabelSet<'a>(&'a Labels);

impl EncodeLabelSet for LabelSet<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result {
        use prometheus_client::encoding::EncodeLabel;
        let mut labels = self.0.iter();
        labels.try_for_each(|(name, value): &(Cow<'_, str>, String)| (&**name, value).encode(encoder.encode_label()))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::family::{Histogram, counter, gauge, histogram, info, labels, single},
        *,
    };

    fn families() -> Vec<Family> {
        let buckets = vec![(0.5, 1), (f64::INFINITY, 1)];
        let took = Histogram { buckets, sum: 9.25 };
        vec![
            info("shop", "Which", labels([("version", "1")])),
            gauge("up_time_seconds", "How long", single(1.5)),
            counter(
                "requests",
                "Those\\ answered",
                [(labels([("path", "a\"b\\c\nd"), ("status", "200")]), 3)],
            ),
            histogram("took_seconds", "h", [(labels([("route", "/")]), took)]),
            gauge("odd", "Odd", single(f64::NEG_INFINITY)),
        ]
    }

    #[test]
    fn a_page_for_prometheus() {
        let expected = "\
# HELP shop_info Which.
# TYPE shop_info gauge
shop_info{version=\"1\"} 1
# HELP up_time_seconds How long.
# TYPE up_time_seconds gauge
up_time_seconds 1.5
# HELP requests_total Those\\\\ answered.
# TYPE requests_total counter
requests_total{path=\"a\\\"b\\\\c\\nd\",status=\"200\"} 3
# HELP took_seconds h.
# TYPE took_seconds histogram
took_seconds_bucket{route=\"/\",le=\"0.5\"} 1
took_seconds_bucket{route=\"/\",le=\"+Inf\"} 2
took_seconds_sum{route=\"/\"} 9.25
took_seconds_count{route=\"/\"} 2
# HELP odd Odd.
# TYPE odd gauge
odd -Inf
";
        assert_eq!(PageFormat::Prometheus.write(families()), expected);
    }

    #[test]
    fn a_page_in_open_metrics_has_units_and_an_end() {
        let page = PageFormat::OpenMetrics.write(families());
        for lines in [
            "# TYPE shop info\nshop_info{version=\"1\"} 1\n",
            "# TYPE up_time_seconds gauge\n# UNIT up_time_seconds seconds\nup_time_seconds 1.5\n",
            "# TYPE requests counter\nrequests_total{path=\"a\\\"b\\\\c\\nd\",status=\"200\"} 3\n",
            "# UNIT took_seconds seconds\n",
        ] {
            assert!(page.contains(lines), "{lines} is not in\n{page}");
        }
        assert!(page.ends_with("\n# EOF\n"), "{page}");
    }

    #[test]
    fn a_reader_says_what_it_wants() {
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                          application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,\
                          text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        for (accept, wanted) in [
            (prometheus, PageFormat::OpenMetrics),
            ("application/openmetrics-text", PageFormat::OpenMetrics),
            ("text/plain, application/openmetrics-text;q=0.5", PageFormat::Prometheus),
            ("application/openmetrics-text;q=0", PageFormat::Prometheus),
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", PageFormat::Prometheus),
            ("text/html,*/*", PageFormat::Prometheus),
            ("", PageFormat::Prometheus),
        ] {
            assert_eq!(PageFormat::wanted(accept), wanted, "{accept}");
        }
    }
}
